/** Where the series of a block go, and what is told to the thread that writes it. */
import type { Disk } from "../base/disk.ts";
import { type BlockSummary, BlockWriter } from "./block-writer.ts";
import type { SeriesBatch } from "./series-batch.ts";

/** A block that is being written. */
export interface BlockSink {
  /**
   * Resolves when the series are taken in and more may come. The batch is given away: nothing of
   * it may be looked at afterwards. TsdbError DISK_FAILED.
   */
  add(batch: SeriesBatch): Promise<void>;
  /** Completes the block for [fromMs, endMs). TsdbError DISK_FAILED. */
  finish(fromMs: number, endMs: number): Promise<BlockSummary>;
  /** Gives the block up, or lets go of what wrote it. */
  close(): Promise<void>;
}

/** Begins a block named `ulid` below `parent`. */
export type OpenBlock = (parent: string, ulid: string) => Promise<BlockSink>;

/** What the writing thread is told, and what it answers. */
export type BlockOrder =
  | { readonly kind: "add"; readonly batch: SeriesBatch }
  | { readonly kind: "finish"; readonly fromMs: number; readonly endMs: number };
export type BlockAnswer =
  | { readonly kind: "done"; readonly summary: BlockSummary | null }
  | { readonly kind: "failed"; readonly text: string };

/** Writes in this thread, on a disk of the caller's. */
export function openBlockHere(disk: Disk): OpenBlock {
  return async (parent, ulid) => {
    const writer = await BlockWriter.begin(disk, parent, ulid);
    return {
      add: (batch) => writer.add(batch),
      finish: (fromMs, endMs) => writer.finish(fromMs, endMs),
      close: async () => {},
    };
  };
}
