/**
 * The series that the kernel makes of a scanned request, as columns in its memory: what it is told
 * before, and what it has made (src/kernel/code/make-series.ts).
 *
 * Units: series of the request are counted as it has them; times are milliseconds since the epoch.
 */
import {
  APPEND_END,
  APPEND_FROM_MS,
  APPEND_SERIES,
  APPEND_TO_MS,
  MADE_CHUNKS,
  MADE_KEYS,
  MADE_LOWS,
  MADE_MAX,
  MADE_PAIR_COUNTS,
  MADE_PAIRS,
  MADE_PAIRS_MAX,
  MADE_REGIONS,
  MADE_RUNS,
  MADE_SERIES,
  MAKE_BYTES,
  MAKE_COUNT,
  MAKE_LIMIT,
  MAKE_MOST,
  MAKE_OPEN,
  MAKE_PAIRS,
  MAKE_PREVIOUS,
  MAKE_REF,
  MAKE_RUNS,
  MAKE_SPLIT,
  MAKE_UNKNOWN,
  STATE,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { NEW_KEYS_END } from "./series-keys.ts";

// Places in the kernel's state words and times.
const SERIES = (APPEND_SERIES - STATE) / 4;
const END = (APPEND_END - STATE) / 4;
const LIMIT = (MAKE_LIMIT - STATE) / 4;
const REF = (MAKE_REF - STATE) / 4;
const MOST = (MAKE_MOST - STATE) / 4;
const COUNT = (MAKE_COUNT - STATE) / 4;
const PAIRS = (MAKE_PAIRS - STATE) / 4;
const RUNS = (MAKE_RUNS - STATE) / 4;
const SPLIT = (MAKE_SPLIT - STATE) / 4;
const OPEN = (MAKE_OPEN - STATE) / 4;
const PREVIOUS = (MAKE_PREVIOUS - STATE) / 4;
const BYTES = (MAKE_BYTES - STATE) / 4;
const FROM_MS = 0;
const TO_MS = (APPEND_TO_MS - APPEND_FROM_MS) / 8;

const RUN_WORDS = 3;
/** Each pair of a series may end a run; those of the last one are still open. */
const RUNS_MAX = MADE_PAIRS_MAX;

export class MadeSeries {
  /** By series made: its ref, its key, how many pairs it has. */
  readonly refs: Uint32Array;
  readonly keys: Uint32Array;
  readonly pairCounts: Uint32Array;
  /** The pairs, one series behind the other. */
  readonly pairs: Uint32Array;
  /** Rows of series that share a pair: the pair, the first series, the last one. */
  readonly runs: Uint32Array;
  /** For the caller to fill in: its chunk, and the address of its slice as two words. */
  readonly chunks: Uint32Array;
  readonly lows: Uint32Array;
  readonly regions: Uint32Array;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.refs = kernel.wordsAt(MADE_SERIES, MADE_MAX);
    this.keys = kernel.wordsAt(MADE_KEYS, MADE_MAX);
    this.pairCounts = kernel.wordsAt(MADE_PAIR_COUNTS, MADE_MAX);
    this.pairs = kernel.wordsAt(MADE_PAIRS, MADE_PAIRS_MAX);
    this.runs = kernel.wordsAt(MADE_RUNS, RUNS_MAX * RUN_WORDS);
    this.chunks = kernel.wordsAt(MADE_CHUNKS, MADE_MAX);
    this.lows = kernel.wordsAt(MADE_LOWS, MADE_MAX);
    this.regions = kernel.wordsAt(MADE_REGIONS, MADE_MAX);
  }

  /** Series made since begin(). */
  get count(): number {
    return this.kernel.state[COUNT]!;
  }

  get runCount(): number {
    return this.kernel.state[RUNS]!;
  }

  /** The first series of the request that was not made. */
  get end(): number {
    return this.kernel.state[SERIES]!;
  }

  /** Key of the last series made. */
  get lastKey(): number {
    return this.kernel.state[PREVIOUS]!;
  }

  /**
   * Begins with series `from` of the request, `most` of them before `to`. They get the refs from
   * `ref` on, or those in `refs` when that is NO_SERIES.
   */
  begin(
    from: number,
    to: number,
    most: number,
    ref: number,
    previous: number,
    fromMs: number,
    toMs: number,
  ): void {
    const { state, stateTimes } = this.kernel;
    state[SERIES] = from;
    state[END] = to;
    state[MOST] = most;
    state[REF] = ref;
    state[LIMIT] = NEW_KEYS_END;
    state[PREVIOUS] = previous;
    state[COUNT] = 0;
    state[PAIRS] = 0;
    state[RUNS] = 0;
    state[SPLIT] = 0;
    state[OPEN] = 0;
    state[BYTES] = 0;
    stateTimes[FROM_MS] = fromMs;
    stateTimes[TO_MS] = toMs;
  }

  /** Makes series; the number of labels of the next one when some of them want pairs, else 0. */
  make(seed: number): number {
    const why = this.kernel.functions.makeSeries(seed);
    return why === MAKE_UNKNOWN ? this.kernel.state[SPLIT]! : 0;
  }

  /** Writes the runs that end with the last series; there must be one. */
  endRuns(): void {
    this.kernel.functions.endRuns();
  }
}
