/**
 * Counts of durations by upper bound, as a Prometheus histogram has them.
 *
 * I1  counts[i] is the durations above bounds[i - 1] and at most bounds[i]; the last one is those
 *     above every bound.
 *
 * Units: seconds.
 */

/** From one millisecond to two minutes, about three to a decade. */
const BOUNDS_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120];

export class DurationBuckets {
  readonly bounds: readonly number[];
  sumSeconds = 0;
  private readonly counts: Float64Array;

  constructor(bounds: readonly number[] = BOUNDS_SECONDS) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one duration. */
  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > this.bounds[bucket]!) bucket++;
    this.counts[bucket] = this.counts[bucket]! + 1;
    this.sumSeconds += seconds;
  }

  /** Durations of at most each bound, and last all of them. */
  cumulative(): number[] {
    let total = 0;
    return Array.from(this.counts, (count) => {
      total += count;
      return total;
    });
  }
}
