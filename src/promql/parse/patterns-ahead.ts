/**
 * Long patterns of a query's text, compiled before it is parsed, so that it can be done bit by bit.
 *
 * I1  What is not found here, or no pattern, is left to the parser, which compiles at once and
 *     words the fault.
 *
 * Units: lengths are UTF-16 units.
 */
import { Pattern } from "../../series/pattern.ts";
import { scanQuoted } from "./scan-string.ts";
import { unquote } from "./string-text.ts";

/** Compiled patterns by their text. */
export type Patterns = ReadonlyMap<string, Pattern>;

export const NO_PATTERNS: Patterns = new Map();

/** A shorter pattern is compiled when it is met. */
const LONG_LENGTH = 1024;
const OPERATOR = /[=!]~\s*["'`]/g;

/** Yields wherever others may run. */
export function* patternsAhead(text: string): Generator<void, Patterns> {
  if (text.length < LONG_LENGTH) return NO_PATTERNS;
  const patterns = new Map<string, Pattern>();
  OPERATOR.lastIndex = 0;
  for (let from = 0; ; ) {
    OPERATOR.lastIndex = from;
    if (!OPERATOR.test(text)) return patterns;
    const start = OPERATOR.lastIndex - 1;
    try {
      from = scanQuoted(text, start);
      const pattern = unquote(text.slice(start, from));
      if (pattern.length < LONG_LENGTH || patterns.has(pattern)) continue;
      patterns.set(pattern, yield* Pattern.inSteps(pattern));
    } catch {
      return patterns;
    }
  }
}
