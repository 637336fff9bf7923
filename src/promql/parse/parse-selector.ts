/**
 * Vector selectors: NAME, NAME{…} and {…} with label matchers, quoted names included.
 *
 * The matcher of a name outside the braces comes last, as in Prometheus.
 */
import { Matcher, type MatcherType } from "../../series/matcher.ts";
import type { VectorSelector } from "../ast.ts";
import { ParseFailure } from "./parse-failure.ts";
import { unquote } from "./string-text.ts";
import { IDENTIFIER, STRING, type Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const METRIC_NAME = "__name__";
const MATCH_OPERATORS = new Set(["=", "!=", "=~", "!~"]);

/** A selector over given matchers without modifiers. */
export function plainSelector(
  start: number,
  name: string,
  matchers: readonly Matcher[],
): VectorSelector {
  return {
    kind: "vector-selector",
    start,
    name,
    matchers,
    offsetMs: 0,
    offsetExpression: null,
    atMs: null,
    atEdge: null,
    anchored: false,
    smoothed: false,
    mayMatchAll: false,
  };
}

/** Parses what follows a metric name that has been taken, or a `{` at the current token. */
export function parseSelector(cursor: TokenCursor, name: Token | null): VectorSelector {
  const start = name?.start ?? cursor.current.start;
  const matchers = cursor.current.kind === "{" ? parseMatchers(cursor) : [];
  if (name) matchers.push(new Matcher("=", METRIC_NAME, name.text));
  return plainSelector(start, name?.text ?? "", matchers);
}

function parseMatchers(cursor: TokenCursor): Matcher[] {
  cursor.take();
  const matchers: Matcher[] = [];
  while (cursor.current.kind !== "}") {
    const matcher = parseMatcher(cursor);
    if (matcher) matchers.push(matcher);
    if (cursor.current.kind === "}") break;
    cursor.expect(",", "label matching", '"," or "}"');
  }
  cursor.take();
  return matchers;
}

/**
 * One matcher, or null when its regular expression is bad (which is then noted), or noted itself,
 * to be compiled before the text is parsed again.
 */
function parseMatcher(cursor: TokenCursor): Matcher | null {
  const label = cursor.current;
  if (label.kind !== IDENTIFIER && label.kind !== STRING) {
    cursor.unexpected("label matching", 'identifier or "}"');
  }
  cursor.take();
  const name = label.kind === STRING ? unquote(label.text) : label.text;
  const operator = cursor.current;
  if (!MATCH_OPERATORS.has(operator.kind)) {
    if (label.kind === STRING) return new Matcher("=", METRIC_NAME, name);
    cursor.unexpected("label matching", "label matching operator");
  }
  cursor.take();
  const value = cursor.expect(STRING, "label matching", "string");
  return buildMatcher(cursor, label.start, operator.kind as MatcherType, name, value.text);
}

function buildMatcher(
  cursor: TokenCursor,
  start: number,
  type: MatcherType,
  name: string,
  literal: string,
): Matcher | null {
  try {
    const value = unquote(literal);
    if (!cursor.patterns || type === "=" || type === "!=") return new Matcher(type, name, value);
    const pattern = cursor.patterns.matching(value);
    return pattern && new Matcher(type, name, value, pattern);
  } catch (error) {
    if (error instanceof ParseFailure) throw error;
    cursor.note(start, error instanceof Error ? error.message : String(error));
    return null;
  }
}
