/** What is told of a result beside its text. */
import { limited } from "./limited.ts";
import type { QueryResult, QueryValue } from "./query-result.ts";
import type { TouchedSelection } from "./touched-selection.ts";

export interface ResultFacts {
  /** Whether the result was cut to the limit. */
  readonly isTruncated: boolean;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Most samples held at a time. */
  readonly samplesPeak: number;
  /** What each selector has touched. */
  readonly touched: readonly TouchedSelection[];
}

/** The value of a result, cut to the limit, and the facts that go with it. */
export function shownResult(
  result: QueryResult,
  limit: number,
): { readonly value: QueryValue; readonly facts: ResultFacts } {
  const { warnings, infos, peakSamples: samplesPeak, touched } = result;
  const value = limited(result.value, limit);
  const isTruncated = value !== result.value;
  return { value, facts: { isTruncated, warnings, infos, samplesPeak, touched } };
}
