/**
 * A selector alone, as match[] has it: NAME, NAME{…} or {…} and nothing else.
 *
 * What a query may not select (everything, a name twice) is not looked at here.
 */
import type { Matcher } from "../../series/matcher.ts";
import { ParseFailure } from "./parse-failure.ts";
import { parseSelector } from "./parse-selector.ts";
import type { Patterns } from "./patterns.ts";
import { END, isMetricName } from "./token.ts";
import { TokenCursor } from "./token-cursor.ts";

function parseWhole(cursor: TokenCursor): readonly Matcher[] {
  const token = cursor.current;
  if (token.kind !== "{" && !isMetricName(token)) cursor.unexpected();
  const name = token.kind === "{" ? null : cursor.take();
  const { matchers } = parseSelector(cursor, name);
  if (cursor.current.kind !== END) cursor.unexpected();
  if (cursor.firstProblem) throw cursor.firstProblem;
  return matchers;
}

/** The matchers of a selector. Throws TsdbError QUERY_PARSE as parseExpression() does. */
export function parseMetricSelector(text: string, patterns?: Patterns): Matcher[] {
  try {
    return [...parseWhole(new TokenCursor(text, patterns))];
  } catch (error) {
    if (error instanceof ParseFailure) throw error.toError(text);
    throw error;
  }
}
