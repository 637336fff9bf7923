/**
 * Journal records in memory between being accepted and being durable.
 *
 * I1  A block holds whole records, [start, start + length) of the journal, in order.
 * I2  `settled` is fulfilled when the block is as safe as the sync mode promises, and rejected when
 *     writing it failed; a failed block is kept and written again, with nobody waiting.
 *
 * Units: bytes.
 */
import type { RecordBuilder } from "./record-builder.ts";

/** Room of a new block; one long record makes it grow. */
const BLOCK_BYTES = 256 << 10;
/** A longer block is not used again. */
const KEPT_BYTES_MAX = 4 << 20;
const KEPT_COUNT_MAX = 8;

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
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}

/** Blocks that are used again. */
export class JournalBlocks {
  private readonly free: JournalBlock[] = [];

  /** An empty block whose records begin at `start`. */
  take(start: number): JournalBlock {
    const block = this.free.pop() ?? new JournalBlock();
    block.begin(start);
    return block;
  }

  give(block: JournalBlock): void {
    const isKept = block.bytes.length <= KEPT_BYTES_MAX && this.free.length < KEPT_COUNT_MAX;
    if (isKept) this.free.push(block);
  }
}
