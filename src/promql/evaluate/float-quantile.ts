/** Quantile of a set of floats: linear between the two nearest ranks, NaN the smallest value. */

/** Order of values with NaN first. */
export function compareNanFirst(left: number, right: number): number {
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  return Number.isNaN(right) ? 1 : left - right || 0;
}

/** The φ-quantile of any values where φ is no share of them; null = φ is one. */
export function quantileOutside(phi: number): number | null {
  if (Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  return phi > 1 ? Number.POSITIVE_INFINITY : null;
}

/** What lies at a rank between two neighbours. */
export function valueAtRank(rank: number, lower: number, upper: number): number {
  const weight = rank - Math.floor(rank);
  return lower * (1 - weight) + upper * weight;
}

/** The φ-quantile of `values`, which are sorted in place. */
export function quantileOf(phi: number, values: Float64Array): number {
  if (values.length === 0) return Number.NaN;
  const outside = quantileOutside(phi);
  if (outside !== null) return outside;
  sortNanFirst(values);
  const last = values.length - 1;
  const rank = phi * last;
  const lower = Math.floor(rank);
  return valueAtRank(rank, values[lower]!, values[Math.min(last, lower + 1)]!);
}

/** Sorts in place, NaN first. A typed array's own sort puts NaN last. */
export function sortNanFirst(values: Float64Array): void {
  values.sort();
  let nans = 0;
  while (nans < values.length && Number.isNaN(values[values.length - 1 - nans]!)) nans++;
  if (nans === 0 || nans === values.length) return;
  values.copyWithin(nans, 0, values.length - nans);
  values.fill(Number.NaN, 0, nans);
}
