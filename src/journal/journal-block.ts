/**
 * Journal records in memory between being accepted and being durable.
 *
 * I1  A block holds whole records, [start, start + length) of the journal, in order.
 * I2  `settled` is fulfilled when the block is as safe as the sync mode promises, and rejected when
 *     writing it failed; a failed block is kept and written again, with nobody waiting.
 *
 * Units: bytes.
 */
import { returnMemory } from "../base/memory-return.ts";
import type { RecordBuilder } from "./record-builder.ts";

/**
 * Room of a new block, which grows when more comes: the record of a request of 2,000 samples has
 * some 11 KB, and under load dozens of blocks wait for one sync.
 */
const BLOCK_BYTES = 32 << 10;
/** Room of all blocks that are kept to be used again. */
const KEPT_BYTES_MAX = 2 << 20;
/** A longer block is not kept: one that defines many series, or of a disk that was slow. */
const KEPT_BLOCK_BYTES_MAX = 256 << 10;

export class JournalBlock {
  bytes = new Uint8Array(BLOCK_BYTES);
  length = 0;
  start = 0;
  settled: Promise<void> = Promise.resolve();
  private view = new DataView(this.bytes.buffer);
  private resolve: () => void = () => {};
  private reject: (reason: unknown) => void = () => {};

  /** Empties the block; its records begin at `start`. */
  begin(start: number): void {
    this.start = start;
    this.length = 0;
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits hears of a failure; it is no fault when nobody does.
    this.settled.catch(() => {});
  }

  get end(): number {
    return this.start + this.length;
  }

  add(record: RecordBuilder): void {
    const { size } = record;
    if (this.length + size > this.bytes.length) this.widen(this.length + size);
    record.writeTo(this.bytes, this.view, this.length, this.end);
    this.length += size;
  }

  succeed(): void {
    this.resolve();
  }

  fail(reason: unknown): void {
    this.reject(reason);
  }

  private widen(need: number): void {
    const wider = new Uint8Array(Math.max(need, this.bytes.length * 2));
    wider.set(this.bytes.subarray(0, this.length));
    returnMemory(this.bytes);
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}

/** Blocks that are used again. */
export class JournalBlocks {
  private readonly free: JournalBlock[] = [];
  private keptBytes = 0;

  /** An empty block whose records begin at `start`. */
  take(start: number): JournalBlock {
    const kept = this.free.pop();
    this.keptBytes -= kept?.bytes.length ?? 0;
    const block = kept ?? new JournalBlock();
    block.begin(start);
    return block;
  }

  /** Takes a block back that nobody reads any more. */
  give(block: JournalBlock): void {
    const bytes = this.keptBytes + block.bytes.length;
    if (bytes > KEPT_BYTES_MAX || block.bytes.length > KEPT_BLOCK_BYTES_MAX) {
      returnMemory(block.bytes);
      return;
    }
    this.keptBytes = bytes;
    this.free.push(block);
  }
}
