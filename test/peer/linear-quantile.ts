/**
 * Quantiles as Prometheus gave them up to 2.x: linear within the bucket they fall into. Since 3.0
 * they are exponential there, except in the bucket around zero, and the same share of the bucket
 * lies below them.
 */

/** A point in time and a quantile. */
export type Point = [timeSeconds: number, quantile: number];

/** A native histogram as the query API shows it. */
export interface Shown {
  readonly buckets?: readonly (readonly [rule: number, from: string, to: string, count: string])[];
}

/** What a quantile of `histogram` that was interpolated exponentially is linearly. */
export function linearQuantile(quantile: number, histogram: Shown | undefined): number {
  for (const [, from, to] of histogram?.buckets ?? []) {
    const [lower, upper] = [Number(from), Number(to)];
    if (quantile < lower || quantile > upper) continue;
    if (lower <= 0 && upper >= 0) return quantile;
    const [near, far] = [Math.abs(lower), Math.abs(upper)].map(Math.log2) as [number, number];
    const share = (Math.log2(Math.abs(quantile)) - near) / (far - near);
    return lower + (upper - lower) * share;
  }
  return quantile;
}
