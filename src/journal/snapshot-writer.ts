/**
 * Writes a snapshot of a head while samples come in.
 *
 * I1  Chunk files are durable before the index is begun, the index before the manifest: what a
 *     manifest names is on the disk (docs/format/snapshot.md, Files).
 * I2  The index is written last, so that it has every series of every chunk in the files, but those
 *     that died meanwhile.
 * I3  At most one snapshot is written at a time.
 * I4  A failed snapshot leaves the directory as it was, or leftovers that the next one removes.
 *
 * Units: …Ms milliseconds, …Bytes bytes, …Seconds a duration.
 */
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { BlockBuffers } from "./block-file.ts";
import type { SnapshotOrder } from "./snapshot-format.ts";
import { bytesOfFiles, type Manifest, type SnapshotCounts } from "./snapshot-manifest.ts";
import { manifestName } from "./snapshot-names.ts";
import { type SnapshotPlan, SnapshotRun } from "./snapshot-run.ts";
import type { SnapshotSource } from "./snapshot-source.ts";
import { type Pause, TimeSlices } from "./time-slices.ts";
import { type WindowFile, WindowFiles } from "./window-files.ts";

export interface SnapshotWriterOptions extends SnapshotPlan {
  readonly clock: Clock;
  /** Gives ingestion its turn. */
  readonly pause: Pause;
  /** Longest stretch of work between two turns of the others; a block's checksum may pass it. */
  readonly sliceMs: number;
}

/** What became of a snapshot. */
export interface SnapshotSummary {
  readonly sequence: number;
  readonly name: string;
  readonly counts: SnapshotCounts;
  /** Of all its files. */
  readonly bytes: number;
  /** Files that an older snapshot wrote, of windows that have not changed since. */
  readonly reusedFiles: number;
  readonly durationSeconds: number;
  readonly longestSliceMs: number;
  /** Why older snapshots could not be removed; null when they could. The snapshot stands. */
  readonly cleanupFault: string | null;
  /** The journal is needed from this position on, for the older of the kept snapshots. */
  readonly journalNeededFrom: number;
}

export class SnapshotWriter {
  private readonly options: SnapshotWriterOptions;
  private readonly buffers = new BlockBuffers();
  private readonly windowFiles = new WindowFiles();
  private readonly damaged = new Set<number>();
  private running = false;

  constructor(options: SnapshotWriterOptions) {
    this.options = options;
  }

  /** Whether a snapshot is being written. */
  get isWriting(): boolean {
    return this.running;
  }

  /** Notes snapshots that could not be read: they are not worth keeping beside a newer one. */
  noteDamaged(sequences: Iterable<number>): void {
    for (const sequence of sequences) this.damaged.add(sequence);
  }

  /** Takes the files that the store of `source` was restored from; see WindowFiles.adopt(). */
  adopt(source: SnapshotSource, numbering: number, files: ReadonlyMap<number, WindowFile>): void {
    this.windowFiles.adopt(source, numbering, files);
  }

  /**
   * Writes a snapshot, in the order of the options unless told otherwise. TsdbError
   * SNAPSHOT_RUNNING while another is written, or DISK_FAILED.
   */
  async write(source: SnapshotSource, order = this.options.order): Promise<SnapshotSummary> {
    if (this.running) {
      throw new TsdbError("SNAPSHOT_RUNNING", "a snapshot is being written already");
    }
    this.running = true;
    const unpin = source.series.pin();
    const release = source.tombstones.hold();
    try {
      return await this.writePinned(source, order);
    } finally {
      unpin();
      release();
      this.running = false;
    }
  }

  private async writePinned(
    source: SnapshotSource,
    order: SnapshotOrder,
  ): Promise<SnapshotSummary> {
    const { clock, pause, sliceMs, directory } = this.options;
    const createdMs = clock.nowMs();
    const startedMs = clock.monotonicMs();
    const slices = new TimeSlices(clock, pause, sliceMs);
    await slices.wait(directory.disk.makeDirectory(directory.path));
    await slices.wait(directory.removeLeftovers());
    const sequence = await slices.wait(directory.nextSequence());
    const plan = { ...this.options, order };
    const { windowFiles } = this;
    const run = new SnapshotRun(
      plan,
      this.buffers,
      source,
      slices,
      sequence,
      createdMs,
      windowFiles,
    );
    const manifest = await run.write();
    const { cleanupFault, journalNeededFrom } = await slices.wait(this.removeOlder(sequence));
    return {
      sequence,
      name: manifestName(sequence),
      counts: manifest.counts,
      bytes: bytesOfFiles(manifest),
      reusedFiles: run.reusedFileCount,
      durationSeconds: (clock.monotonicMs() - startedMs) / 1000,
      longestSliceMs: slices.longestMs,
      cleanupFault,
      journalNeededFrom,
    };
  }

  /**
   * Keeps the snapshot just written and the newest sound one before it; when none is sound the
   * newest of all, so that what damage left can still be looked at.
   */
  private async removeOlder(
    sequence: number,
  ): Promise<{ cleanupFault: string | null; journalNeededFrom: number }> {
    const { directory } = this.options;
    try {
      const older = (await directory.sequences()).filter((other) => other < sequence);
      const spare = await this.newestSound(older);
      const kept = spare?.sequence ?? older[0];
      await directory.keepOnly(kept === undefined ? [sequence] : [sequence, kept]);
      // Without a second sound snapshot all of the journal stays: it is what is fallen back to.
      return { cleanupFault: null, journalNeededFrom: spare?.journalPosition ?? 0 };
    } catch (error) {
      if (!(error instanceof TsdbError)) throw error;
      return { cleanupFault: error.message, journalNeededFrom: 0 };
    }
  }

  /** The first of `sequences` that is not known damaged and whose manifest can be read. */
  private async newestSound(sequences: readonly number[]): Promise<Manifest | null> {
    for (const sequence of sequences) {
      if (this.damaged.has(sequence)) continue;
      const reading = await this.options.directory.readManifest(sequence);
      if (reading.kind === "manifest") return reading.manifest;
    }
    return null;
  }
}
