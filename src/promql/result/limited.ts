/** A result cut to the number of series that was asked for. */
import type { QueryValue } from "./query-result.ts";

/** The value with at most `limit` series (0 = all): itself when it has no more. */
export function limited(value: QueryValue, limit: number): QueryValue {
  if (limit === 0) return value;
  if (value.type === "matrix" && value.series.length > limit) {
    return { ...value, series: value.series.slice(0, limit) };
  }
  if (value.type === "vector" && value.labels.length > limit) {
    const { labels } = value;
    return { ...value, labels: { length: limit, at: (index) => labels.at(index) } };
  }
  return value;
}
