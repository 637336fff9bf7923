/**
 * Data points become samples: one function for each kind of metric.
 *
 * I1  A point whose flag says that nothing was recorded ends its series.
 * I2  Explicit histograms and summaries become several float series, exponential histograms one
 *     native histogram.
 */
import {
  COUNT,
  HistogramDraft,
  SCHEMA,
  SUM,
  THRESHOLD,
  ZERO_COUNT,
} from "../chunk/histogram-columns.ts";
import { layOutBuckets, SCALE_MAX } from "./exponential-buckets.ts";
import {
  type ExponentialPoint,
  type HistogramPoint,
  NO_RECORDED_VALUE,
  type NumberPoint,
  type OtlpExemplar,
  type SummaryPoint,
} from "./metrics-message.ts";
import { plainNumber } from "./plain-number.ts";
import type { LabelList, ResourceLabels } from "./series-labels.ts";
import { millisecondsOf, type SeriesWriter, STALE } from "./series-writer.ts";

const SCALE_MIN = -4;
/** Width of the zero bucket, which OTLP need not give: Prometheus takes this one. */
const ZERO_THRESHOLD = 1e-128;
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 2;

const draft = new HistogramDraft();
const bitDouble = new Float64Array(1);
const bitWords = new Uint32Array(bitDouble.buffer);

/** Where the points of a metric go: under which name, with the labels of which resource. */
export interface PointTarget {
  readonly name: string;
  readonly resource: ResourceLabels;
  readonly writer: SeriesWriter;
}

function isEnd({ flags }: { readonly flags: number }): boolean {
  return (flags & NO_RECORDED_VALUE) !== 0;
}

/**
 * Writes the series of one point, pausing after each: what it returns is what is wrong with the
 * point, null when it was written.
 */
export type Writing = Generator<void, string | null>;

/** A point of a gauge or a sum; gauges have no exemplars. */
export function* writeNumber(
  point: NumberPoint,
  target: PointTarget,
  hasExemplars: boolean,
): Writing {
  const labels = target.resource.ofPoint(point.attributes);
  labels.set("__name__", target.name);
  const value = point.asInt === undefined ? (point.asDouble ?? 0) : Number(point.asInt);
  const exemplars = hasExemplars ? point.exemplars : [];
  const timeMs = millisecondsOf(point.timeUnixNano);
  target.writer.sample([...labels], timeMs, isEnd(point) ? STALE : value, exemplars);
  yield;
  return null;
}

/** A point of an explicit histogram as _sum, _count and _bucket series. */
export function* writeHistogram(point: HistogramPoint, target: PointTarget): Writing {
  const { name, resource, writer } = target;
  const labels = [...resource.ofPoint(point.attributes)];
  const timeMs = millisecondsOf(point.timeUnixNano);
  const end = isEnd(point);
  const write = (suffix: string, value: number, own: LabelList = [], found: Exemplars = []) => {
    const all: LabelList = [...labels, ...own, ["__name__", `${name}${suffix}`]];
    writer.sample(all, timeMs, end ? STALE : value, found);
  };
  if (point.sum !== undefined) write("_sum", point.sum);
  write("_count", Number(point.count));
  yield;
  const bounds = point.explicitBounds.slice(0, point.bucketCounts.length);
  const exemplars = exemplarsByBound(point.exemplars, bounds);
  let cumulative = 0n;
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i]!;
    cumulative = BigInt.asUintN(64, cumulative + point.bucketCounts[i]!);
    const le: LabelList = [["le", plainNumber(bound)]];
    write("_bucket", Number(cumulative), le, exemplars.get(bound));
    yield;
  }
  const rest = exemplars.get(Number.POSITIVE_INFINITY);
  write("_bucket", Number(point.count), [["le", "+Inf"]], rest);
  yield;
  return null;
}

type Exemplars = readonly OtlpExemplar[];

/** The exemplars of each bucket: those up to its bound and above the one before. */
function exemplarsByBound(exemplars: Exemplars, bounds: readonly number[]) {
  const found = new Map<number, OtlpExemplar[]>();
  if (exemplars.length === 0) return found;
  const sorted = Float64Array.from([...bounds, Number.POSITIVE_INFINITY]).sort();
  for (const exemplar of exemplars) {
    const { asInt, asDouble = Number.NaN } = exemplar;
    const value = asInt === undefined ? asDouble : Number(asInt);
    if (Number.isNaN(value)) continue;
    let from = 0;
    for (let to = sorted.length - 1; from < to; ) {
      const middle = (from + to) >>> 1;
      if (sorted[middle]! >= value) to = middle;
      else from = middle + 1;
    }
    const bound = sorted[from]!;
    const list = found.get(bound);
    if (list === undefined) found.set(bound, [exemplar]);
    else list.push(exemplar);
  }
  return found;
}

/** A point of a summary as _sum, _count and a series for each quantile. */
export function* writeSummary(point: SummaryPoint, target: PointTarget): Writing {
  const { name, resource, writer } = target;
  const labels = [...resource.ofPoint(point.attributes)];
  const timeMs = millisecondsOf(point.timeUnixNano);
  const end = isEnd(point);
  const write = (as: string, value: number, own: LabelList = []) => {
    const all: LabelList = [...labels, ...own, ["__name__", as]];
    writer.sample(all, timeMs, end ? STALE : value);
  };
  write(`${name}_sum`, point.sum);
  write(`${name}_count`, Number(point.count));
  yield;
  for (const { quantile, value } of point.quantileValues) {
    write(name, value, [["quantile", plainNumber(quantile)]]);
    yield;
  }
  return null;
}

/** A point of an exponential histogram as a native one. */
export function* writeExponential(point: ExponentialPoint, target: PointTarget): Writing {
  if (point.scale < SCALE_MIN) {
    return `scale ${point.scale} of an exponential histogram is below ${SCALE_MIN}`;
  }
  const labels = target.resource.ofPoint(point.attributes);
  labels.set("__name__", target.name);
  draft.clear();
  draft.timeMs = millisecondsOf(point.timeUnixNano);
  draft.head[SCHEMA] = Math.min(point.scale, SCALE_MAX);
  setDouble(THRESHOLD, ZERO_THRESHOLD);
  if (isEnd(point)) draft.setPair(SUM, STALE_HIGH, STALE_LOW);
  else {
    const scaleDown = Math.max(0, point.scale - SCALE_MAX);
    setDouble(SUM, point.sum ?? 0);
    setInteger(COUNT, point.count);
    setInteger(ZERO_COUNT, point.zeroCount);
    const { positive, negative } = point;
    if (positive !== undefined) {
      layOutBuckets(positive, scaleDown, draft.positiveSpans, draft.positiveBuckets);
    }
    if (negative !== undefined) {
      layOutBuckets(negative, scaleDown, draft.negativeSpans, draft.negativeBuckets);
    }
  }
  target.writer.histogram([...labels], draft, point.exemplars);
  yield;
  return null;
}

function setDouble(offset: number, value: number): void {
  bitDouble[0] = value;
  draft.setPair(offset, bitWords[1]!, bitWords[0]!);
}

function setInteger(offset: number, value: bigint): void {
  draft.setPair(offset, Number(value >> 32n), Number(value & 0xffffffffn));
}
