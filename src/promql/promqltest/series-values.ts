/**
 * The items after a series name: 1 2 _ 0+10x5 stale {{count:3}}x2.
 *
 * `AxN` is A and N repetitions, `A+BxN` adds B again and again, rounding included.
 */
import { STALE_HIGH, STALE_LOW } from "../../chunk/sample-columns.ts";
import { combineHistograms } from "../histogram/arithmetic.ts";
import { parseDuration, parseGoFloat } from "../parse/number-text.ts";
import { readHistogram, type WrittenHistogram } from "./histogram-literal.ts";
import { skipBlanks, type TextScanner } from "./text-scanner.ts";

/** One item: nothing, a number, a stale marker or a histogram. */
export type Item =
  | { readonly kind: "gap" }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "stale" }
  | { readonly kind: "histogram"; readonly written: WrittenHistogram };

const GAP: Item = { kind: "gap" };
const STALE: Item = { kind: "stale" };

const NUMBER = /[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)/iy;
const TIMES = /x[0-9]+/y;
const DURATION = /[+-]?(?:[0-9]+(?:ms|[smhdwy]))+|[+-]?0/y;

/** The stale marker as a number, for those who only test its bits. */
export function isStaleBits(high: number, low: number): boolean {
  return high === STALE_HIGH && low === STALE_LOW;
}

/** Repetitions asked for after an item, or null. */
function readTimes(scanner: TextScanner): number | null {
  const text = scanner.take(TIMES);
  return text === null ? null : Number(text.slice(1));
}

function readFloat(scanner: TextScanner): number {
  const text = scanner.take(NUMBER);
  const value = text === null ? null : parseGoFloat(text);
  return value ?? scanner.fail("expected a value");
}

function readFloats(scanner: TextScanner, into: Item[]): void {
  let value = readFloat(scanner);
  const next = scanner.text[scanner.position];
  const increment = next === "+" || next === "-" ? readFloat(scanner) : 0;
  const times = readTimes(scanner) ?? 0;
  for (let i = 0; i <= times; i++) {
    into.push({ kind: "float", value });
    if (increment !== 0) value += increment;
  }
}

/** The increment `+{{…}}` or `-{{…}}` of a histogram item, or null. */
function readIncrement(scanner: TextScanner): { sign: 1 | -1; by: WrittenHistogram } | null {
  const sign = scanner.accept("+{{") ? 1 : scanner.accept("-{{") ? -1 : 0;
  if (sign === 0) return null;
  scanner.position -= 2;
  return { sign, by: readHistogram(scanner) };
}

function readHistograms(scanner: TextScanner, into: Item[]): void {
  let written = readHistogram(scanner);
  const increment = readIncrement(scanner);
  const times = readTimes(scanner) ?? 0;
  for (let i = 0; i <= times; i++) {
    into.push({ kind: "histogram", written });
    if (!increment || i === times) continue;
    const sum = combineHistograms(written.histogram, increment.by.histogram, increment.sign);
    if (!sum) scanner.fail("histograms do not add up");
    written = { histogram: sum.histogram, writtenHint: null };
  }
}

/** Reads all items up to the end of the line. */
export function readItems(scanner: TextScanner): Item[] {
  const items: Item[] = [];
  skipBlanks(scanner);
  while (!scanner.atEnd) {
    if (scanner.accept("_")) pushGaps(items, readTimes(scanner));
    else if (scanner.accept("stale")) pushStale(items, readTimes(scanner) ?? 0);
    else if (scanner.text.startsWith("{{", scanner.position)) readHistograms(scanner, items);
    else readFloats(scanner, items);
    const before = scanner.position;
    skipBlanks(scanner);
    if (scanner.position === before && !scanner.atEnd) scanner.fail("expected a space");
  }
  return items;
}

function pushGaps(items: Item[], times: number | null): void {
  for (let i = 0; i < (times ?? 1); i++) items.push(GAP);
}

function pushStale(items: Item[], times: number): void {
  for (let i = 0; i <= times; i++) items.push(STALE);
}

function readOffset(scanner: TextScanner): number {
  const text = scanner.take(DURATION) ?? scanner.fail("expected a duration");
  const outcome = parseDuration(text.replace(/^[+-]/, ""));
  if ("problem" in outcome) return scanner.fail(outcome.problem);
  return text.startsWith("-") ? -outcome.ms : outcome.ms;
}

/** Reads start time offsets in milliseconds: as items, null = unknown. */
export function readStartOffsets(scanner: TextScanner): (number | null)[] {
  const offsets: (number | null)[] = [];
  skipBlanks(scanner);
  while (!scanner.atEnd) {
    if (scanner.accept("_")) {
      const times = readTimes(scanner) ?? 1;
      for (let i = 0; i < times; i++) offsets.push(null);
    } else {
      let offset = readOffset(scanner);
      const next = scanner.text[scanner.position];
      const increment = next === "+" || next === "-" ? readOffset(scanner) : 0;
      const times = readTimes(scanner) ?? 0;
      for (let i = 0; i <= times; i++, offset += increment) offsets.push(offset);
    }
    skipBlanks(scanner);
  }
  return offsets;
}
