/**
 * Query results as the JSON of Prometheus' HTTP API: `{"resultType":…,"result":…}`.
 *
 * The text is built in pieces, so a large matrix never becomes one string. Times are seconds with
 * three decimals or none; values are strings (format-value.ts); labels stand in their sorted order.
 * Bytes that are no UTF-8 become U+FFFD.
 */
import { textPieces } from "../../base/text-pieces.ts";
import type { Labels } from "../../series/labels.ts";
import { FLOAT, HISTOGRAM } from "../evaluate/step-column.ts";
import { formatPlain, formatValue } from "../format-value.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramJson } from "../histogram/histogram-json.ts";
import { NUMBER_BYTES_MAX, putTime, putValue } from "./number-bytes.ts";
import type { MatrixResult, QueryValue, ResultSeries, VectorResult } from "./query-result.ts";

const PART_LENGTH = 8 * 1024;
/** A label set with longer texts than so many characters is written label by label. */
const WHOLE_LENGTH_MAX = 64 * 1024;

/** Seconds of a time in milliseconds: `1435781451.781` or `1435781451`. */
export function timeText(timeMs: number): string {
  const absolute = Math.abs(timeMs);
  const fraction = absolute % 1000;
  const seconds = `${timeMs < 0 ? "-" : ""}${(absolute - fraction) / 1000}`;
  return fraction === 0 ? seconds : `${seconds}.${String(fraction).padStart(3, "0")}`;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Printable ASCII without quote and backslash: stands in JSON as it is. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** A text as a JSON string. */
export function textJson(text: string): string {
  if (PLAIN_TEXT.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  // Only a lone surrogate is written as \ud…, or what looks like it.
  return json.includes("\\ud") ? JSON.stringify(text.replace(LONE_SURROGATE, "\ufffd")) : json;
}

/** A label set as a JSON object. */
export function labelsJson(labels: Labels): string {
  let text = "{";
  for (let i = 0; i < labels.size; i++) {
    if (i > 0) text += ",";
    text += `${textJson(labels.nameAt(i))}:${textJson(labels.valueAt(i))}`;
  }
  return `${text}}`;
}

/** Whether the texts of a label set are very long: it may have 8 MiB. */
function isWide(labels: Labels): boolean {
  let length = 0;
  for (let i = 0; i < labels.size; i++) {
    length += labels.nameAt(i).length + labels.valueAt(i).length;
  }
  return length > WHOLE_LENGTH_MAX;
}

/** A label set as a JSON object, in parts that do not take long. */
export function labelsParts(labels: Labels): Iterable<string> {
  return isWide(labels) ? wideParts(labels) : [labelsJson(labels)];
}

function* wideParts(labels: Labels): Generator<string, void> {
  for (let i = 0; i < labels.size; i++) {
    yield `${i === 0 ? "{" : ","}${textJson(labels.nameAt(i))}:${textJson(labels.valueAt(i))}`;
  }
  yield "}";
}

/** The `data` object of a result in pieces; a caller may let others run between two of them. */
export function resultPieces(value: QueryValue): Generator<string, void> {
  return textPieces(objectParts(value));
}

function* objectParts(value: QueryValue): Generator<string, void> {
  yield `{"resultType":"${value.type}","result":`;
  yield* partsOf(value);
  yield "}";
}

/** The `data` object of a result as one string. */
export function resultJson(value: QueryValue): string {
  return [...resultPieces(value)].join("");
}

/** The text of a result in small parts. */
function* partsOf(value: QueryValue): Generator<string, void> {
  switch (value.type) {
    case "scalar":
      // A scalar never has an exponent, other than every other value.
      yield `[${timeText(value.timeMs)},"${formatPlain(value.value)}"]`;
      break;
    case "string":
      yield `[${timeText(value.timeMs)},${textJson(value.value)}]`;
      break;
    case "vector":
      yield* vectorParts(value);
      break;
    case "matrix":
      yield* matrixParts(value);
      break;
  }
}

function* vectorParts(vector: VectorResult): Generator<string, void> {
  const time = timeText(vector.timeMs);
  yield "[";
  for (let i = 0; i < vector.labels.length; i++) {
    const histogram = vector.histograms?.[i];
    const labels = vector.labels[i]!;
    let head = `${i > 0 ? "," : ""}{"metric":`;
    if (isWide(labels)) {
      yield head;
      yield* wideParts(labels);
      head = "";
    } else {
      head += labelsJson(labels);
    }
    yield histogram
      ? `${head},"histogram":[${time},${histogramJson(histogram)}]}`
      : `${head},"value":[${time},"${formatValue(vector.values[i]!)}"]}`;
  }
  yield "]";
}

function* matrixParts(matrix: MatrixResult): Generator<string, void> {
  yield "[";
  for (let i = 0; i < matrix.series.length; i++) {
    const series = matrix.series[i]!;
    yield i > 0 ? ',{"metric":' : '{"metric":';
    yield* labelsParts(series.labels);
    yield* floatParts(series);
    if (series.histograms) yield* histogramParts(series, series.histograms);
    yield "}";
  }
  yield "]";
}

/** Longest text of a point: `,[TIME,"VALUE"]`. */
const POINT_BYTES_MAX = 2 * NUMBER_BYTES_MAX + 7;
/** Where points become bytes, until they are a part. */
const pointBytes = Buffer.alloc(PART_LENGTH + POINT_BYTES_MAX);
const VALUES_HEAD = ',"values":[';
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const QUOTE = 0x22;

function* floatParts({ times, values, kinds }: ResultSeries): Generator<string, void> {
  let isFirst = true;
  for (let i = 0; i < kinds.length; ) {
    let at = 0;
    for (; i < kinds.length && at < PART_LENGTH; i++) {
      if (kinds[i] === FLOAT) at = putPoint(pointBytes, at, times[i]!, values[i]!);
    }
    if (at === 0) continue;
    // The first point has no comma in front of it.
    const text = pointBytes.toString("latin1", isFirst ? 1 : 0, at);
    yield isFirst ? VALUES_HEAD + text : text;
    isFirst = false;
  }
  if (!isFirst) yield "]";
}

/** Writes `,[TIME,"VALUE"]`; returns the end. */
function putPoint(bytes: Uint8Array, from: number, timeMs: number, value: number): number {
  bytes[from] = COMMA;
  bytes[from + 1] = BRACKET;
  let at = putTime(bytes, from + 2, timeMs);
  bytes[at] = COMMA;
  bytes[at + 1] = QUOTE;
  at = putValue(bytes, at + 2, value);
  bytes[at] = QUOTE;
  bytes[at + 1] = BRACKET_END;
  return at + 2;
}

function* histogramParts(
  { times, kinds }: ResultSeries,
  histograms: readonly (FloatHistogram | undefined)[],
): Generator<string, void> {
  let separator = ',"histograms":[';
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== HISTOGRAM) continue;
    yield `${separator}[${timeText(times[i]!)},${histogramJson(histograms[i]!)}]`;
    separator = ",";
  }
  if (separator === ",") yield "]";
}
