/** Patterns that are answered without re2js, beside re2js. */
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { compilePattern } from "../../src/series/matcher.ts";

const PARTS = [
  "",
  "a",
  "ab",
  ".*",
  ".+",
  "a.*",
  "a.+",
  "aé.*",
  "*",
  "+.*",
  "a*",
  "a..",
  ".",
  "(a)",
];
const VALUES = ["", "a", "ab", "abc", "b", "aé", "aéx", "\n", "a\n", "🎉", "a🎉", ".", "|", "a|b"];

type Predicate = (value: string) => boolean;

function orNull(make: () => Predicate): Predicate | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** The naive twin: every pattern by re2js. */
function naive(pattern: string): Predicate {
  const compiled = RE2JS.compile(`^(?s:${pattern})$`);
  return (value) => compiled.matcher(value).find();
}

describe("a pattern", () => {
  it("matches what re2js matches, whatever parts it has", () => {
    const patterns = PARTS.flatMap((first) => [
      first,
      ...PARTS.flatMap((second) => [`${first}|${second}`, `${first}|${second}|b.+`]),
    ]);
    for (const pattern of patterns) {
      const expected = orNull(() => naive(pattern));
      const own = orNull(() => compilePattern(pattern));
      const answers = VALUES.map((value) => own?.(value));
      const naiveAnswers = VALUES.map((value) => expected?.(value));
      expect(answers, pattern).toEqual(naiveAnswers);
    }
  });
});
