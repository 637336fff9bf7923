/**
 * Whether a histogram fits behind the samples of a chunk, and in which layout.
 *
 * The rules are those of Prometheus' own appender, so that a chunk has its bytes. A counter fits
 * when the chunk has its kind, schema, bounds and zero threshold, nothing in it has fallen and the
 * chunk is not stale; a gauge fits whenever the shape does. Buckets that only one of both has are
 * no hindrance: missing ones are filled in with 0, in the sample or (a new layout) in the chunk.
 *
 * I1  With `fits`, slot k of a side's union is bucket fromChunk[k] of the chunk and bucket
 *     fromSample[k] of the sample, -1 for none; slots are in the order of their indexes.
 * I2  The union is the chunk's own layout unless `grows`.
 */
import {
  COUNT,
  CUSTOM_BOUNDS,
  CUSTOM_SCHEMA,
  type HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  ResetHint,
  THRESHOLD,
  ZERO_COUNT,
} from "./histogram-columns.ts";
import { type PairRange, SpanWalk } from "./histogram-layout.ts";
import { BUCKETS_FROM, type HistogramState } from "./histogram-state.ts";
import { RunningCount } from "./running-count.ts";

/** Flags of a chunk: what is known of a counter reset in front of it. */
export const ChunkFlags = { unknown: 0, notReset: 0x40, reset: 0x80, gauge: 0xc0 } as const;
export const CHUNK_FLAGS_MASK = 0xc0;

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** The double in a pair of words. */
function doubleOf(high: number, low: number): number {
  doubleWords[0] = low;
  doubleWords[1] = high;
  return double[0]!;
}

/** Buckets of one side, of chunk and sample together. */
export class SideUnion {
  length = 0;
  fromChunk = new Int32Array(64);
  fromSample = new Int32Array(64);
  /** Sums of 32-bit gaps. */
  indexes = new Float64Array(64);
  /** Buckets that the chunk lacks, and that the sample lacks. */
  missingInChunk = 0;
  missingInSample = 0;

  clear(): void {
    this.length = 0;
    this.missingInChunk = 0;
    this.missingInSample = 0;
  }

  push(index: number, inChunk: number, inSample: number): void {
    if (this.length === this.indexes.length) this.grow();
    this.indexes[this.length] = index;
    this.fromChunk[this.length] = inChunk;
    this.fromSample[this.length] = inSample;
    this.length++;
    if (inChunk < 0) this.missingInChunk++;
    if (inSample < 0) this.missingInSample++;
  }

  private grow(): void {
    const length = this.indexes.length * 2;
    const { indexes, fromChunk, fromSample } = this;
    this.indexes = new Float64Array(length);
    this.indexes.set(indexes);
    this.fromChunk = new Int32Array(length);
    this.fromChunk.set(fromChunk);
    this.fromSample = new Int32Array(length);
    this.fromSample.set(fromSample);
  }
}

const chunkWalk = new SpanWalk();
const sampleWalk = new SpanWalk();

export class HistogramFit {
  fits = false;
  /** Flags of the chunk that is begun when the sample does not fit. */
  flags: number = ChunkFlags.unknown;
  readonly positive = new SideUnion();
  readonly negative = new SideUnion();

  /** Whether the chunk must be written anew with more buckets. */
  get grows(): boolean {
    return this.positive.missingInChunk + this.negative.missingInChunk > 0;
  }

  /** Whether the sample lacks buckets that the chunk has. */
  get widens(): boolean {
    return this.positive.missingInSample + this.negative.missingInSample > 0;
  }

  /** Judges row `row` behind a chunk of its kind that stands at `state` and has these flags. */
  judge(state: HistogramState, flags: number, from: HistogramColumns, row: number): void {
    this.positive.clear();
    this.negative.clear();
    const isGauge = (flags & CHUNK_FLAGS_MASK) === ChunkFlags.gauge;
    if (from.hintOf(row) === ResetHint.gauge) this.judgeGauge(isGauge, state, from, row);
    else this.judgeCounter(isGauge, state, from, row);
  }

  private judgeGauge(
    isGauge: boolean,
    state: HistogramState,
    from: HistogramColumns,
    row: number,
  ): void {
    const isStale = from.isStale(row);
    this.flags = ChunkFlags.gauge;
    this.fits = isGauge && (isStale || (!state.isStale && sameShape(state, from, row)));
    if (this.fits && !isStale) this.unite(state, from, row);
  }

  private judgeCounter(
    isGauge: boolean,
    state: HistogramState,
    from: HistogramColumns,
    row: number,
  ): void {
    const isFloat = state.isFloat;
    this.fits = false;
    this.flags = isFloat ? ChunkFlags.unknown : ChunkFlags.notReset;
    if (isGauge) return;
    if (from.hintOf(row) === ResetHint.reset) {
      this.flags = ChunkFlags.reset;
      return;
    }
    if (from.isStale(row)) {
      this.fits = true;
      return;
    }
    this.flags = ChunkFlags.unknown;
    if (state.isStale) return;
    const fell = countFell(state, 0, from, row, COUNT);
    if (!fell && !sameBase(state, from, row)) return;
    this.flags = ChunkFlags.reset;
    if (fell || !sameBounds(state, from, row)) return;
    if (countFell(state, 1, from, row, ZERO_COUNT)) return;
    this.unite(state, from, row);
    this.fits = !this.anyFell(state, from, row);
  }

  private unite(state: HistogramState, from: HistogramColumns, row: number): void {
    uniteSide(this.positive, state.positiveSpans, from, row, POSITIVE_SPANS);
    uniteSide(this.negative, state.negativeSpans, from, row, NEGATIVE_SPANS);
  }

  private anyFell(state: HistogramState, from: HistogramColumns, row: number): boolean {
    const middle = BUCKETS_FROM + state.positiveBucketCount;
    return (
      sideFell(this.positive, state, BUCKETS_FROM, from, row, POSITIVE_BUCKETS) ||
      sideFell(this.negative, state, middle, from, row, NEGATIVE_BUCKETS)
    );
  }
}

function sameShape(state: HistogramState, from: HistogramColumns, row: number): boolean {
  return sameBase(state, from, row) && sameBounds(state, from, row);
}

function sameBase(state: HistogramState, from: HistogramColumns, row: number): boolean {
  const threshold = doubleOf(state.thresholdHigh, state.thresholdLow);
  return state.schema === from.schemaOf(row) && threshold === from.doubleOf(row, THRESHOLD);
}

/** Custom bounds as numbers; they mean something with the custom schema alone. */
function sameBounds(state: HistogramState, from: HistogramColumns, row: number): boolean {
  if (state.schema !== CUSTOM_SCHEMA) return true;
  const count = from.lengthOf(row, CUSTOM_BOUNDS);
  if (state.bounds.length !== 2 * count) return false;
  const at = from.listOf(row, CUSTOM_BOUNDS);
  for (let i = 0; i < 2 * count; i += 2) {
    const own = doubleOf(state.bounds[i + 1]!, state.bounds[i]!);
    if (own !== doubleOf(from.words[at + i + 1]!, from.words[at + i]!)) return false;
  }
  return true;
}

function countFell(
  state: HistogramState,
  value: number,
  from: HistogramColumns,
  row: number,
  offset: number,
): boolean {
  const high = state.values[2 * value + 1]!;
  const low = state.values[2 * value]!;
  if (state.isFloat) return from.doubleOf(row, offset) < doubleOf(high, low);
  const at = from.startOf(row) + offset;
  const newHigh = from.words[at + 1]!;
  return newHigh < high || (newHigh === high && from.words[at]! < low);
}

function uniteSide(
  union: SideUnion,
  own: PairRange,
  from: HistogramColumns,
  row: number,
  spans: number,
): void {
  chunkWalk.begin(own.words, own.at, own.length);
  sampleWalk.begin(from.words, from.listOf(row, spans), from.lengthOf(row, spans));
  while (chunkWalk.index !== sampleWalk.index || chunkWalk.index !== Number.POSITIVE_INFINITY) {
    const index = Math.min(chunkWalk.index, sampleWalk.index);
    const inChunk = chunkWalk.index === index ? chunkWalk.ordinal : -1;
    const inSample = sampleWalk.index === index ? sampleWalk.ordinal : -1;
    union.push(index, inChunk, inSample);
    if (inChunk >= 0) chunkWalk.next();
    if (inSample >= 0) sampleWalk.next();
  }
}

const before = new RunningCount();
const now = new RunningCount();

/** Whether a bucket holds less than before, or is gone that was not empty. */
function sideFell(
  union: SideUnion,
  state: HistogramState,
  firstValue: number,
  from: HistogramColumns,
  row: number,
  list: number,
): boolean {
  const ownAt = 2 * firstValue;
  const sampleAt = from.listOf(row, list);
  return state.isFloat
    ? doublesFell(union, state.values, ownAt, from.words, sampleAt)
    : integersFell(union, state.values, ownAt, from.words, sampleAt);
}

function integersFell(
  union: SideUnion,
  own: Uint32Array,
  ownAt: number,
  other: Uint32Array,
  otherAt: number,
): boolean {
  before.clear();
  now.clear();
  for (let slot = 0; slot < union.length; slot++) {
    const inChunk = union.fromChunk[slot]!;
    const inSample = union.fromSample[slot]!;
    if (inSample >= 0) now.add(other, otherAt + 2 * inSample);
    if (inChunk < 0) continue;
    before.add(own, ownAt + 2 * inChunk);
    if (inSample < 0 ? !before.isZero : before.isAbove(now)) return true;
  }
  return false;
}

function doublesFell(
  union: SideUnion,
  own: Uint32Array,
  ownAt: number,
  other: Uint32Array,
  otherAt: number,
): boolean {
  for (let slot = 0; slot < union.length; slot++) {
    const inChunk = ownAt + 2 * union.fromChunk[slot]!;
    const inSample = otherAt + 2 * union.fromSample[slot]!;
    if (inChunk < ownAt) continue;
    const count = doubleOf(own[inChunk + 1]!, own[inChunk]!);
    if (inSample < otherAt ? count !== 0 : count > doubleOf(other[inSample + 1]!, other[inSample]!))
      return true;
  }
  return false;
}
