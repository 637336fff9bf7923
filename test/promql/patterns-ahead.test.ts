/** Long patterns of a text, compiled before it is parsed. */
import { describe, expect, it } from "vitest";
import { parseMetricSelector } from "../../src/promql/parse/metric-selector.ts";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { patternsAhead } from "../../src/promql/parse/patterns-ahead.ts";

const LONG = Array.from({ length: 300 }, (_, i) => `pod-${i}-[0-9]+`).join("|");
const ESCAPED = Array.from({ length: 300 }, (_, i) => `10\\.0\\.0\\.${i}`).join("|");

function ahead(text: string) {
  const steps = patternsAhead(text);
  let stepCount = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) stepCount++;
  return { stepCount, patterns: step.value };
}

describe("the long patterns of a text", () => {
  it("are found in any quotes, after blanks and behind other texts", () => {
    for (const quote of ['"', "'", "`"]) {
      const text = `up{a="=~'x'",b=~"short",c!~ \n${quote}${LONG}${quote}} + "x"`;
      expect([...ahead(text).patterns.keys()]).toEqual([LONG]);
    }
    const written = `{a=~"${ESCAPED.replaceAll("\\", "\\\\")}"}`;
    expect([...ahead(written).patterns.keys()]).toEqual([ESCAPED]);
  });

  it("are compiled in pieces", () => {
    expect(ahead(`up{a=~"${LONG}"}`).stepCount).toBeGreaterThan(1);
  });

  it("are those that the parser then uses", () => {
    const text = `up{a=~"${LONG}",b!~"${LONG}",c=~"short"}`;
    const { patterns } = ahead(text);
    const [a, b, c] = parseMetricSelector(text, patterns);
    expect([a, b, c].map((matcher) => matcher!.matches("pod-7-12"))).toEqual([true, false, false]);
    expect(patterns.size).toBe(1);
    const { root } = parseExpression(`count(${text})`, undefined, patterns);
    expect(root.kind).toBe("aggregation");
  });

  it("are left to the parser when they are none, or the text is broken", () => {
    for (const text of [`up{a=~"${LONG}|("}`, `up{a=~"${LONG}`, `up{a=~"${LONG}\\q"}`]) {
      const { patterns } = ahead(text);
      expect(patterns.size).toBe(0);
      expect(() => parseExpression(text, undefined, patterns)).toThrow("parse error");
    }
  });
});
