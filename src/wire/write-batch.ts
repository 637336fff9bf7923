/**
 * Write batch: one decoded WriteRequest as columns over its own bytes, reused from request to
 * request. No string and no object is made for a sample or a label.
 *
 * I1  Labels of series i are the contiguous bytes [labelsFrom, labelsTo) of `bytes`: label fields
 *     in plain form (see label-rewriter.ts), in the order they were sent.
 * I2  Samples of series i are [sampleStart, sampleEnd) of the sample columns; series follow each
 *     other without gaps, so sampleEnd(i) = sampleStart(i + 1) and the last ends at sampleCount.
 * I3  Labels sent in another form are rewritten behind the body; then `bytes` is a copy of the body
 *     with those labels, and every earlier range still holds.
 * I4  Nothing here is sorted, unique, free of empty texts or known to be UTF-8: label rules belong
 *     to the series layer.
 *
 * Units: ranges are byte offsets into `bytes`; times are milliseconds since the epoch as doubles
 * (int64 values past 2^53 are rounded, far outside any accepted time); a value is two unsigned
 * 32-bit words, so that every NaN keeps its bits.
 * Written by scan-write-request.ts, read by the engine. Valid until the next reset().
 */
import { TsdbError } from "../base/errors.ts";
import { HistogramColumns, type HistogramDraft } from "../chunk/histogram-columns.ts";
import { LabelRewriter } from "./label-rewriter.ts";

/** Most entries of each kind that one request may hold; beyond it the whole request is refused. */
export const WRITE_ENTRIES_MAX = 1 << 20;

const FIRST_CAPACITY = 4096;
/** Words per metadata entry: type, then from and to of name, help and unit. */
const METADATA_WORDS = 7;

export class WriteBatch {
  /** The native histograms of all series, as I5. */
  readonly histograms = new HistogramColumns();
  private body: Uint8Array = new Uint8Array(0);
  private readonly rewriter = new LabelRewriter();
  private seriesTotal = 0;
  private sampleTotal = 0;
  private exemplarTotal = 0;
  private metadataTotal = 0;
  private labelsFrom = new Uint32Array(FIRST_CAPACITY);
  private labelsTo = new Uint32Array(FIRST_CAPACITY);
  private sampleStart = new Uint32Array(FIRST_CAPACITY + 1);
  private times = new Float64Array(FIRST_CAPACITY);
  private valueHigh = new Uint32Array(FIRST_CAPACITY);
  private valueLow = new Uint32Array(FIRST_CAPACITY);
  private metadata = new Uint32Array(0);
  private histogramSeries = new Uint32Array(0);

  /** The decoded body, with the rewritten labels behind it where there are any. */
  get bytes(): Uint8Array {
    return this.rewriter.isOpen ? this.rewriter.bytes : this.body;
  }

  get seriesCount(): number {
    return this.seriesTotal;
  }

  get sampleCount(): number {
    return this.sampleTotal;
  }

  get histogramCount(): number {
    return this.histograms.length;
  }

  get exemplarCount(): number {
    return this.exemplarTotal;
  }

  get metadataCount(): number {
    return this.metadataTotal;
  }

  /** The series of a row of `histograms`. */
  histogramSeriesOf(row: number): number {
    return this.histogramSeries[row]!;
  }

  labelsFromOf(series: number): number {
    return this.labelsFrom[series]!;
  }

  labelsToOf(series: number): number {
    return this.labelsTo[series]!;
  }

  sampleStartOf(series: number): number {
    return this.sampleStart[series]!;
  }

  sampleEndOf(series: number): number {
    return this.sampleStart[series + 1]!;
  }

  timeOf(sample: number): number {
    return this.times[sample]!;
  }

  valueHighOf(sample: number): number {
    return this.valueHigh[sample]!;
  }

  valueLowOf(sample: number): number {
    return this.valueLow[sample]!;
  }

  /** MetricMetadata.MetricType of entry `entry` as sent (0..7 are defined). */
  metadataTypeOf(entry: number): number {
    return this.metadata[entry * METADATA_WORDS]!;
  }

  /** Start of a text of a metadata entry; `field` is 0 name, 1 help, 2 unit. */
  metadataFromOf(entry: number, field: number): number {
    return this.metadata[entry * METADATA_WORDS + 1 + field * 2]!;
  }

  /** End of a text of a metadata entry; `field` is 0 name, 1 help, 2 unit. */
  metadataToOf(entry: number, field: number): number {
    return this.metadata[entry * METADATA_WORDS + 2 + field * 2]!;
  }

  /** Empties the batch and points it at a decoded body, which it does not copy. */
  reset(body: Uint8Array): void {
    this.body = body;
    this.rewriter.clear();
    this.seriesTotal = 0;
    this.sampleTotal = 0;
    this.histograms.clear();
    this.exemplarTotal = 0;
    this.metadataTotal = 0;
    this.sampleStart[0] = 0;
  }

  /** Adds a sample to the series that addSeries will close. */
  addSample(timeMs: number, high: number, low: number): void {
    const sample = this.sampleTotal;
    if (sample === this.times.length) this.growSamples();
    this.times[sample] = timeMs;
    this.valueHigh[sample] = high;
    this.valueLow[sample] = low;
    this.sampleTotal = sample + 1;
  }

  /** Closes a series: its labels lie in [from, to), its samples are those added since the last. */
  addSeries(from: number, to: number): void {
    const series = this.seriesTotal;
    if (series === this.labelsFrom.length) this.growSeries();
    this.labelsFrom[series] = from;
    this.labelsTo[series] = to;
    this.sampleStart[series + 1] = this.sampleTotal;
    this.seriesTotal = series + 1;
  }

  /** Adds a native histogram to the series that addSeries will close. */
  addHistogram(draft: HistogramDraft): void {
    const row = this.histograms.length;
    if (row === this.histogramSeries.length) {
      this.histogramSeries = widened(this.histogramSeries, grown(row, "histograms"));
    }
    this.histogramSeries[row] = this.seriesTotal;
    this.histograms.push(draft);
  }

  /** Counts one exemplar; its structure has been checked, its content is not kept. */
  addExemplar(): void {
    this.exemplarTotal++;
  }

  /** Adds a metadata entry with empty texts and returns its index. */
  addMetadata(): number {
    const entry = this.metadataTotal;
    const start = entry * METADATA_WORDS;
    if (start === this.metadata.length) {
      const capacity = grown(entry, "metadata entries");
      const wider = new Uint32Array(capacity * METADATA_WORDS);
      wider.set(this.metadata);
      this.metadata = wider;
    }
    this.metadata.fill(0, start, start + METADATA_WORDS);
    this.metadataTotal = entry + 1;
    return entry;
  }

  setMetadataType(entry: number, type: number): void {
    this.metadata[entry * METADATA_WORDS] = type;
  }

  /** Sets the range of a text of a metadata entry; `field` is 0 name, 1 help, 2 unit. */
  setMetadataText(entry: number, field: number, from: number, to: number): void {
    this.metadata[entry * METADATA_WORDS + 1 + field * 2] = from;
    this.metadata[entry * METADATA_WORDS + 2 + field * 2] = to;
  }

  /** Offset into `bytes` where the next rewritten label will start. */
  rewrittenOffset(): number {
    return this.rewriter.isOpen ? this.rewriter.nextOffset : this.body.length;
  }

  /** Repeats the plain label fields [from, to) of the body behind the rewritten ones. */
  repeatLabels(from: number, to: number): void {
    if (!this.rewriter.isOpen) this.rewriter.open(this.body);
    this.rewriter.repeat(from, to);
  }

  /** Rewrites one label, given the ranges of its texts in the body. */
  rewriteLabel(nameFrom: number, nameTo: number, valueFrom: number, valueTo: number): void {
    if (!this.rewriter.isOpen) this.rewriter.open(this.body);
    this.rewriter.write(nameFrom, nameTo, valueFrom, valueTo);
  }

  private growSamples(): void {
    const capacity = grown(this.times.length, "samples");
    const times = new Float64Array(capacity);
    times.set(this.times);
    this.times = times;
    this.valueHigh = widened(this.valueHigh, capacity);
    this.valueLow = widened(this.valueLow, capacity);
  }

  private growSeries(): void {
    const capacity = grown(this.labelsFrom.length, "series");
    this.labelsFrom = widened(this.labelsFrom, capacity);
    this.labelsTo = widened(this.labelsTo, capacity);
    this.sampleStart = widened(this.sampleStart, capacity + 1);
  }
}

/** Doubled capacity; TsdbError BODY_TOO_LARGE past WRITE_ENTRIES_MAX. */
function grown(count: number, what: string): number {
  if (count >= WRITE_ENTRIES_MAX) {
    throw new TsdbError("BODY_TOO_LARGE", `more than ${WRITE_ENTRIES_MAX} ${what} in one request`);
  }
  return Math.min(WRITE_ENTRIES_MAX, Math.max(64, count * 2));
}

function widened(column: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(capacity);
  wider.set(column);
  return wider;
}
