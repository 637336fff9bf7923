/**
 * Where the states of chunks lie: in the kernel's memory, where it adds samples to them, or in a
 * buffer of their own.
 *
 * Units: a record is the state of one chunk.
 */

import { GrowingBuffer } from "../heap/growing-buffer.ts";
import { CHUNK_STATE_BYTES, CHUNK_STATES, CHUNKS_MAX } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";

const STATE_WORDS = CHUNK_STATE_BYTES / 4;
const STATE_TIMES = CHUNK_STATE_BYTES / 8;

/** States as words and as doubles; both views are replaced by ensure(). */
export interface RecordMemory {
  readonly words: Uint32Array;
  readonly times: Float64Array;
  /** Makes the first `records` records exist, zero when new. */
  ensure(records: number): void;
}

/** States in a buffer of their own. */
export class OwnRecords implements RecordMemory {
  words: Uint32Array = new Uint32Array(0);
  times: Float64Array = new Float64Array(0);
  private readonly buffer = new GrowingBuffer();

  ensure(records: number): void {
    this.buffer.ensure(records * CHUNK_STATE_BYTES);
    this.words = new Uint32Array(this.buffer.buffer);
    this.times = new Float64Array(this.buffer.buffer);
  }
}

/** States in the memory of a kernel; one table of chunks has all of them. */
export class KernelRecords implements RecordMemory {
  readonly words: Uint32Array;
  readonly times: Float64Array;

  constructor(kernel: Kernel) {
    this.words = kernel.wordsAt(CHUNK_STATES, CHUNKS_MAX * STATE_WORDS);
    this.times = kernel.doublesAt(CHUNK_STATES, CHUNKS_MAX * STATE_TIMES);
  }

  ensure(): void {
    // All of it is there.
  }
}
