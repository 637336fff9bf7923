import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { STABLE_SYNTAX } from "../../src/promql/parse/parse-options.ts";

/** Text of the error that a query gives; "" when it parses. */
function errorOf(text: string, options?: typeof STABLE_SYNTAX): string {
  try {
    parseExpression(text, options);
    return "";
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    return error.message;
  }
}

describe("a query that does not parse", () => {
  it.each([
    ["", "unknown position: parse error: no expression found in input"],
    ["foo bar", '1:5: parse error: unexpected identifier "bar"'],
    ["1 +", "1:4: parse error: unexpected end of input"],
    ["sum(", "1:5: parse error: unclosed left parenthesis"],
    ["sum)", "1:5: parse error: unexpected right parenthesis ')'"],
    ["a]", "1:2: parse error: unexpected right bracket ']'"],
    ["a{b=c}", '1:5: parse error: unexpected identifier "c" in label matching, expected string'],
    [
      "a{b}",
      '1:4: parse error: unexpected "}" in label matching, expected label matching operator',
    ],
    ["a{b='c", "1:5: parse error: unterminated quoted string"],
    ["a[5m", "1:5: parse error: unclosed left bracket"],
    ["a[5m]", ""],
    ["1.5.5", '1:1: parse error: bad number or duration syntax: "1.5."'],
    ["5m5m", '1:1: parse error: not a valid duration string: "5m5m"'],
    ["5q", '1:1: parse error: bad number or duration syntax: "5"'],
    ["a[0s]", "1:3: parse error: duration must be greater than 0"],
    ["a ! b", "1:3: parse error: unexpected character after '!': ' '"],
    ["a ? b", "1:3: parse error: unexpected character: '?'"],
    ["{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"],
    ['{a=~".*"}', "1:1: parse error: vector selector must contain at least one non-empty matcher"],
    ['a{b=~"("}', "1:3: parse error: error parsing regexp: missing closing ): `(`"],
    ['a{__name__="b"}', '1:1: parse error: metric name must not be set twice: "a" or "b"'],
    ["nope(a)", '1:1: parse error: unknown function with name "nope"'],
    [
      "rate(a)",
      '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    ["rate()", '1:1: parse error: expected 1 argument(s) in call to "rate", got 0'],
    [
      "abs(1)",
      '1:5: parse error: expected type instant vector in call to function "abs", got scalar',
    ],
    [
      "sum(1)",
      "1:5: parse error: expected type instant vector in aggregation expression, got scalar",
    ],
    [
      "topk(a, b)",
      "1:6: parse error: expected type scalar in aggregation parameter, got instant vector",
    ],
    [
      "topk(a)",
      "1:1: parse error: wrong number of arguments for aggregate expression provided, " +
        "expected 2, got 1",
    ],
    ["1 and 2", '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ["1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"],
    ["a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators"],
    [
      "a + on(x) group_left(x) b",
      '1:3: parse error: label "x" must not occur in ON and GROUP clause at once',
    ],
    ["a and on(x) group_left b", '1:1: parse error: no grouping allowed for "and" operation'],
    ["1 + on(x) a", "1:1: parse error: vector matching only allowed between instant vectors"],
    [
      '"a" + 1',
      "1:1: parse error: binary expression must contain only scalar and instant vector types",
    ],
    [
      "a[5m] + 1",
      "1:1: parse error: binary expression must contain only scalar and instant vector types",
    ],
    [
      "-a[5m]",
      "1:1: parse error: unary expression only allowed on expressions " +
        'of type scalar or instant vector, got "range vector"',
    ],
    ["a[5m][5m]", "1:6: parse error: ranges only allowed for vector selectors"],
    ["a offset 5m offset 5m", "1:1: parse error: offset may not be set multiple times"],
    ["a @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times"],
    [
      "sum(a) offset 5m",
      "1:1: parse error: offset modifier must be preceded by an instant vector selector " +
        "or range vector selector or a subquery",
    ],
    ["sum by (a,,) (b)", '1:11: parse error: unexpected "," in grouping opts, expected label'],
    ["f(a,)", "1:4: parse error: trailing commas not allowed in function call args"],
    ["a\n  + )", "2:6: parse error: unexpected right parenthesis ')'"],
    ["é", "1:1: parse error: unexpected character: 'é'"],
    ['"é" + )', "1:9: parse error: unexpected right parenthesis ')'"],
    [
      "1e400",
      "1:1: parse error: error parsing number: " +
        'strconv.ParseFloat: parsing "1e400": value out of range',
    ],
  ])("%j: %s", (text, message) => {
    expect(errorOf(text)).toBe(message);
  });

  it.each([
    ["mad_over_time(a[5m])", '1:1: parse error: function "mad_over_time" is not enabled'],
    ["a[5m * 2]", "1:3: parse error: experimental duration expression is not enabled"],
    [
      "a offset",
      "1:9: parse error: unexpected end of input in offset, expected number or duration",
    ],
    ["a smoothed", "1:1: parse error: smoothed modifier is experimental and not enabled"],
  ])("with stable syntax only, %j: %s", (text, message) => {
    expect(errorOf(text, STABLE_SYNTAX)).toBe(message);
    expect(errorOf(text)).not.toBe(message);
  });

  it.each([
    ["nests", "(".repeat(20_000), "1:501: parse error: expression is nested too deeply"],
    ["signs", `${"-".repeat(20_000)}1`, "1:501: parse error: expression is nested too deeply"],
    [
      "chains",
      `1${"+1".repeat(20_000)}`,
      "1:4002: parse error: expression has more than 2000 operators",
    ],
  ])("%s that are too deep for the stack are refused", (_what, text, message) => {
    expect(errorOf(text)).toBe(message);
  });
});
