/**
 * Query results as the JSON of Prometheus' HTTP API: `{"resultType":…,"result":…}`.
 *
 * The text is built in pieces of about PIECE_LENGTH characters, so a large matrix never becomes one
 * string. Times are seconds with three decimals or none; values are strings (format-value.ts);
 * labels stand in their sorted order. Bytes that are no UTF-8 become U+FFFD.
 */
import type { Labels } from "../../series/labels.ts";
import { FLOAT, HISTOGRAM } from "../evaluate/step-column.ts";
import { formatPlain, formatValue } from "../format-value.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramJson } from "../histogram/histogram-json.ts";
import type { MatrixResult, QueryValue, ResultSeries, VectorResult } from "./query-result.ts";

const PIECE_LENGTH = 64 * 1024;

/** Seconds of a time in milliseconds: `1435781451.781` or `1435781451`. */
export function timeText(timeMs: number): string {
  const absolute = Math.abs(timeMs);
  const fraction = absolute % 1000;
  const seconds = `${timeMs < 0 ? "-" : ""}${(absolute - fraction) / 1000}`;
  return fraction === 0 ? seconds : `${seconds}.${String(fraction).padStart(3, "0")}`;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A text as a JSON string. */
function textJson(text: string): string {
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

/** Collects text and hands it on in pieces. */
class PieceWriter {
  private readonly emit: (piece: string) => void;
  private text = "";

  constructor(emit: (piece: string) => void) {
    this.emit = emit;
  }

  add(text: string): void {
    this.text += text;
    if (this.text.length >= PIECE_LENGTH) this.flush();
  }

  flush(): void {
    if (this.text !== "") this.emit(this.text);
    this.text = "";
  }
}

/** Writes the `data` object of a result piece by piece. */
export function writeResultJson(value: QueryValue, emit: (piece: string) => void): void {
  const out = new PieceWriter(emit);
  out.add(`{"resultType":"${value.type}","result":`);
  switch (value.type) {
    case "scalar":
      // A scalar never has an exponent, other than every other value.
      out.add(`[${timeText(value.timeMs)},"${formatPlain(value.value)}"]`);
      break;
    case "string":
      out.add(`[${timeText(value.timeMs)},${textJson(value.value)}]`);
      break;
    case "vector":
      writeVector(value, out);
      break;
    case "matrix":
      writeMatrix(value, out);
      break;
  }
  out.add("}");
  out.flush();
}

/** The `data` object of a result as one string. */
export function resultJson(value: QueryValue): string {
  let text = "";
  writeResultJson(value, (piece) => {
    text += piece;
  });
  return text;
}

function writeVector(vector: VectorResult, out: PieceWriter): void {
  const time = timeText(vector.timeMs);
  out.add("[");
  for (let i = 0; i < vector.labels.length; i++) {
    const histogram = vector.histograms?.[i];
    const head = `${i > 0 ? "," : ""}{"metric":${labelsJson(vector.labels[i]!)},`;
    out.add(
      histogram
        ? `${head}"histogram":[${time},${histogramJson(histogram)}]}`
        : `${head}"value":[${time},"${formatValue(vector.values[i]!)}"]}`,
    );
  }
  out.add("]");
}

function writeMatrix(matrix: MatrixResult, out: PieceWriter): void {
  out.add("[");
  for (let i = 0; i < matrix.series.length; i++) {
    const series = matrix.series[i]!;
    out.add(`${i > 0 ? "," : ""}{"metric":${labelsJson(series.labels)}`);
    writeFloats(series, out);
    if (series.histograms) writeHistograms(series, series.histograms, out);
    out.add("}");
  }
  out.add("]");
}

function writeFloats(series: ResultSeries, out: PieceWriter): void {
  const { times, values, kinds } = series;
  let separator = ',"values":[';
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== FLOAT) continue;
    out.add(`${separator}[${timeText(times[i]!)},"${formatValue(values[i]!)}"]`);
    separator = ",";
  }
  if (separator === ",") out.add("]");
}

function writeHistograms(
  series: ResultSeries,
  histograms: readonly (FloatHistogram | undefined)[],
  out: PieceWriter,
): void {
  let separator = ',"histograms":[';
  for (let i = 0; i < series.kinds.length; i++) {
    if (series.kinds[i] !== HISTOGRAM) continue;
    out.add(`${separator}[${timeText(series.times[i]!)},${histogramJson(histograms[i]!)}]`);
    separator = ",";
  }
  if (separator === ",") out.add("]");
}
