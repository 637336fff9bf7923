/**
 * Query results as the JSON of Prometheus' HTTP API: `{"resultType":…,"result":…}`.
 *
 * It is built in pieces of bytes, so a large matrix never becomes one text. Times are seconds with
 * three decimals or none; values are strings (format-value.ts).
 */
import { FLOAT, HISTOGRAM } from "../evaluate/step-column.ts";
import { formatPlain } from "../format-value.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramJson } from "../histogram/histogram-json.ts";
import { JsonBytes } from "./json-bytes.ts";
import type {
  Indexed,
  MatrixResult,
  QueryValue,
  ResultSeries,
  VectorResult,
} from "./query-result.ts";

/** A piece of a result: bytes of UTF-8 in a buffer of their own. */
export type ResultPiece = Uint8Array<ArrayBuffer>;

type Pieces = Generator<ResultPiece, void>;

/** Seconds of a time in milliseconds: `1435781451.781` or `1435781451`. */
export function timeText(timeMs: number): string {
  const absolute = Math.abs(timeMs);
  const fraction = absolute % 1000;
  const seconds = `${timeMs < 0 ? "-" : ""}${(absolute - fraction) / 1000}`;
  return fraction === 0 ? seconds : `${seconds}.${String(fraction).padStart(3, "0")}`;
}

/** The `data` object of a result in pieces; a caller may let others run between two of them. */
export function* resultPieces(value: QueryValue): Pieces {
  const json = new JsonBytes();
  json.ascii(`{"resultType":"${value.type}","result":`);
  yield* writeValue(json, value);
  json.ascii("}");
  yield json.take();
}

/** The `data` object of a result as one string. */
export function resultJson(value: QueryValue): string {
  return Buffer.concat([...resultPieces(value)]).toString();
}

function* writeValue(json: JsonBytes, value: QueryValue): Pieces {
  switch (value.type) {
    case "scalar":
      // A scalar never has an exponent, other than every other value.
      json.ascii(`[${timeText(value.timeMs)},"${formatPlain(value.value)}"]`);
      break;
    case "string":
      json.ascii(`[${timeText(value.timeMs)},`);
      json.text(value.value);
      json.ascii("]");
      break;
    case "vector":
      yield* writeVector(json, value);
      break;
    case "matrix":
      yield* writeMatrix(json, value);
      break;
  }
}

function* writeVector(json: JsonBytes, vector: VectorResult): Pieces {
  const { labels, timeMs, values, histograms } = vector;
  json.ascii("[");
  for (let i = 0; i < labels.length; i++) {
    json.ascii(i > 0 ? ',{"metric":' : '{"metric":');
    yield* json.wholeLabels(labels.at(i)!);
    const histogram = histograms?.at(i);
    if (histogram) {
      json.ascii(`,"histogram":[${timeText(timeMs)},${histogramJson(histogram)}]}`);
    } else {
      json.ascii(',"value":');
      json.point(timeMs, values[i]!, true);
      json.ascii("}");
    }
    if (json.isFull) yield json.take();
  }
  json.ascii("]");
}

function* writeMatrix(json: JsonBytes, { series }: MatrixResult): Pieces {
  json.ascii("[");
  for (let i = 0; i < series.length; i++) {
    const one = series.at(i)!;
    const { labels, histograms } = one;
    json.ascii(i > 0 ? ',{"metric":' : '{"metric":');
    yield* json.wholeLabels(labels);
    yield* writeFloats(json, one);
    if (histograms) yield* writeHistograms(json, one, histograms);
    json.ascii("}");
  }
  json.ascii("]");
}

function* writeFloats(json: JsonBytes, { times, values, kinds }: ResultSeries): Pieces {
  let isFirst = true;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== FLOAT) continue;
    if (isFirst) json.ascii(',"values":[');
    json.point(times[i]!, values[i]!, isFirst);
    isFirst = false;
    if (json.isFull) yield json.take();
  }
  if (!isFirst) json.ascii("]");
}

function* writeHistograms(
  json: JsonBytes,
  { times, kinds }: ResultSeries,
  histograms: Indexed<FloatHistogram>,
): Pieces {
  let separator = ',"histograms":[';
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== HISTOGRAM) continue;
    json.ascii(`${separator}[${timeText(times[i]!)},${histogramJson(histograms.at(i)!)}]`);
    separator = ",";
    if (json.isFull) yield json.take();
  }
  if (separator === ",") json.ascii("]");
}
