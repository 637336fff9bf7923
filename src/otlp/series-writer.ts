/**
 * Writes translated data points as series of remote write 1.0, so that they take the way of every
 * other sample from there on.
 *
 * I1  Every call writes a series of its own with one sample; labels are sorted, empty ones left
 *     out.
 *
 * Units: times are milliseconds since the epoch.
 */
import { HistogramColumns, type HistogramDraft } from "../chunk/histogram-columns.ts";
import { encodeHistogram } from "../wire/histogram-encode.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";
import { attributeText } from "./attribute-text.ts";
import type { OtlpExemplar } from "./metrics-message.ts";
import type { LabelList } from "./series-labels.ts";

/** Code points that the labels of an exemplar may have together. */
const EXEMPLAR_LETTERS_MAX = 128;
const NANOS_PER_MS = 1_000_000n;

/** A time of OTLP in milliseconds, rounded towards the epoch. */
export function millisecondsOf(unixNano: bigint): number {
  return Number(BigInt.asIntN(64, unixNano) / NANOS_PER_MS);
}

/** The value of a sample: STALE ends the series. */
export const STALE = Symbol("stale");
export type SampleValue = number | typeof STALE;

export class SeriesWriter {
  private readonly encoder = new WriteRequestEncoder();
  private readonly columns = new HistogramColumns();
  /** Series written so far, as long as the writer lives. */
  seriesCount = 0;

  /** Bytes written since take(). */
  get length(): number {
    return this.encoder.length;
  }

  /** The request written since the last call, without compression. */
  take(): Uint8Array {
    const request = this.encoder.finish();
    this.encoder.clear();
    return request;
  }

  sample(
    labels: LabelList,
    timeMs: number,
    value: SampleValue,
    exemplars: readonly OtlpExemplar[] = [],
  ): void {
    this.begin(labels);
    if (value === STALE) this.encoder.staleMarker(timeMs);
    else this.encoder.sample(timeMs, value);
    this.end(exemplars);
  }

  histogram(
    labels: LabelList,
    draft: HistogramDraft,
    exemplars: readonly OtlpExemplar[] = [],
  ): void {
    this.begin(labels);
    this.columns.clear();
    this.columns.push(draft);
    this.encoder.histogram(encodeHistogram(this.columns, 0));
    this.end(exemplars);
  }

  /** What is known of a metric; `type` is MetricMetadata.MetricType. */
  metadata(type: number, name: string, help: string, unit: string): void {
    this.encoder.metadata(type, name, help, unit);
  }

  private begin(labels: LabelList): void {
    this.encoder.beginSeries();
    const sorted = labels.filter(([, value]) => value !== "");
    sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    for (const [name, value] of sorted) this.encoder.label(name, value);
  }

  private end(exemplars: readonly OtlpExemplar[]): void {
    for (const exemplar of exemplars) {
      const value = exemplar.asInt === undefined ? exemplar.asDouble : Number(exemplar.asInt);
      if (value === undefined) continue;
      const labels = exemplarLabels(exemplar);
      this.encoder.exemplar(labels, value, millisecondsOf(exemplar.timeUnixNano));
    }
    this.encoder.endSeries();
    this.seriesCount++;
  }
}

/** Trace and span, and the attributes unless they are too long together. */
function exemplarLabels(exemplar: OtlpExemplar): LabelList {
  const { traceId, spanId, filteredAttributes } = exemplar;
  const ids: [string, string][] = [];
  if (/[^0]/.test(traceId)) ids.push(["trace_id", traceId]);
  if (/[^0]/.test(spanId)) ids.push(["span_id", spanId]);
  const attributes = filteredAttributes.map(({ key, value }): [string, string] => {
    return [key, attributeText(value)];
  });
  const all = [...ids, ...attributes];
  const letters = all.reduce((sum, [name, value]) => sum + lengthOf(name) + lengthOf(value), 0);
  return letters <= EXEMPLAR_LETTERS_MAX ? all : ids;
}

function lengthOf(text: string): number {
  return [...text].length;
}
