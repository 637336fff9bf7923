/**
 * New series of a scanned request go into the head: labels, chunk and first sample, up to a
 * thousand at a time, most of it in the kernel.
 *
 * I1  After a run, everything is as if each series had been interned and its sample appended by
 *     itself, in order.
 * I2  A kernel works for one head: that whose series and chunk states lie in its memory.
 *
 * Units: series are counted as the request has them; …Ms milliseconds since the epoch.
 */
import { windowOfTime } from "../base/units.ts";
import { FIRST_CAPACITY } from "../chunk/chunk-table.ts";
import {
  APPEND_FROM_MS,
  APPEND_LOG_AT,
  APPEND_LOG_MS,
  APPEND_LOG_NUMBER,
  DEFINE_AT,
  DEFINE_KEY,
  DEFINE_NUMBER,
  DEFINED,
  ENTRIES_MAX,
  LOGGED,
  PATCH_BYTES,
  PATCHES,
  PATCHES_MAX,
  SAMPLE_STARTS,
  STATE,
  TIMES,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Head } from "./head.ts";
import type { EntryLog } from "./scanned-append.ts";

// Places in the kernel's state words and times.
const LOG_AT = (APPEND_LOG_AT - STATE) / 4;
const LOG_NUMBER = (APPEND_LOG_NUMBER - STATE) / 4;
const DEFINED_AT = (DEFINE_AT - STATE) / 4;
const DEFINED_KEY = (DEFINE_KEY - STATE) / 4;
const DEFINED_NUMBER = (DEFINE_NUMBER - STATE) / 4;
const LOG_MS = (APPEND_LOG_MS - APPEND_FROM_MS) / 8;

/** Steps of journal numbers and of times that the kernel writes are smaller in size. */
const STEP_MAX = 2 ** 30;

/** Where definitions and entries go that the kernel writes. */
export interface SeriesLog extends EntryLog {
  /** The newest journal number given. */
  readonly lastNumber: number;
  /** Key of the definition that the next one may share bytes with, or NO_KEY. */
  readonly sharedKey: number;
  /** Takes the definitions of `count` series, the last one of `lastKey`, as bytes [from, to). */
  takeDefinitions(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    lastKey: number,
  ): void;
}

export class ScannedCreation {
  private readonly head: Head;
  private readonly kernel: Kernel;
  private readonly patches: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly times: Float64Array;

  constructor(head: Head, kernel: Kernel) {
    this.head = head;
    this.kernel = kernel;
    this.patches = kernel.wordsAt(PATCHES, (PATCHES_MAX * PATCH_BYTES) / 4);
    this.starts = kernel.wordsAt(SAMPLE_STARTS, ENTRIES_MAX + 1);
    this.times = kernel.doublesAt(TIMES, ENTRIES_MAX);
  }

  /** Key of the last series made. */
  get lastKey(): number {
    return this.head.index.made.lastKey;
  }

  /**
   * Makes the request's series [from, to) as far as they are new and usual, and stores the sample
   * of each: those of one window. `previous` is the key before. Returns the first series left.
   */
  run(from: number, to: number, previous: number, log: SeriesLog | null): number {
    const { index } = this.head;
    const timeMs = this.times[this.starts[from]!]!;
    const fromMs = Math.max(0, this.head.admittedFromMs(timeMs));
    const toMs = this.head.admittedToMs(timeMs);
    if (!(timeMs >= fromMs && timeMs < toMs)) return from;
    if (log !== null && !canLog(log, fromMs, toMs)) return from;
    let next = from;
    let before = previous;
    while (next < to) {
      const count = index.makeScanned(next, to, before, fromMs, toMs);
      if (count === 0) break;
      this.store(count, timeMs, log);
      before = index.made.lastKey;
      next += count;
    }
    return next;
  }

  /** Makes the chunks of the series that were made last and stores a sample in each. */
  private store(count: number, timeMs: number, log: SeriesLog | null): void {
    const { head, kernel } = this;
    const { state, stateTimes } = kernel;
    const { made } = head.index;
    head.openChunks(made, count, windowOfTime(timeMs, head.windowMs));
    state[LOG_AT] = log === null ? 0 : LOGGED;
    if (log !== null) {
      state[LOG_NUMBER] = log.newestNumber;
      stateTimes[LOG_MS] = log.newestMs;
      state[DEFINED_AT] = DEFINED;
      state[DEFINED_KEY] = log.sharedKey;
      state[DEFINED_NUMBER] = log.lastNumber;
    }
    kernel.functions.fillFirst(FIRST_CAPACITY);
    head.chunks.putPatches(this.patches, count);
    head.noteScanned(count, timeMs);
    if (log === null) return;
    const { bytes } = kernel;
    log.takeDefinitions(bytes, DEFINED, state[DEFINED_AT]!, count, state[DEFINED_KEY]!);
    log.takeEntries(bytes, LOGGED, state[LOG_AT]!, count, state[LOG_NUMBER]!, stateTimes[LOG_MS]!);
  }
}

/** Whether the kernel can write entries of new series at any of these times. */
function canLog(log: SeriesLog, fromMs: number, toMs: number): boolean {
  if (log.lastNumber > STEP_MAX / 2 || toMs - fromMs >= STEP_MAX) return false;
  return log.newestMs - fromMs < STEP_MAX && toMs - log.newestMs < STEP_MAX;
}
