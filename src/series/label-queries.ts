/**
 * Questions about labels: names, values and label sets of the series that match selectors.
 *
 * Without selectors the index answers alone, with everything when the range touches any window and
 * nothing otherwise (as Prometheus' head does by its times); with selectors the union of the
 * selected series is walked.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import { type PairRef, type SeriesRef, windowStart } from "../base/units.ts";
import type { Head } from "./head.ts";
import { compareUtf8, Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";
import { pairOfName, selectSeries } from "./select.ts";

/** Selectors of which a series must satisfy one. */
export type Selectors = readonly (readonly Matcher[])[];

/** The series that satisfy at least one selector, each once. */
function unionOf(head: Head, selectors: Selectors, fromMs: number, toMs: number): Set<SeriesRef> {
  const union = new Set<SeriesRef>();
  for (const matchers of selectors) {
    for (const series of selectSeries(head, matchers, fromMs, toMs)) union.add(series);
  }
  return union;
}

/** Whether a range has a moment in common with the time from the oldest to the newest window. */
function touchesWindows(head: Head, fromMs: number, toMs: number): boolean {
  const windows = head.windows.numbers();
  const [oldest, newest] = [windows[0], windows.at(-1)];
  if (oldest === undefined || newest === undefined) return false;
  const endMs = windowStart(newest, head.windowMs) + head.windowMs;
  const startMs = Math.max(windowStart(oldest, head.windowMs), head.oldestStartMs);
  return fromMs < endMs && toMs >= startMs;
}

/** Label sets of the selected series, sorted. */
export function labelSets(
  head: Head,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
): Labels[] {
  const sets = [...unionOf(head, selectors, fromMs, toMs)].map((s) => head.index.labelsOf(s));
  return sets.sort(Labels.compare);
}

/** Label names of the selected series (of all without selectors), sorted by bytes. */
export function labelNames(
  head: Head,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
): string[] {
  const { index } = head;
  if (!touchesWindows(head, fromMs, toMs)) return [];
  const names = new Set(selectors.length === 0 ? index.pairs.nameSymbols() : []);
  if (selectors.length > 0) {
    for (const series of unionOf(head, selectors, fromMs, toMs)) {
      const count = index.series.pairCountOf(series);
      for (let i = 0; i < count; i++) names.add(index.pairs.nameOf(index.series.pairAt(series, i)));
    }
  }
  return [...names].map((name) => index.symbols.textOf(name)).sort(compareUtf8);
}

/** Values of a label in the selected series (in all without selectors), sorted by bytes. */
export function labelValues(
  head: Head,
  name: string,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
): string[] {
  const { pairs, symbols } = head.index;
  const symbol = symbols.findText(name);
  if (symbol === -1 || !touchesWindows(head, fromMs, toMs)) return [];
  const found = new Set<PairRef>();
  if (selectors.length === 0) {
    for (let p = pairs.firstOfName(symbol); p !== NO_PAIR; p = pairs.nextOfName(p)) found.add(p);
  }
  for (const series of unionOf(head, selectors, fromMs, toMs)) {
    const pair = pairOfName(head.index, series, symbol);
    if (pair !== NO_PAIR) found.add(pair);
  }
  return [...found].map((pair) => symbols.textOf(pairs.valueOf(pair))).sort(compareUtf8);
}
