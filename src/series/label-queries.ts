/**
 * Questions about labels: names, values and label sets of the series that match selectors, answered
 * in slices, so that writes go on meanwhile.
 *
 * Without selectors the index answers alone, with everything when the range touches any window and
 * nothing otherwise (as Prometheus' head does by its times); with selectors the union of the
 * selected series is walked.
 *
 * I1  Between two slices anything may happen to the store. A reader's epoch is open until the
 *     answer is made: series that were found keep their labels and refs (reader-epochs.ts).
 *
 * Units: times are milliseconds since the epoch of the calendar, both ends inclusive.
 */

import { NumberSet } from "../base/number-set.ts";
import { doneInSlices, type Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import { type PairRef, type SeriesRef, type SymbolRef, windowStart } from "../base/units.ts";
import type { Head } from "./head.ts";
import { pairOfName } from "./label-reader.ts";
import { type LabelSetList, LabelSets } from "./label-sets.ts";
import { compareUtf8, Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";
import { hasSamples, Selection } from "./select.ts";
import { NO_SERIES } from "./series-table.ts";

/** Selectors of which a series must satisfy one. */
export type Selectors = readonly (readonly Matcher[])[];

/** Which series are asked about. */
export interface LabelQuestion {
  readonly selectors: Selectors;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Series or values between two looks at the clock. */
const STEP = 64;

/** The series that satisfy at least one selector, each once. */
async function unionOf(
  head: Head,
  { selectors, fromMs, toMs }: LabelQuestion,
  slices: Slices,
): Promise<NumberSet<SeriesRef>> {
  const union = new NumberSet<SeriesRef>();
  for (const [i, matchers] of selectors.entries()) {
    if (i > 0 && slices.isOver()) await slices.next();
    const selection = new Selection(head.index, matchers);
    while (!selection.prepare(() => !slices.isOver())) await slices.next();
    let left = STEP;
    while (!selection.isDone) {
      const series = selection.next();
      if (series !== NO_SERIES && hasSamples(head, series, fromMs, toMs)) union.add(series);
      if (--left > 0 && !selection.hasWorked) continue;
      left = STEP;
      selection.takeWork();
      if (slices.isOver()) await slices.next();
    }
  }
  return union;
}

/** Answers a question about the selected series, each once, while a reader's epoch keeps them. */
export async function ofSelected<Answer>(
  head: Head,
  question: LabelQuestion,
  slices: Slices,
  answer: (series: Iterable<SeriesRef>) => Promise<Answer>,
): Promise<Answer> {
  const epoch = head.chunks.readers.open();
  try {
    return await answer(await unionOf(head, question, slices));
  } finally {
    epoch.close();
  }
}

/** Makes something of each item, in slices. */
async function each<Item>(
  items: Iterable<Item>,
  slices: Slices,
  visit: (item: Item) => void,
): Promise<void> {
  let left = STEP;
  for (const item of items) {
    visit(item);
    if (--left > 0) continue;
    left = STEP;
    if (slices.isOver()) await slices.next();
  }
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

/** Makes an answer of the label sets of the selected series, in their order (labels.ts I4). */
export function ofLabelSets<Answer>(
  head: Head,
  question: LabelQuestion,
  slices: Slices,
  answer: (sets: LabelSetList) => Promise<Answer>,
): Promise<Answer> {
  return ofSelected(head, question, slices, async (selected) => {
    const sets = new LabelSets();
    await each(selected, slices, (series) => sets.push(Labels.lyingIn(head.index, series)));
    const order = await doneInSlices(sets.sortedIndexes(), slices);
    return answer({ length: order.length, at: (position) => sets.at(order[position]!) });
  });
}

/** Label names of the selected series (of all without selectors), sorted by bytes. */
export async function labelNames(
  head: Head,
  question: LabelQuestion,
  slices: Slices,
): Promise<readonly string[]> {
  const { series: table, pairs, symbols } = head.index;
  if (!touchesWindows(head, question.fromMs, question.toMs)) return [];
  if (question.selectors.length === 0) {
    const names = [...pairs.nameSymbols()].map((name) => symbols.textOf(name));
    return sortedInSlices(names, compareUtf8, slices);
  }
  const names = await ofSelected(head, question, slices, async (selected) => {
    const found = new Set<SymbolRef>();
    await each(selected, slices, (series) => {
      const count = table.pairCountOf(series);
      for (let i = 0; i < count; i++) found.add(pairs.nameOf(table.pairAt(series, i)));
    });
    return [...found].map((name) => symbols.textOf(name));
  });
  return sortedInSlices(names, compareUtf8, slices);
}

/** Values of a label in the selected series (in all without selectors), sorted by bytes. */
export async function labelValues(
  head: Head,
  name: string,
  question: LabelQuestion,
  slices: Slices,
): Promise<readonly string[]> {
  const { pairs, symbols } = head.index;
  const symbol = symbols.findText(name);
  if (symbol === -1 || !touchesWindows(head, question.fromMs, question.toMs)) return [];
  const values = await ofSelected(head, question, slices, async (selected) => {
    const found = new NumberSet<PairRef>();
    const isAll = question.selectors.length === 0;
    if (isAll) for (const pair of pairs.refsOfName(symbol)) found.add(pair as PairRef);
    await each(selected, slices, (series) => {
      const pair = pairOfName(head.index, series, symbol);
      if (pair !== NO_PAIR) found.add(pair);
    });
    const texts: string[] = [];
    await each(found, slices, (pair) => {
      // Between two slices a pair that no series of the epoch has may have gone.
      if (!pairs.isLive(pair) || pairs.nameOf(pair) !== symbol) return;
      texts.push(symbols.textOf(pairs.valueOf(pair)));
    });
    return texts;
  });
  return sortedInSlices(values, compareUtf8, slices);
}
