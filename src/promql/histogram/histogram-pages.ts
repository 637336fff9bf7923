/**
 * Very many native histograms as numbers in pages: V8's collections look at each object there is,
 * and a histogram is six of them.
 *
 * I1  A histogram lies in one page: the numbers of HEAD, then its lists one after the other.
 * I2  What at() makes is the asker's own: nothing else refers to it.
 *
 * Units: lengths are numbers of eight bytes.
 */
import { NumberPages } from "../../base/number-pages.ts";
import { type BucketSpans, FloatHistogram, RESET_HINTS } from "./float-histogram.ts";

/** Length of the first page, of the second twice as much, and so on up to the last. */
const FIRST_LENGTH = 512;
const PAGE_LENGTH = 32 * 1024;

/** Where the numbers of a histogram are, from its first. */
const HEAD = {
  schema: 0,
  hint: 1,
  zeroThreshold: 2,
  zeroCount: 3,
  count: 4,
  sum: 5,
  /** Lengths of the lists: spans count twice. */
  positiveSpans: 6,
  negativeSpans: 7,
  positiveBuckets: 8,
  negativeBuckets: 9,
  customValues: 10,
  length: 11,
} as const;

export class HistogramPages {
  /** How many there are; their indexes are below. */
  length = 0;
  private readonly pages: Float64Array[] = [];
  /** By histogram: its page, and where it begins there. */
  private readonly pageOf = new NumberPages(0);
  private readonly firstOf = new NumberPages(0);
  /** The page that histograms are added to, and how much of it is taken. */
  private page = -1;
  private used = 0;

  /** Adds one; its index. */
  add(histogram: FloatHistogram): number {
    const { positiveSpans, negativeSpans, positiveBuckets, negativeBuckets } = histogram;
    const { customValues } = histogram;
    const spans = positiveSpans.lengths.length + negativeSpans.lengths.length;
    const buckets = positiveBuckets.length + negativeBuckets.length;
    const index = this.makeRoom(HEAD.length + 2 * spans + buckets + customValues.length);
    const numbers = this.pages[this.page]!;
    const first = this.firstOf.get(index);
    numbers[first + HEAD.schema] = histogram.schema;
    numbers[first + HEAD.hint] = RESET_HINTS.indexOf(histogram.resetHint);
    numbers[first + HEAD.zeroThreshold] = histogram.zeroThreshold;
    numbers[first + HEAD.zeroCount] = histogram.zeroCount;
    numbers[first + HEAD.count] = histogram.count;
    numbers[first + HEAD.sum] = histogram.sum;
    numbers[first + HEAD.positiveSpans] = positiveSpans.lengths.length;
    numbers[first + HEAD.negativeSpans] = negativeSpans.lengths.length;
    numbers[first + HEAD.positiveBuckets] = positiveBuckets.length;
    numbers[first + HEAD.negativeBuckets] = negativeBuckets.length;
    numbers[first + HEAD.customValues] = customValues.length;
    let at = first + HEAD.length;
    at = putSpans(numbers, at, positiveSpans);
    at = putSpans(numbers, at, negativeSpans);
    at = putList(numbers, at, positiveBuckets);
    at = putList(numbers, at, negativeBuckets);
    putList(numbers, at, customValues);
    return index;
  }

  /** Adds one of another's; its index here. */
  addFrom(other: HistogramPages, otherIndex: number): number {
    const numbers = other.pages[other.pageOf.get(otherIndex)]!;
    const from = other.firstOf.get(otherIndex);
    const length = lengthOf(numbers, from);
    const index = this.makeRoom(length);
    const into = this.pages[this.page]!;
    const first = this.firstOf.get(index);
    for (let i = 0; i < length; i++) into[first + i] = numbers[from + i]!;
    return index;
  }

  /** The histogram of an index, made. */
  at(index: number): FloatHistogram {
    const numbers = this.pages[this.pageOf.get(index)]!;
    const first = this.firstOf.get(index);
    const histogram = new FloatHistogram();
    histogram.schema = numbers[first + HEAD.schema]!;
    histogram.resetHint = RESET_HINTS[numbers[first + HEAD.hint]!]!;
    histogram.zeroThreshold = numbers[first + HEAD.zeroThreshold]!;
    histogram.zeroCount = numbers[first + HEAD.zeroCount]!;
    histogram.count = numbers[first + HEAD.count]!;
    histogram.sum = numbers[first + HEAD.sum]!;
    const positive = numbers[first + HEAD.positiveSpans]!;
    const negative = numbers[first + HEAD.negativeSpans]!;
    let at = first + HEAD.length;
    if (positive > 0) histogram.positiveSpans = spansAt(numbers, at, positive);
    at += 2 * positive;
    if (negative > 0) histogram.negativeSpans = spansAt(numbers, at, negative);
    at += 2 * negative;
    histogram.positiveBuckets = listAt(numbers, at, numbers[first + HEAD.positiveBuckets]!);
    at += histogram.positiveBuckets.length;
    histogram.negativeBuckets = listAt(numbers, at, numbers[first + HEAD.negativeBuckets]!);
    at += histogram.negativeBuckets.length;
    histogram.customValues = listAt(numbers, at, numbers[first + HEAD.customValues]!);
    return histogram;
  }

  /** Forgets all of them; their pages are used again. */
  clear(): void {
    this.length = 0;
    this.page = Math.min(0, this.pages.length - 1);
    this.used = 0;
  }

  /** Room for the numbers of a new histogram; its index. */
  private makeRoom(length: number): number {
    while (this.page < 0 || this.used + length > this.pages[this.page]!.length) this.turn(length);
    const index = this.length++;
    this.pageOf.set(index, this.page);
    this.firstOf.set(index, this.used);
    this.used += length;
    return index;
  }

  /** Goes on in the next page, which is made when there is none. */
  private turn(length: number): void {
    this.used = 0;
    if (++this.page < this.pages.length) return;
    const next = Math.min(PAGE_LENGTH, FIRST_LENGTH << Math.min(16, this.page));
    this.pages.push(new Float64Array(Math.max(length, next)));
  }
}

function lengthOf(numbers: Float64Array, first: number): number {
  const spans = numbers[first + HEAD.positiveSpans]! + numbers[first + HEAD.negativeSpans]!;
  const buckets = numbers[first + HEAD.positiveBuckets]! + numbers[first + HEAD.negativeBuckets]!;
  return HEAD.length + 2 * spans + buckets + numbers[first + HEAD.customValues]!;
}

function putSpans(numbers: Float64Array, at: number, { offsets, lengths }: BucketSpans): number {
  return putList(numbers, putList(numbers, at, offsets), lengths);
}

function spansAt(numbers: Float64Array, at: number, length: number): BucketSpans {
  return {
    offsets: listAt(numbers, at, length),
    lengths: listAt(numbers, at + length, length),
  };
}

/** Puts a list; where the next one goes. */
function putList(numbers: Float64Array, at: number, list: readonly number[]): number {
  for (let i = 0; i < list.length; i++) numbers[at + i] = list[i]!;
  return at + list.length;
}

function listAt(numbers: Float64Array, at: number, length: number): number[] {
  const list = new Array<number>(length);
  for (let i = 0; i < length; i++) list[i] = numbers[at + i]!;
  return list;
}
