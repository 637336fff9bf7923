/** Patterns beside re2js, and what they are known to match. */
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { Matcher } from "../../src/series/matcher.ts";
import { Pattern } from "../../src/series/pattern.ts";
import { partsInSteps } from "../../src/series/pattern-parts.ts";

const PARTS = [
  ...["", "a", "ab", ".*", ".+", "a.*", "a.+", "aé.*", "*", "+.*", "a*", "a..", ".", "(a)"],
  ...["a\\.b", "a\\", "\\Qa|b\\E", "(a|b)", "(?:a|b.+)", "x(a|b)y", "(a|", "[a|b]", "[]|]a"],
];
const VALUES = [
  ...["", "a", "ab", "abc", "b", "aé", "aéx", "\n", "a\n", "🎉", "a🎉", ".", "|", "a|b"],
  ...["a.b", "xay", "xby", "xy", "bb", "]", "]a", "A", "AB", "a\\", "ba", "aab"],
];

function partsOf(pattern: string): unknown {
  const steps = partsInSteps(pattern);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

type Predicate = (value: string) => boolean;

function orFault<Made>(make: () => Made): Made | string {
  try {
    return make();
  } catch (error) {
    return (error as Error).message;
  }
}

/** The naive twin: every pattern by re2js, in one piece. */
function naive(pattern: string): Predicate {
  const fault = orFault(() => RE2JS.compile(pattern));
  if (typeof fault === "string") {
    throw new Error(fault.endsWith("at end of expression") ? `${fault}: \`\`` : fault);
  }
  const compiled = RE2JS.compile(`^(?s:${pattern})$`);
  return (value) => compiled.matcher(value).find();
}

function expectSame(pattern: string, values: readonly string[]): void {
  const expected = orFault(() => naive(pattern));
  const own = orFault(() => Pattern.compile(pattern));
  if (typeof expected === "string") {
    expect(own, pattern).toBe(expected);
    return;
  }
  expect(own, pattern).toBeInstanceOf(Pattern);
  if (typeof own === "string") return;
  for (const value of [...values, ...(own.literals ?? [])]) {
    expect(own.matches(value), `${pattern} of ${JSON.stringify(value)}`).toBe(expected(value));
    if (own.literals) expect(own.literals.includes(value)).toBe(expected(value));
  }
}

const ATOMS = [
  ...["a", "b", "ab", "é", "🎉", ".", "\\.", "\\|", "\\(", "\\d", "\\pL", "[a|b]", "[^a]", "[]a]"],
  ...["[[:alpha:]|]", "[\\]|a]", "^", "$", "\\b", "(?i)", "(?i:a)", "(?P<n>a)", "\\Qa|\\E", "\\"],
  ...["(", ")", "|", "|", "|", "(?:", "(?s)", "(?-s)", "]", "{", "}"],
];
const QUANTIFIERS = ["", "", "", "", "*", "+", "?", ".*", ".+", "{2}", "{1,2}", "{0}", ".*?"];

const atom = fc.constantFrom(...ATOMS);
const quantified = fc.tuple(atom, fc.constantFrom(...QUANTIFIERS)).map((pair) => pair.join(""));
const piece = fc.array(quantified, { maxLength: 4 }).map((atoms) => atoms.join(""));
const group = fc
  .tuple(
    fc.constantFrom("(", "(?:", "x(", "(?i)(", "(?i:"),
    fc.array(piece, { maxLength: 3 }),
    piece,
  )
  .map(([open, inner, after]) => `${open}${inner.join("|")})${after}`);
const pattern = fc
  .array(fc.oneof(piece, group), { minLength: 1, maxLength: 4 })
  .map((alternatives) => alternatives.join("|"));
const value = fc
  .array(fc.constantFrom("a", "b", "A", "é", "🎉", ".", "|", "x", "1", "\n", "(", "]"), {
    maxLength: 4,
  })
  .map((characters) => characters.join(""));

describe("a pattern", () => {
  it("matches what re2js matches, whatever parts it has", () => {
    for (const first of PARTS) {
      expectSame(first, VALUES);
      for (const second of PARTS) {
        expectSame(`${first}|${second}`, VALUES);
        expectSame(`${first}|${second}|b.+`, VALUES);
      }
    }
  });

  it("matches what re2js matches, and fails in its words, whatever is put together", () => {
    fc.assert(
      fc.property(pattern, fc.array(value, { minLength: 4, maxLength: 8 }), (text, values) =>
        expectSame(text, [...values, ...VALUES]),
      ),
      { numRuns: 3000 },
    );
  });

  it("is looked up and not compiled where its alternatives are texts", () => {
    const nothing = { texts: [], stems: [], longerStems: [], rest: [] };
    expect(partsOf("a|b")).toMatchObject({ ...nothing, texts: ["a", "b"] });
    expect(partsOf("10\\.0\\.0\\.1:9100|b")).toMatchObject({
      ...nothing,
      texts: ["10.0.0.1:9100", "b"],
    });
    expect(partsOf("(web-(a|b)|c)")).toMatchObject({ ...nothing, texts: ["web-a", "web-b", "c"] });
    expect(partsOf("(a|b).*|c.+|d[0-9]")).toMatchObject({
      ...nothing,
      ...{ stems: ["a", "b"], longerStems: ["c"], rest: ["d[0-9]"] },
    });
  });

  it("does not multiply groups without bound", () => {
    const many = `(${Array.from({ length: 100 }, (_, i) => `a${i}`).join("|")})`;
    const all = many.repeat(4);
    expect(partsOf(all)).toMatchObject({ texts: [], rest: [all] });
  });

  it("matches the same when thousands of alternatives are compiled piece by piece", () => {
    const alternatives = Array.from({ length: 3000 }, (_, i) => `pod-${i * 7919}-[a-c]{2}`);
    const steps = Pattern.inSteps(alternatives.join("|"));
    let stepCount = 0;
    let step = steps.next();
    for (; !step.done; step = steps.next()) stepCount++;
    expect(stepCount).toBeGreaterThan(20);
    for (const i of [0, 1, 1500, 2999]) {
      expect(step.value.matches(`pod-${i * 7919}-ab`)).toBe(true);
      expect(step.value.matches(`pod-${i * 7919}-ad`)).toBe(false);
    }
  });

  it("names a group that is given twice as a fault, however far apart", () => {
    const between = Array.from({ length: 120 }, (_, i) => `a${i}[0-9]`).join("|");
    expect(() => Pattern.compile(`(?P<n>a)|${between}|(?P<n>b)`)).toThrow("duplicate");
  });
});

describe("a matcher", () => {
  it("lists each literal once", () => {
    expect(new Matcher("=~", "a", "x|y|x|(y|z)").literals()).toEqual(["x", "y", "z"]);
    expect(new Matcher("!~", "a", "x|y").literals()).toBeNull();
    expect(new Matcher("=~", "a", "x|y.*").literals()).toBeNull();
    expect(new Matcher("=", "a", "x|y").literals()).toEqual(["x|y"]);
  });
});
