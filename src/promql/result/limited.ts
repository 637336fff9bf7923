/** A result cut to the number of series that was asked for. */
import { firstOf, type QueryValue } from "./query-result.ts";

/** The value with at most `limit` series (0 = all): itself when it has no more. */
export function limited(value: QueryValue, limit: number): QueryValue {
  if (limit === 0) return value;
  if (value.type === "matrix" && value.series.length > limit) {
    return { ...value, series: firstOf(value.series, limit) };
  }
  if (value.type === "vector" && value.labels.length > limit) {
    return { ...value, labels: firstOf(value.labels, limit) };
  }
  return value;
}
