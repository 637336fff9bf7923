/**
 * Scanned samples go into the head: most of them in the kernel, a thousand at a time.
 *
 * I1  After a run, records and slices are as if append() had been called for each sample.
 * I2  A kernel works for one head: that whose series and chunk states lie in its memory.
 *
 * Units: series are counted as the request has them.
 */
import {
  APPEND_END,
  APPEND_FROM_MS,
  APPEND_LOG_AT,
  APPEND_LOG_MS,
  APPEND_LOG_NUMBER,
  APPEND_SERIES,
  APPEND_STORED,
  APPEND_TO_MS,
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

// Places in the kernel's state words and times.
const SERIES = (APPEND_SERIES - STATE) / 4;
const END = (APPEND_END - STATE) / 4;
const STORED = (APPEND_STORED - STATE) / 4;
const LOG_AT = (APPEND_LOG_AT - STATE) / 4;
const LOG_NUMBER = (APPEND_LOG_NUMBER - STATE) / 4;
const FROM_MS = 0;
const TO_MS = (APPEND_TO_MS - APPEND_FROM_MS) / 8;
const LOG_MS = (APPEND_LOG_MS - APPEND_FROM_MS) / 8;

/** Where journal entries go that the kernel writes. */
export interface EntryLog {
  /** Journal number and time of the newest sample that is logged. */
  readonly newestNumber: number;
  readonly newestMs: number;
  /** Takes `count` entries, which go on from there and end with these, as bytes [from, to). */
  takeEntries(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    newestNumber: number,
    newestMs: number,
  ): void;
}

export class ScannedAppend {
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

  /**
   * Stores the samples of the request's series [from, to) as far as the kernel can: those of one
   * window. Returns the first series that is left; each before it had one sample, which is stored.
   */
  run(from: number, to: number, log: EntryLog | null): number {
    const { state, stateTimes, functions } = this.kernel;
    state[SERIES] = from;
    state[END] = to;
    const timeMs = this.times[this.starts[from]!]!;
    stateTimes[FROM_MS] = this.head.admittedFromMs(timeMs);
    stateTimes[TO_MS] = this.head.admittedToMs(timeMs);
    let stored = PATCHES_MAX;
    while (stored === PATCHES_MAX) {
      state[LOG_AT] = log === null ? 0 : LOGGED;
      if (log !== null) {
        state[LOG_NUMBER] = log.newestNumber;
        stateTimes[LOG_MS] = log.newestMs;
      }
      functions.append();
      stored = state[STORED]!;
      if (stored === 0) break;
      this.head.chunks.putPatches(this.patches, stored);
      this.head.noteScanned(stored, timeMs);
      const { bytes } = this.kernel;
      log?.takeEntries(
        bytes,
        LOGGED,
        state[LOG_AT]!,
        stored,
        state[LOG_NUMBER]!,
        stateTimes[LOG_MS]!,
      );
    }
    return state[SERIES]!;
  }
}
