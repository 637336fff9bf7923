/**
 * Tokens of PromQL.
 *
 * The kind of a symbol or keyword is its own text in lower case; the other kinds are words that no
 * query can contain as a keyword. Keywords are case-insensitive, function names are not keywords.
 */
import { quote } from "./string-text.ts";

export interface Token {
  readonly kind: string;
  /** UTF-16 offset into the query text. */
  readonly start: number;
  readonly text: string;
}

export const END = "end of input";
export const IDENTIFIER = "identifier";
/** A name with a colon: a metric, never a label. */
export const METRIC_IDENTIFIER = "metric identifier";
export const NUMBER = "number";
export const DURATION = "duration";
export const STRING = "string";

export const AGGREGATORS: ReadonlySet<string> = new Set([
  "avg",
  "bottomk",
  "count",
  "count_values",
  "group",
  "limit_ratio",
  "limitk",
  "max",
  "min",
  "quantile",
  "stddev",
  "stdvar",
  "sum",
  "topk",
]);

/** Words that open a modifier. */
const MODIFIERS: ReadonlySet<string> = new Set([
  "anchored",
  "bool",
  "by",
  "group_left",
  "group_right",
  "ignoring",
  "offset",
  "on",
  "smoothed",
  "without",
]);

/** Modifiers only when an opening parenthesis follows; else ordinary names. */
export const FILL_MODIFIERS: ReadonlySet<string> = new Set(["fill", "fill_left", "fill_right"]);

/** Words with a meaning in time modifiers, and functions of the same name. */
export const QUERY_CONTEXT_WORDS: ReadonlySet<string> = new Set(["start", "end", "step", "range"]);

const WORD_OPERATORS: ReadonlySet<string> = new Set(["and", "or", "unless", "atan2"]);

const SYMBOL_OPERATORS: ReadonlySet<string> = new Set([
  ..."+-*/%^<>@",
  "==",
  "!=",
  "<=",
  ">=",
  "=~",
  "!~",
  "</",
  ">/",
]);

/** Kind of a word that is a keyword, or undefined. */
export function keywordKind(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (AGGREGATORS.has(lower) || MODIFIERS.has(lower)) return lower;
  if (QUERY_CONTEXT_WORDS.has(lower) || WORD_OPERATORS.has(lower)) return lower;
  return lower === "inf" || lower === "nan" ? NUMBER : undefined;
}

/** Keywords that cannot name a metric outside braces. */
const RESERVED = new Set(["atan2", "bool", "group_left", "group_right", "ignoring", "on"]);

/** Whether a token can be a metric name. */
export function isMetricName(token: Token): boolean {
  if (token.kind === IDENTIFIER || token.kind === METRIC_IDENTIFIER) return true;
  return isKeyword(token) && !RESERVED.has(token.kind);
}

/** Whether a token can be a label name in by (…), on (…) and the like. */
export function isLabelName(token: Token): boolean {
  return token.kind === IDENTIFIER || token.kind === METRIC_IDENTIFIER || isKeyword(token);
}

function isKeyword(token: Token): boolean {
  return (
    AGGREGATORS.has(token.kind) ||
    MODIFIERS.has(token.kind) ||
    FILL_MODIFIERS.has(token.kind) ||
    QUERY_CONTEXT_WORDS.has(token.kind) ||
    WORD_OPERATORS.has(token.kind)
  );
}

/** A token as error messages name it. */
export function describeToken(token: Token): string {
  const { kind, text } = token;
  if (kind === END) return kind;
  if (kind === IDENTIFIER || kind === METRIC_IDENTIFIER) return `${kind} ${quote(text)}`;
  if (kind === STRING || kind === NUMBER || kind === DURATION) return `${kind} ${shortened(text)}`;
  if (AGGREGATORS.has(kind)) return `<aggr:${text}>`;
  if (WORD_OPERATORS.has(kind) || SYMBOL_OPERATORS.has(kind)) return `<op:${text}>`;
  if (MODIFIERS.has(kind) || FILL_MODIFIERS.has(kind)) return `<${text}>`;
  return shortened(text);
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 10 ? `${quote(characters.slice(0, 10).join(""))}...` : quote(text);
}

const OPERAND_STARTS: ReadonlySet<string> = new Set([NUMBER, DURATION, STRING, ..."({+-"]);

/** Whether a token can begin an expression. */
export function startsOperand(token: Token): boolean {
  return OPERAND_STARTS.has(token.kind) || isMetricName(token);
}
