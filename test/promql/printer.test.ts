import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import type { Expression } from "../../src/promql/ast.ts";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { expressionJson } from "../../src/promql/print/expression-json.ts";
import { prettyText } from "../../src/promql/print/expression-pretty.ts";
import {
  aggregationHead,
  expressionText,
  operatorText,
  subquerySuffix,
} from "../../src/promql/print/expression-text.ts";
import { QueryGenerator } from "./random-query.ts";

function printed(text: string): string {
  return expressionText(parseExpression(text).root);
}

function pretty(text: string): string {
  return prettyText(parseExpression(text).root);
}

describe("an expression on one line", () => {
  it.each([
    ["sum(a) by (b)", "sum by (b) (a)"],
    ["sum without() (a)", "sum without () (a)"],
    ["topk(5,a)by(x)", "topk by (x) (5, a)"],
    ['a{c="1",b=~"2"}', 'a{b=~"2",c="1"}'],
    ["a{}", "a"],
    ['{__name__="a"}', '{__name__="a"}'],
    ['{"a.b","c d"="e"}', '{"c d"="e",__name__="a.b"}'],
    ["a  offset  90m @ 3", "a @ 3.000 offset 1h30m"],
    ["a[36h] offset -5m", "a[1d12h] offset -5m"],
    ["rate(a[5m:30s])", "rate(a[5m:30s])"],
    ["a[1w:] @ end()", "a[1w:] @ end()"],
    ["a[5m*(2+1)]", "a[5m * (2 + 1)]"],
    ["a[min_of(step(),1m)]", "a[min_of(step(), 1m)]"],
    ["a[5m] anchored offset 1m", "a[5m] anchored offset 1m"],
    ["a smoothed", "a smoothed"],
    ["1e3+0x10", "1000 + 16"],
    ["Inf-NaN", "+Inf - NaN"],
    ["90s", "1m30s"],
    ["-(-a)", "-(-a)"],
    ['"a\\"b"', '"a\\"b"'],
    ["a*on(x,y)group_left(z)b", "a * on (x, y) group_left (z) b"],
    ["a+ignoring()b", "a + b"],
    ["a==bool on()b", "a == bool on () b"],
    ["a + fill(0) b", "a + fill (0) b"],
    ["a + fill_left(1) fill_right(2) b", "a + fill_left (1) fill_right (2) b"],
  ])("%s → %s", (text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  it("parses to what it came from", () => {
    const text =
      'sum by (a) (rate(b{c!="d"}[5m] @ 1.500 offset 1m)) / on (a) group_left () (e > bool 2)';
    expect(printed(text)).toBe(text);
  });
});

describe("an expression over several lines", () => {
  it("stays on one line up to a hundred characters", () => {
    const text = `sum(${"a".repeat(95)})`;
    expect(pretty(text)).toBe(text);
    expect(pretty(`sum(${"a".repeat(96)})`)).toBe(`sum(\n  ${"a".repeat(96)}\n)`);
  });

  it("splits calls, operators, parentheses and subqueries", () => {
    const long = "x".repeat(60);
    const text = `max_over_time((topk(5, ${long}) - ${long})[5m:1m]) > 1`;
    expect(pretty(text).split("\n")).toEqual([
      "  max_over_time(",
      "    (",
      `        topk(5, ${long})`,
      "      -",
      `        ${long}`,
      "    )[5m:1m]",
      "  )",
      ">",
      "  1",
    ]);
  });
});

describe("an expression as an object", () => {
  it("describes selectors", () => {
    expect(expressionJson(parseExpression('a{b="c"}[5m] offset 1m @ end()').root)).toEqual({
      type: "matrixSelector",
      name: "a",
      matchers: [
        { name: "b", type: "=", value: "c" },
        { name: "__name__", type: "=", value: "a" },
      ],
      offset: 60_000,
      range: 300_000,
      startOrEnd: "end",
      timestamp: null,
    });
  });

  it("describes calls, aggregations and operators", () => {
    expect(
      expressionJson(parseExpression("topk by (x) (2, -abs(a)) and on (x) b").root),
    ).toMatchObject({
      type: "binaryExpr",
      op: "and",
      bool: false,
      matching: { card: "many-to-many", labels: ["x"], on: true, include: [] },
      lhs: {
        type: "aggregation",
        op: "topk",
        param: { type: "numberLiteral", val: "2" },
        grouping: ["x"],
        without: false,
        expr: {
          type: "unaryExpr",
          op: "-",
          expr: {
            type: "call",
            func: { name: "abs", argTypes: ["vector"], returnType: "vector", variadic: 0 },
          },
        },
      },
    });
  });
});

/** The naive twin: makes the text of every part to see how long it is. */
function naivePretty(node: Expression, level = 0): string {
  const indent = "  ".repeat(level);
  const block = (head: string, parts: readonly Expression[]) => {
    const list = parts.map((part) => naivePretty(part, level + 1)).join(",\n");
    return `${indent}${head}(\n${list}\n${indent})`;
  };
  if (node.kind === "unary") {
    return indent + node.operator + naivePretty(node.expression, level).trimStart();
  }
  const text = expressionText(node);
  if (text.length <= 100) return node.kind === "subquery" ? text : indent + text;
  if (node.kind === "call") return block(node.name, node.args);
  if (node.kind === "paren") return block("", [node.expression]);
  if (node.kind === "subquery") return naivePretty(node.expression, level) + subquerySuffix(node);
  if (node.kind === "aggregation") {
    const { parameter, expression } = node;
    return block(aggregationHead(node), parameter ? [parameter, expression] : [expression]);
  }
  if (node.kind !== "binary") return indent + text;
  const [left, right] = [node.left, node.right].map((side) => naivePretty(side, level + 1));
  return `${left}\n${indent}${operatorText(node)}\n${right}`;
}

describe("an expression over several lines", () => {
  it("is what looking at the text of every part makes of it", () => {
    const generator = new QueryGenerator(new Prng(7));
    let most = 0;
    for (let i = 0; i < 500; i++) {
      const halves = [generator.vector(2 + (i % 6)), generator.vector(4)];
      const { root } = parseExpression(`sum(-${halves.join(" + ")}) or rate((${halves[1]})[5m:])`);
      const text = prettyText(root);
      expect(text).toBe(naivePretty(root));
      most = Math.max(most, text.split("\n").length);
    }
    expect(most).toBeGreaterThan(20);
  });

  it("may have thousands of operators", () => {
    const text = Array.from({ length: 1900 }, (_, i) => `job_${i}`).join(" or ");
    const lines = pretty(text).split("\n");
    expect(lines).toHaveLength(2 * 1889 + 1);
    expect(lines.at(-1)).toBe("  job_1899");
  });
});
