/**
 * Quantiles and fractions of classic histograms: cumulative counts by upper bound.
 *
 * I1  Bounds rise strictly after coalescing; the last one must be +Inf.
 * I2  Counts that fall from one bucket to the next are raised to the one before. A difference that
 *     rounding explains (relative 1e-12) is levelled silently, a larger one is reported.
 */

const INSIGNIFICANT = 1e-12;
const SMALLEST_NORMAL = 2 ** -1022;

/** Buckets of one histogram at one step; `length` of the arrays are used. */
export class ClassicBuckets {
  readonly bounds: number[] = [];
  readonly counts: number[] = [];

  clear(): void {
    this.bounds.length = 0;
    this.counts.length = 0;
  }

  /** Adds a bucket; bounds come in rising order, equal ones are added up. */
  add(bound: number, count: number): void {
    const last = this.bounds.length - 1;
    if (last >= 0 && this.bounds[last] === bound) {
      this.counts[last]! += count;
      return;
    }
    this.bounds.push(bound);
    this.counts.push(count);
  }

  /** Whether the highest bucket holds everything. */
  get isComplete(): boolean {
    return this.bounds[this.bounds.length - 1] === Infinity;
  }
}

/** What had to be raised to make counts rise. */
export interface MonotonicityFix {
  readonly lowestBound: number;
  readonly highestBound: number;
  readonly largestDifference: number;
}

function almostEqual(left: number, right: number): boolean {
  const sum = Math.abs(left) + Math.abs(right);
  const difference = Math.abs(left - right);
  if (left === 0 || right === 0 || sum < SMALLEST_NORMAL) {
    return difference < INSIGNIFICANT * SMALLEST_NORMAL;
  }
  return difference / Math.min(sum, Number.MAX_VALUE) < INSIGNIFICANT;
}

/** Makes counts rise, in place; null when nothing worth telling was changed. */
function makeMonotonic({ bounds, counts }: ClassicBuckets): MonotonicityFix | null {
  let lowestBound = Infinity;
  let highestBound = -Infinity;
  let largestDifference = 0;
  let previous = counts[0]!;
  for (let i = 1; i < counts.length; i++) {
    const current = counts[i]!;
    if (current === previous) continue;
    if (almostEqual(previous, current)) {
      counts[i] = previous;
    } else if (current < previous) {
      counts[i] = previous;
      lowestBound = Math.min(lowestBound, bounds[i]!);
      highestBound = Math.max(highestBound, bounds[i]!);
      largestDifference = Math.max(largestDifference, previous - current);
    } else {
      previous = current;
    }
  }
  return largestDifference > 0 ? { lowestBound, highestBound, largestDifference } : null;
}

export interface ClassicQuantile {
  readonly value: number;
  readonly fix: MonotonicityFix | null;
}

/** The φ-quantile; the counts may be changed. */
export function classicQuantile(phi: number, buckets: ClassicBuckets): ClassicQuantile {
  if (Number.isNaN(phi)) return { value: Number.NaN, fix: null };
  if (phi < 0) return { value: Number.NEGATIVE_INFINITY, fix: null };
  if (phi > 1) return { value: Number.POSITIVE_INFINITY, fix: null };
  if (!buckets.isComplete) return { value: Number.NaN, fix: null };
  const fix = makeMonotonic(buckets);
  return { value: quantileOfBuckets(phi, buckets), fix };
}

function quantileOfBuckets(phi: number, { bounds, counts }: ClassicBuckets): number {
  const last = bounds.length - 1;
  const total = counts[last]!;
  if (last < 1 || total === 0 || Number.isNaN(total)) return Number.NaN;
  const rank = phi * total;
  let found = 0;
  while (found < last && !(counts[found]! >= rank)) found++;
  if (found === last) return bounds[last - 1]!;
  if (found === 0) {
    const end = bounds[0]!;
    return end <= 0 ? end : end * (rank / counts[0]!);
  }
  const from = bounds[found - 1]!;
  const below = counts[found - 1]!;
  return from + (bounds[found]! - from) * ((rank - below) / (counts[found]! - below));
}

/** Number of observations at or below `limit`, linear inside buckets. */
function rankOf(limit: number, { bounds, counts }: ClassicBuckets): number {
  let rank = 0;
  for (let i = 0; i < bounds.length; i++) {
    const upper = bounds[i]!;
    const lower = i > 0 ? bounds[i - 1]! : upper > 0 ? 0 : -Infinity;
    if (lower >= limit) return rank;
    if (upper > limit) {
      // An endless lowest bucket counts as below, an endless highest one as above.
      if (lower === -Infinity) return counts[i]!;
      return rank + ((counts[i]! - rank) * (limit - lower)) / (upper - lower);
    }
    rank = counts[i]!;
  }
  return rank;
}

/** The share of observations between two limits. */
export function classicFraction(lower: number, upper: number, buckets: ClassicBuckets): number {
  const total = buckets.counts[buckets.counts.length - 1]!;
  if (!buckets.isComplete || total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) {
    return Number.NaN;
  }
  if (lower >= upper) return 0;
  const above = upper === Infinity ? total : rankOf(upper, buckets);
  const below = lower === -Infinity ? 0 : rankOf(lower, buckets);
  return (above - below) / total;
}
