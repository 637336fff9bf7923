/**
 * Series that some label pairs have, and all series: rising, each once, found bit by bit.
 *
 * I1  A series is among them when it had one of the pairs, and lived, from the first step to the
 *     last. One that came meanwhile may be missing, one that went may still be there.
 *
 * Units: work is what the meter of a query counts, about 20 ns.
 */
import type { PairRef } from "../base/units.ts";
import type { LabelIndex } from "./label-index.ts";

/** Up to here a list is sorted, above it goes through bits. */
const SORTED_MAX = 4096;
/** Pairs, numbers and words of 32 bits that are looked at between two yields, and their work. */
const PAIRS_A_STEP = 4096;
const NUMBERS_A_STEP = 16_384;
const WORDS_A_STEP = 1024;
const STEP_WORK = 4096;

/** How many postings some pairs have. */
export function* postingsOf(
  { pairs }: LabelIndex,
  some: readonly PairRef[],
): Generator<number, number> {
  let postings = 0;
  for (let i = 0; i < some.length; i++) {
    postings += pairs.seriesCountOf(some[i]!);
    if (i % PAIRS_A_STEP === PAIRS_A_STEP - 1) yield STEP_WORK;
  }
  return postings;
}

/** The live series that have one of the pairs, which are all of one name. */
export function* seriesOfPairs(
  index: LabelIndex,
  some: readonly PairRef[],
): Generator<number, Uint32Array> {
  const postings = yield* postingsOf(index, some);
  if (postings >= SORTED_MAX) return yield* seriesByBits(index, some);
  return sortedSeries(index, some, postings);
}

function sortedSeries(
  { pairs, series }: LabelIndex,
  some: readonly PairRef[],
  postings: number,
): Uint32Array {
  const found = new Uint32Array(postings);
  let read = 0;
  for (const pair of some) read += pairs.copySeries(pair, found.subarray(read));
  let length = 0;
  for (let i = 0; i < read; i++) {
    if (series.isLive(found[i]!)) found[length++] = found[i]!;
  }
  return found.subarray(0, length).sort();
}

function* seriesByBits(
  { pairs, series }: LabelIndex,
  some: readonly PairRef[],
): Generator<number, Uint32Array> {
  const bound = series.upperBound;
  const bits = new Uint32Array((bound + 31) >>> 5);
  let marked = 0;
  let left = NUMBERS_A_STEP;
  // Between two steps a list may change: its copy is looked at.
  let own = new Uint32Array(NUMBERS_A_STEP);
  for (let i = 0; i < some.length; i++) {
    const count = pairs.seriesCountOf(some[i]!);
    if (count > own.length) own = new Uint32Array(2 * count);
    pairs.copySeries(some[i]!, own);
    marked += count;
    for (let from = 0; from < count; from += NUMBERS_A_STEP) {
      const to = Math.min(count, from + NUMBERS_A_STEP);
      mark(bits, own, from, to, bound);
      left -= to - from + 1;
      if (left > 0) continue;
      yield STEP_WORK;
      left = NUMBERS_A_STEP;
    }
  }
  const found = new Uint32Array(Math.min(marked, bound));
  let length = 0;
  for (let from = 0; from < bits.length; from += WORDS_A_STEP) {
    const to = Math.min(bits.length, from + WORDS_A_STEP);
    for (let word = from; word < to; word++) {
      for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) {
        const number = word * 32 + (31 - Math.clz32(rest & -rest));
        if (series.isLive(number)) found[length++] = number;
      }
    }
    yield STEP_WORK;
  }
  return found.subarray(0, length);
}

/** Sets the bits of those of `numbers[from, to)` that are below `bound`. */
function mark(
  bits: Uint32Array,
  numbers: Uint32Array,
  from: number,
  to: number,
  bound: number,
): void {
  for (let i = from; i < to; i++) {
    const number = numbers[i]!;
    if (number < bound) bits[number >>> 5] = bits[number >>> 5]! | (1 << (number & 31));
  }
}

/** All live series. */
export function* allSeries({ series }: LabelIndex): Generator<number, Uint32Array> {
  const bound = series.upperBound;
  const found = new Uint32Array(bound);
  let length = 0;
  for (let from = 0; from < bound; from += NUMBERS_A_STEP) {
    const to = Math.min(bound, from + NUMBERS_A_STEP);
    for (let number = from; number < to; number++) {
      if (series.isLive(number)) found[length++] = number;
    }
    yield STEP_WORK;
  }
  return found.subarray(0, length);
}
