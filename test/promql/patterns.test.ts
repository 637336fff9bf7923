/** Patterns of a text, compiled between two parses of it. */
import { describe, expect, it } from "vitest";
import { parseMetricSelector } from "../../src/promql/parse/metric-selector.ts";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { type Patterns, parsedInSteps } from "../../src/promql/parse/patterns.ts";

const LONG = Array.from({ length: 300 }, (_, i) => `pod-${i}-[0-9]+`).join("|");

function inSteps<Parsed>(parse: (patterns: Patterns) => Parsed) {
  const steps = parsedInSteps(parse);
  let stepCount = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) stepCount++;
  return { stepCount, parsed: step.value };
}

function query(text: string) {
  return inSteps((patterns) => parseExpression(text, undefined, patterns));
}

function fault(parse: () => unknown): string {
  try {
    parse();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("the patterns of a text", () => {
  it("cost a text without any nothing", () => {
    expect(query('up{a="b"} + 1').stepCount).toBe(0);
  });

  it("are compiled in pieces, those of matchers and of label_replace", () => {
    expect(query(`up{a=~"${LONG}"}`).stepCount).toBeGreaterThan(4);
    const replace = `label_replace(up, "a", "$1", "b", ((("${LONG}"))))`;
    const { stepCount, parsed } = query(replace);
    expect(stepCount).toBeGreaterThan(4);
    expect(parsed.patterns?.withGroups(LONG)?.match("pod-7-12")?.text("0")).toBe("pod-7-12");
  });

  it("are those that the parser then uses", () => {
    const text = `up{a=~"${LONG}",b!~'${LONG}',c=~"sh.rt"}`;
    const { parsed } = inSteps((patterns) => parseMetricSelector(text, patterns));
    const values = ["pod-7-12", "pod-7-12", "short"];
    expect(parsed.slice(0, 3).map((one, i) => one.matches(values[i]!))).toEqual([
      ...[true, false, true],
    ]);
  });

  it("that are none, and texts that are none, fail as without steps", () => {
    for (const text of [
      ...[`up{a=~"${LONG}|*"}`, `up{a=~"${LONG}`, `up{a=~"${LONG}"} up`, 'up{a=~"("} + ~'],
      ...['up{a=~"(",b=~"*"}', '{a=~"x*"}', 'up{a=~"x.y"} + )', 'up{a=~"x"} offset 5m offset 5m'],
    ]) {
      const expected = fault(() => parseExpression(text));
      expect(expected).toContain("parse error");
      expect(fault(() => query(text))).toBe(expected);
    }
  });
});
