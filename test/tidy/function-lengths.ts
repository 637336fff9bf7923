/**
 * Where functions begin and end, found by brackets alone.
 *
 * A body is a brace that follows `=>`, or a parameter list, or a parameter list and a return type.
 * Parameter lists are brackets that do not belong to if, for, while, switch or catch. A function
 * inside a function counts in both.
 *
 * Units: lines count from 1; the length includes the line of the parameter list and the last brace.
 */
import { scanCode, type Token } from "./source-tokens.ts";

export interface FunctionSpan {
  readonly name: string;
  readonly firstLine: number;
  readonly lineCount: number;
}

const CONTROL_WORDS = new Set(["if", "for", "while", "switch", "catch", "with", "await"]);
const CLOSER_OF: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** Tokens after which a brace opens an object type, not a body. */
const TYPE_FOLLOWS = new Set([":", "|", "&", "<", ",", "=>", "?", "is", "keyof", "extends"]);
const TYPE_ENDS = new Set([";", "=", ")", "]", "}", "case", "default"]);

/** All functions with a body in `text`, in order of their bodies. */
export function functionSpans(text: string): FunctionSpan[] {
  const code = scanCode(text);
  const partners = matchBrackets(code);
  const spans: FunctionSpan[] = [];
  for (let i = 0; i < code.length; i++) {
    if (code[i]!.text !== "{" || code[i]!.kind !== "punct") continue;
    if (code[i - 1]?.text === "=>") spans.push(spanOf(code, partners, i, i));
  }
  for (const [open, close] of partners) {
    if (code[open]!.text !== "(" || isControl(code, open)) continue;
    const body = bodyAfter(code, partners, close + 1);
    if (body !== -1) spans.push(spanOf(code, partners, open, body));
  }
  return spans.sort((a, b) => a.firstLine - b.firstLine);
}

/** Index of the opening bracket to index of its closing one. */
function matchBrackets(code: readonly Token[]): Map<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < code.length; i++) {
    const { kind, text } = code[i]!;
    if (kind !== "punct") continue;
    if (text in CLOSER_OF) open.push(i);
    else if (open.length > 0 && CLOSER_OF[code[open.at(-1)!]!.text] === text) {
      partners.set(open.pop()!, i);
    }
  }
  return partners;
}

function isControl(code: readonly Token[], open: number): boolean {
  const before = code[open - 1]?.text ?? "";
  return CONTROL_WORDS.has(before) || code[open - 2]?.text === "extends";
}

/** Index of the body's brace when one follows at `from` (perhaps after a return type), or -1. */
function bodyAfter(code: readonly Token[], partners: Map<number, number>, from: number): number {
  if (code[from]?.text === "{") return from;
  if (code[from]?.text !== ":") return -1;
  let angles = 0;
  for (let i = from + 1; i < code.length; i++) {
    const { text, kind } = code[i]!;
    if (TYPE_ENDS.has(text) || (text === "," && angles === 0)) return -1;
    if (text === "{" && !TYPE_FOLLOWS.has(code[i - 1]!.text)) return i;
    if (text === "<") angles++;
    if (text === ">") angles--;
    if (kind === "punct") i = partners.get(i) ?? i;
  }
  return -1;
}

function spanOf(
  code: readonly Token[],
  partners: Map<number, number>,
  start: number,
  body: number,
): FunctionSpan {
  const firstLine = code[start]!.line;
  const lastLine = code[partners.get(body) ?? body]!.line;
  const before = start === body ? undefined : code[start - 1];
  const name = before?.kind === "word" && before.text !== "function" ? before.text : "(unnamed)";
  return { name, firstLine, lineCount: lastLine - firstLine + 1 };
}
