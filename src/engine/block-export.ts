/**
 * Hands windows over as blocks of Prometheus' storage before they leave memory.
 *
 * A window is sealed when it ended `delayMs` ago; then it is written once. What comes for it later
 * is answered from memory but is in no block.
 *
 * I1  Series are captured at one moment and copied out in slices of a few milliseconds; label
 *     texts, order, index and files are the work of a thread of their own.
 * I2  A block that failed, or whose process was killed, leaves the window unlisted: what there is
 *     of it is removed by the next run, of this process or the next, and it is tried again.
 *
 * Units: …Ms milliseconds (times since the epoch where not a duration), …Bytes bytes.
 */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { Slices } from "../base/slices.ts";
import type { BlockSink, OpenBlock } from "../block/block-sink.ts";
import { openBlockFor } from "../block/block-thread.ts";
import type { BlockSummary } from "../block/block-writer.ts";
import {
  type BlockDisk,
  type ExportList,
  settleExportList,
  writeExportList,
} from "../block/exported-windows.ts";
import { type SeriesBatch, SeriesBatchBuilder } from "../block/series-batch.ts";
import { ulidOf } from "../block/ulid.ts";
import type { Head } from "../series/head.ts";
import { OutgoingSeries } from "./outgoing-series.ts";

const SLICE_MS = 3;

export interface BlockExportSettings {
  /** Directory of the blocks. */
  readonly path: string;
  readonly delayMs: number;
}

/** Blocks of this process. */
export interface ExportFigures {
  writtenTotal: number;
  failedTotal: number;
  last: BlockSummary | null;
}

export class BlockExport {
  readonly figures: ExportFigures = { writtenTotal: 0, failedTotal: 0, last: null };
  private readonly settings: BlockExportSettings;
  private readonly disk: BlockDisk;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly random32: () => number;
  private readonly openBlock: OpenBlock;

  constructor(
    settings: BlockExportSettings,
    disk: BlockDisk,
    clock: Clock,
    log: Log,
    random32: () => number,
  ) {
    this.settings = settings;
    this.disk = disk;
    this.clock = clock;
    this.log = log;
    this.random32 = random32;
    this.openBlock = openBlockFor(disk);
  }

  /** Writes every sealed window that is not handed over yet, oldest first. TsdbError. */
  async run(head: Head): Promise<void> {
    const { path } = this.settings;
    await this.disk.makeDirectory(path);
    let list = await settleExportList(this.disk, path);
    for (const startMs of this.sealedWindows(head)) {
      if (list.windows.some((window) => window.startMs === startMs)) continue;
      const summary = await this.attempt(head, startMs, list);
      const kept = list.windows.filter((window) => window.startMs >= head.oldestStartMs);
      list = { windows: [...kept, { startMs, ulid: summary?.ulid ?? "" }] };
      await writeExportList(this.disk, path, list);
    }
  }

  /** Starts of the windows that ended long enough ago and are still held. */
  private sealedWindows(head: Head): number[] {
    const sealedMs = this.clock.nowMs() - this.settings.delayMs;
    const starts = head.windows.numbers().map((window) => window * head.windowMs);
    const { oldestStartMs, windowMs } = head;
    return starts.filter((startMs) => startMs >= oldestStartMs && startMs + windowMs <= sealedMs);
  }

  private async attempt(
    head: Head,
    startMs: number,
    list: ExportList,
  ): Promise<BlockSummary | null> {
    try {
      const summary = await this.write(head, startMs, list);
      if (summary === null) return null;
      this.figures.writtenTotal++;
      this.figures.last = summary;
      const { ulid, seriesCount, sampleCount, bytes } = summary;
      this.log.info(
        { block: ulid, series: seriesCount, samples: sampleCount, bytes },
        `block ${ulid} of ${new Date(startMs).toISOString()}: ${sampleCount} samples of ` +
          `${seriesCount} series`,
      );
      return summary;
    } catch (error) {
      this.figures.failedTotal++;
      throw error;
    }
  }

  /** Writes the block of a window; null when it has no samples. */
  private async write(head: Head, startMs: number, list: ExportList): Promise<BlockSummary | null> {
    const endMs = startMs + head.windowMs;
    const slices = new Slices(this.clock, SLICE_MS);
    const builder = new SeriesBatchBuilder();
    const series = await OutgoingSeries.open(head, startMs, endMs - 1, builder, slices);
    try {
      const first = await series.next(slices);
      if (first === null) return null;
      const sink = await this.begin(startMs, list);
      try {
        for (let batch: SeriesBatch | null = first; batch !== null; ) {
          await sink.add(batch);
          batch = await series.next(slices);
        }
        return await sink.finish(startMs, endMs);
      } finally {
        await sink.close();
      }
    } finally {
      series.close();
    }
  }

  /** Begins the block of a window, named in the list before anything of it is there. */
  private async begin(startMs: number, list: ExportList): Promise<BlockSink> {
    const { path } = this.settings;
    const ulid = ulidOf(this.clock.nowMs(), this.random32);
    await writeExportList(this.disk, path, { ...list, begun: { startMs, ulid } });
    return this.openBlock(path, ulid);
  }
}
