/** Compares the result of a query with what a script expects; null = as expected. */
import { Labels } from "../../series/labels.ts";
import { ABSENT } from "../evaluate/step-column.ts";
import { labelsText } from "../label-operations.ts";
import { quote } from "../parse/string-text.ts";
import {
  listOf,
  type MatrixResult,
  type QueryValue,
  type ResultSeries,
  type VectorResult,
} from "../result/query-result.ts";
import { almostEqual, valueDifference } from "./compare-values.ts";
import type { Expectation, ScriptRange, ScriptSeries } from "./script.ts";

function nameOf(labels: Labels): string {
  return labelsText(labels, quote);
}

/** Expected series by label set; the later of two equal ones wins, as in a map. */
function byLabels(series: readonly ScriptSeries[]): Map<string, ScriptSeries> {
  return new Map(series.map((one) => [one.labels.key(), one]));
}

/** What was expected and did not come, or came twice. */
function presenceDifference(
  expected: ReadonlyMap<string, ScriptSeries>,
  given: readonly Labels[],
): string | null {
  const seen = new Set<string>();
  for (const labels of given) {
    const key = labels.key();
    if (!expected.has(key)) return `unexpected series ${nameOf(labels)}`;
    if (seen.has(key)) return `series ${nameOf(labels)} came twice`;
    seen.add(key);
  }
  for (const [key, { labels, items }] of expected) {
    const wanted = items.some((item) => item.kind !== "gap");
    if (wanted && !seen.has(key)) return `missing series ${nameOf(labels)}`;
  }
  return null;
}

export function vectorDifference(expectation: Expectation, vector: VectorResult): string | null {
  if (expectation.scalar !== null) return "got a vector; want a scalar";
  const expected = byLabels(expectation.series);
  const sets = listOf(vector.labels);
  const absent = presenceDifference(expected, sets);
  if (absent) return absent;
  const order = [...expected.keys()];
  for (const [index, labels] of sets.entries()) {
    const key = labels.key();
    const item = expected.get(key)!.items[0] ?? { kind: "gap" };
    const histogram = vector.histograms?.at(index);
    const found = valueDifference(item, { histogram, values: vector.values, index });
    if (found) return `${nameOf(labels)}: ${found}`;
    if (expectation.ordered && order[index] !== key) {
      return `${nameOf(labels)} is at place ${index}; want it at ${order.indexOf(key)}`;
    }
  }
  return null;
}

/** Compares one series over the steps of a range. */
function seriesDifference(
  wanted: ScriptSeries,
  given: ResultSeries,
  range: ScriptRange,
): string | null {
  const { items } = wanted;
  const { times, values, kinds } = given;
  let itemIndex = 0;
  for (let point = 0; point < times.length; point++) {
    if (kinds[point] === ABSENT) continue;
    const timeMs = times[point]!;
    const place = (timeMs - range.startMs) / range.stepMs;
    for (; itemIndex < place; itemIndex++) {
      const missed = items[itemIndex];
      if (missed && missed.kind !== "gap") return `nothing at item ${itemIndex}`;
    }
    if (itemIndex !== place) return `a value at ${timeMs} ms, between the expected times`;
    const item = items[itemIndex++] ?? { kind: "gap" };
    const histogram = given.histograms?.at(point);
    const found = valueDifference(item, { histogram, values, index: point });
    if (found) return `item ${place}: ${found}`;
  }
  const rest = items.slice(itemIndex).findIndex((item) => item.kind !== "gap");
  return rest < 0 ? null : `nothing at item ${itemIndex + rest}`;
}

export function matrixDifference(
  expectation: Expectation,
  matrix: MatrixResult,
  range: ScriptRange,
): string | null {
  const expected = byLabels(expectation.series);
  const series = listOf(matrix.series);
  const given = series.map(({ labels }) => labels);
  const absent = presenceDifference(expected, given);
  if (absent) return absent;
  for (const one of series) {
    const wanted = expected.get(one.labels.key())!;
    const found = seriesDifference(wanted, one, range);
    if (found) return `${nameOf(one.labels)}: ${found}`;
  }
  return sortDifference(matrix);
}

/** The first pair of series out of order. */
export function sortDifference(matrix: MatrixResult): string | null {
  const series = listOf(matrix.series);
  for (let i = 1; i < series.length; i++) {
    if (Labels.compare(series[i - 1]!.labels, series[i]!.labels) > 0) {
      return `series ${nameOf(series[i]!.labels)} is not in its place`;
    }
  }
  return null;
}

/** Compares the result of an instant query. */
export function instantDifference(expectation: Expectation, value: QueryValue): string | null {
  if (expectation.string !== null) {
    if (value.type !== "string") return `got a ${value.type}; want a string`;
    return value.value === expectation.string ? null : `got ${quote(value.value)}`;
  }
  switch (value.type) {
    case "vector":
      return vectorDifference(expectation, value);
    case "matrix":
      return expectation.rangeVector
        ? matrixDifference(expectation, value, expectation.rangeVector)
        : "got a range vector; no range was given for one";
    case "scalar":
      if (expectation.scalar === null) return "got a scalar; want another result";
      return almostEqual(expectation.scalar, value.value)
        ? null
        : `got ${value.value}; want ${expectation.scalar}`;
    case "string":
      return "got a string; want another result";
  }
}
