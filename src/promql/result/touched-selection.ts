/** What the selectors of a query have touched, for the statistics in its answer. */
import type { Matcher } from "../../series/matcher.ts";

/** What one selector of a query has touched. */
export interface TouchedSelection {
  /** As it would be written: up{job="a"}. */
  readonly selector: string;
  readonly series: number;
  readonly chunks: number;
  /** A histogram counts for as many as its size is. */
  readonly samples: number;
}

/** A selector as text. */
export function selectorText(matchers: readonly Matcher[]): string {
  const name = matchers.find((matcher) => matcher.name === "__name__" && matcher.type === "=");
  const rest = matchers.filter((matcher) => matcher !== name);
  const pairs = rest.map(({ name, type, value }) => `${name}${type}${JSON.stringify(value)}`);
  const braces = pairs.length === 0 && name !== undefined ? "" : `{${pairs.join(",")}}`;
  return `${name?.value ?? ""}${braces}`;
}
