/** A directory on a simulated disk, with writer and reader: the setting of snapshot tests. */
import { ManualClock } from "../../src/base/clock.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { type RestoreOutcome, restoreNewest } from "../../src/journal/restore.ts";
import { SnapshotDirectory } from "../../src/journal/snapshot-directory.ts";
import type { SnapshotOrder } from "../../src/journal/snapshot-format.ts";
import type { SnapshotConfiguration } from "../../src/journal/snapshot-manifest.ts";
import type { SnapshotSource } from "../../src/journal/snapshot-source.ts";
import { type SnapshotSummary, SnapshotWriter } from "../../src/journal/snapshot-writer.ts";
import type { Pause } from "../../src/journal/time-slices.ts";
import { PlainTarget } from "./plain-store.ts";

export const PATH = "/data/snapshots";
export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
export const CONFIGURATION: SnapshotConfiguration = {
  chunkWindowMs: 14_400_000,
  chunksPerSeries: 8,
  goVersion: "1.21",
};

export class Setting {
  readonly disk: MemoryDisk;
  readonly clock = new ManualClock(START_MS);
  readonly directory: SnapshotDirectory;
  order: SnapshotOrder = "time";
  sliceMs = 1000;
  pause: Pause = async () => {};

  constructor(seed = 1) {
    this.disk = new MemoryDisk(seed);
    this.directory = new SnapshotDirectory(this.disk, PATH);
  }

  writer(): SnapshotWriter {
    const { directory, order, clock, pause, sliceMs } = this;
    const options = { directory, order, clock, pause, sliceMs };
    return new SnapshotWriter({ ...options, configuration: CONFIGURATION, shuffleSeed: 42 });
  }

  /** Writes one snapshot with a new writer; a minute passes first. */
  write(source: SnapshotSource): Promise<SnapshotSummary> {
    this.clock.advance(60_000);
    return this.writer().write(source);
  }

  restore(configuration = CONFIGURATION): Promise<RestoreOutcome<PlainTarget>> {
    return restoreNewest({
      directory: this.directory,
      configuration,
      newTarget: () => new PlainTarget(),
      onProgress: () => {},
    });
  }

  /** Restores and gives the dump; throws when nothing was restored. */
  async restoredDump(): Promise<string[]> {
    const outcome = await this.restore();
    if (outcome.kind !== "restored") throw new Error(`nothing restored: ${outcome.kind}`);
    return outcome.target.dump();
  }

  names(): Promise<string[]> {
    return this.disk.list(PATH);
  }
}
