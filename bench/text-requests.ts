/**
 * Queries whose text is long: as long, of as many tokens and with as large patterns as a server
 * takes, and a little more.
 *
 * Units: …S seconds, times since the epoch; lengths are characters, all of them ASCII.
 */
import { TOKENS_MAX } from "../src/promql/parse/token-cursor.ts";
import { WEIGHT_MAX } from "../src/series/pattern-weight.ts";
import { type Asked, posted } from "./turn-requests.ts";

/** The default of --query.max-length. */
const LENGTH_MAX = 128 << 10;
/** Room in a text for what stands around its long part. */
const AROUND = 200;

/** As many parts as a length has room for. */
function filled(part: (i: number) => string, separator: string, lengthMax: number): string {
  const parts: string[] = [];
  for (let length = 0, i = 0; ; i++) {
    const next = part(i);
    length += next.length + separator.length;
    if (length > lengthMax) return parts.join(separator);
    parts.push(next);
  }
}

function repeated(part: (i: number) => string, separator: string, count: number): string {
  return Array.from({ length: count }, (_, i) => part(i)).join(separator);
}

const pod = (i: number) => `pod-${i * 7919}-abcde`;
const list = (part: (i: number) => string) => filled(part, "|", LENGTH_MAX - AROUND);
const counted = (pattern: string) => `count({pod=~"${pattern}"})`;
const replaced = (pattern: string) =>
  `label_replace({__name__=~".+"}, "x", "$1", "pod", "${pattern}")`;

/** Patterns, each as large as it may be or larger. */
function patterns(): [string, string][] {
  const alternative = `[a-z-]{900}.*x{900}.*y{${WEIGHT_MAX - 1830}}`;
  return [
    ["literals", counted(list(pod))],
    ["literals of a group", counted(`x.*(${list(pod)}).*`)],
    ["alternatives", counted(list((i) => `${pod(i)}-[0-9]+`))],
    ["alternatives, the last is none", counted(`${list((i) => `${pod(i)}-[0-9]+`)}|*`)],
    ["classes of Unicode", counted(list(() => "\\\\pL"))],
    ["groups that multiply", counted(list(() => `(a|b)`).replaceAll(")|(", ")("))],
    ["groups that multiply, often", counted(list(() => "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)"))],
    ["an alternative", counted(alternative)],
    ["an alternative that is none", counted(`${"a".repeat(WEIGHT_MAX - 10)}**`)],
    ["too large an alternative", counted("a.".repeat((LENGTH_MAX - AROUND) / 2))],
    ["not a pattern", counted(`${list(pod)}|(`)],
    ["many patterns", `{${repeated((i) => `a=~"x${i}.\\\\pL"`, ",", TOKENS_MAX / 4 - 2)}}`],
    ["replace, an alternative", replaced(alternative)],
    ["replace, literals", replaced(`(${list(pod)})`)],
    ["replace, alternatives", replaced(list((i) => `(${pod(i)})-[0-9]+`))],
    ["replace, too large", replaced("a.".repeat((LENGTH_MAX - AROUND) / 2))],
  ];
}

/** Texts of as many tokens as may be. */
function tokens(): [string, string][] {
  const count = (of: number) => Math.floor((TOKENS_MAX - 20) / of);
  const replace = (i: number) => `label_replace(up,"x","$1","job","(.*)${i}")`;
  return [
    ["selectors", repeated((i) => `up{job="${i}"}`, " or ", Math.min(2000, count(7)))],
    ["matchers", `{${repeated((i) => `a${i}=""`, ",", count(4))},pod=~".+"}`],
    ["labels", `sum by (${repeated((i) => `a${i}`, ",", count(2))}) ({__name__=~".+"})`],
    ["texts", `label_join({pod=~".+"}, "x", "", ${repeated(() => '"none"', ",", count(2))})`],
    ["rates", repeated((i) => `sum by (a) (rate(up{job="${i}"}[5m]))`, " + ", count(22))],
    ["replacements", repeated(replace, " or ", count(13))],
    ["numbers", repeated(() => "1", "+", Math.min(2000, count(2)))],
    ["too many numbers", repeated(() => "1", "+", 100_000)],
    ["durations", `up[${repeated(() => "5m", "+", 500)}]`],
  ];
}

/** Everything. */
export function textRequests(endS: number): Asked[] {
  const query = ([name, text]: readonly [string, string]) =>
    posted(`text: ${name}`, "/api/v1/query", { query: text, time: endS });
  const rates = tokens().find(([name]) => name === "rates")![1];
  const others: [string, string][] = [
    ["escapes", `"${"\\u00e4".repeat((LENGTH_MAX - AROUND) / 6)}"`],
    ["blanks", `${" ".repeat(LENGTH_MAX - AROUND)}1`],
    ["too long", counted(repeated(pod, "|", 40_000))],
  ];
  return [
    ...[...patterns(), ...tokens(), ...others].map(query),
    posted("text: format rates", "/api/v1/format_query", { query: rates }),
    posted("text: parse rates", "/api/v1/parse_query", { query: rates }),
    posted("text: exemplars of rates", "/api/v1/query_exemplars", { query: rates }),
    posted("text: many selectors", "/api/v1/series", {
      "match[]": Array.from({ length: 2000 }, (_, i) => `up{pod=~"${pod(i)}-.*x"}`),
    }),
  ];
}
