/** How patterns are weighed, taken to pieces and refused. */
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { GroupPattern } from "../../src/series/group-pattern.ts";
import { Pattern } from "../../src/series/pattern.ts";
import { weigh } from "../../src/series/pattern-weight.ts";

const NAMES = Array.from({ length: 600 }, (_, i) => `pod-${i * 7919}`);
const LIST = NAMES.join("|");

/** What re2js finds, in one piece: the text of every group, null without a match. */
function naive(pattern: string, value: string): (string | null)[] | null {
  const matcher = RE2JS.compile(`^(?s:${pattern})$`).matcher(value);
  if (!matcher.find()) return null;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? "");
}

function stepsOf(steps: Generator<void, unknown>): number {
  let count = 0;
  while (!steps.next().done) count++;
  return count;
}

describe("the weight of an expression", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["a{100}", 102],
    ["(?:a{10}){10}", 10 * (12 + 2) + 2 + 1 + 10 * 1],
    ["[a-z]{5}", 5 + 5 + 2],
    ["\\pL", 128 + 1],
    ["\\pL{3}", 128 + 3 + 2],
    ["\\Qa|b\\E", 8],
  ])("of %s is %i", (expression, weight) => {
    expect(weigh(expression).weight).toBeGreaterThanOrEqual(weight * 0.9);
    expect(weigh(expression).weight).toBeLessThanOrEqual(weight * 1.2);
  });

  it("is that of its text at least, however it is nested or broken", () => {
    for (const one of ["(", "[", "(?:", ")", "a(", "\\Q", "(a"]) {
      expect(weigh(one.repeat(5000)).weight).toBeGreaterThanOrEqual(5000);
    }
  });

  it("tells groups that capture", () => {
    expect(weigh("(a)(?:b)(?P<n>c)\\((?i:d)[(](?<m>e)").groupCount).toBe(3);
  });
});

describe("a long pattern", () => {
  it("of names between other things is taken to pieces and matches the same", () => {
    const patterns = [`x.*(${LIST}).*`, `^(?:${LIST})-[0-9]+$`, `(?i)(${LIST})`, `(${LIST})[yz]`];
    const values = ["xpod-7919y", "pod-15838-12", "POD-7919", "pod-7919y", "pod-7919", "pod-"];
    for (const pattern of patterns) {
      expect(stepsOf(Pattern.inSteps(pattern))).toBeGreaterThan(3);
      const own = Pattern.compile(pattern);
      for (const value of values) expect(own.matches(value)).toBe(naive(pattern, value) !== null);
    }
  });

  it("is refused when it cannot be taken apart", () => {
    for (const pattern of [
      "a.".repeat(2000),
      `((a.|b){1000}|c)*`,
      `${LIST}|(`,
      "\\pL".repeat(40),
    ]) {
      expect(() => Pattern.compile(pattern)).toThrow("expression too large");
      expect(() => GroupPattern.compile(pattern)).toThrow("expression too large");
    }
    expect(() => Pattern.compile("(a.){1000}|".repeat(1000))).toThrow("expression too large");
  });

  it("repeats as often as in Go, and no more", () => {
    expect(Pattern.compile("(a{100}){10}").matches("a".repeat(1000))).toBe(true);
    expect(Pattern.compile("[a-z0-9]{1,1000}").matches("a".repeat(1000))).toBe(true);
    for (const pattern of ["((a{100}){100})", "(a{100}){11}", "a{1001}", "(a{2,}){501}"]) {
      expect(() => Pattern.compile(pattern)).toThrow("invalid repeat count");
    }
  });
});

describe("the groups of a pattern", () => {
  const part = fc.constantFrom("a", "b", "(a)", "(b|c)", "(a*)", "(?:a|(b))", ".", "(x)?", "y{20}");
  const alternative = fc.array(part, { minLength: 1, maxLength: 4 }).map((some) => some.join(""));
  const value = fc.array(fc.constantFrom("a", "b", "c", "x", "y"), { maxLength: 5 });

  function expectSame(pattern: string, text: string): void {
    const expected = naive(pattern, text);
    const groups = GroupPattern.compile(pattern).match(text);
    const found = expected?.map((_, i) => groups?.text(String(i)));
    expect(found ?? groups, `${pattern} of ${text}`).toEqual(expected);
  }

  it("are those of the whole, whichever piece matches", () => {
    const long = NAMES.slice(0, 200).join("|");
    fc.assert(
      fc.property(alternative, alternative, alternative, value, (first, second, third, text) => {
        expectSame(`${first}|(${long})|${second}|${third}`, text.join(""));
        expectSame(`x(${long}|ab|a|b)${first}`, `x${text.join("")}`);
      }),
      { numRuns: 200 },
    );
    expectSame(`(${LIST})-(.*)`, "pod-7919-ab-c");
    // In another order `a*` would be tried with fewer of them first.
    expect(() => GroupPattern.compile(`a*(${LIST})`)).toThrow("too large");
  });

  it("have names, and are empty when there are none", () => {
    const groups = GroupPattern.compile("(?P<name>a)(b)?").match("a");
    expect(["name", "1", "2", "3", "other"].map((name) => groups?.text(name))).toEqual([
      ...["a", "a", "", "", ""],
    ]);
  });
});
