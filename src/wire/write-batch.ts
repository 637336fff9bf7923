/**
 * Write batch: one decoded WriteRequest as columns over its own bytes, reused from request to
 * request. No string and no object is made for a sample or a label.
 *
 * I1  Labels of series i are the contiguous bytes [labelsFrom, labelsTo) of `bytes`: label fields
 *     in plain form (see label-rewriter.ts), in the order they were sent. A series of a 2.0 request
 *     that was taken by its key has none, until ensureLabels() finds that the key is gone.
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
import { assert } from "../base/assert.ts";
import { TsdbError } from "../base/errors.ts";
import { HistogramColumns, type HistogramDraft } from "../chunk/histogram-columns.ts";
import {
  BODY_BYTES_MAX,
  ENTRIES_MAX,
  HASHES,
  INPUT,
  KEYS,
  LABELS_FROM,
  LABELS_TO,
  NO_KEY,
  OUTPUT,
  SAMPLE_STARTS,
  SERIES_REFS,
  TIMES,
  VALUES_HIGH,
  VALUES_LOW,
} from "../kernel/code/layout.ts";
import { Kernel } from "../kernel/kernel.ts";
import { ExemplarRows } from "./exemplar-rows.ts";
import { LabelRewriter } from "./label-rewriter.ts";

/** Most entries of each kind that one request may hold; beyond it the whole request is refused. */
export const WRITE_ENTRIES_MAX = ENTRIES_MAX;

/** "The hash is not known"; as good as any other for labels that have it. */
export const NO_HASH = 0;
/** Words per metadata entry: type, from and to of name, help and unit, and of all of it. */
const METADATA_WORDS = 9;
const WHOLE = 3;

export class WriteBatch {
  readonly kernel: Kernel;
  /** The native histograms of all series, as I5. */
  readonly histograms = new HistogramColumns();
  /** The exemplars of all series. */
  readonly exemplars = new ExemplarRows();
  private body: Uint8Array = new Uint8Array(0);
  private readonly rewriter = new LabelRewriter();
  private keySource: object | null = null;
  private keyGeneration = 0;
  private keySeed = 0;
  private seriesTotal = 0;
  private sampleTotal = 0;
  private metadataTotal = 0;
  private knownMetadata = 0;
  private spell: (() => void) | null = null;
  private readonly labelsFrom: Uint32Array;
  private readonly labelsTo: Uint32Array;
  private readonly sampleStart: Uint32Array;
  private readonly times: Float64Array;
  private readonly valueHigh: Uint32Array;
  private readonly valueLow: Uint32Array;
  private readonly keys: Uint32Array;
  private readonly hashes: Uint32Array;
  private readonly seriesRefs: Uint32Array;
  private metadata = new Uint32Array(0);
  private histogramSeries = new Uint32Array(0);

  /** A batch in the memory of `kernel`, which has one batch at a time. */
  constructor(kernel = new Kernel()) {
    this.kernel = kernel;
    this.labelsFrom = kernel.wordsAt(LABELS_FROM, ENTRIES_MAX);
    this.labelsTo = kernel.wordsAt(LABELS_TO, ENTRIES_MAX);
    this.sampleStart = kernel.wordsAt(SAMPLE_STARTS, ENTRIES_MAX + 1);
    this.times = kernel.doublesAt(TIMES, ENTRIES_MAX);
    this.valueHigh = kernel.wordsAt(VALUES_HIGH, ENTRIES_MAX);
    this.valueLow = kernel.wordsAt(VALUES_LOW, ENTRIES_MAX);
    this.keys = kernel.wordsAt(KEYS, ENTRIES_MAX);
    this.hashes = kernel.wordsAt(HASHES, ENTRIES_MAX);
    this.seriesRefs = kernel.wordsAt(SERIES_REFS, ENTRIES_MAX);
  }

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
    return this.exemplars.length;
  }

  get metadataCount(): number {
    return this.metadataTotal;
  }

  /** Metadata entries in the request: those here, and those that were known or repeated. */
  get sentMetadataCount(): number {
    return this.metadataTotal + this.knownMetadata;
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

  /** The key that the scan found for series i, NO_KEY when it found none. */
  keyOf(series: number): number {
    return this.keys[series]!;
  }

  /** Hash of the labels of series i, known when a usual series' key was looked up. */
  hashOf(series: number): number {
    return this.hashes[series]!;
  }

  /** The series that the key of series i names. */
  seriesRefOf(series: number): number {
    return this.seriesRefs[series]!;
  }

  /** Whether the keys were found by `source`, and none was removed since: see KeyLookup. */
  hasKeysOf(source: object, generation: number): boolean {
    return this.keySource === source && this.keyGeneration === generation;
  }

  /**
   * Says how the labels are found of series that were taken by their keys alone: such a series has
   * none here. null when all have theirs.
   */
  setSpelling(spell: (() => void) | null): void {
    this.spell = spell;
  }

  /** Reads the request anew if the keys do not hold any more that stand for its labels. */
  ensureLabels(source: object, generation: number): void {
    if (!this.hasKeysOf(source, generation)) this.spell?.();
  }

  /** Says who finds the keys of this request, and what their hashes start with. */
  setKeySource(source: object | null, generation: number, seed: number): void {
    this.keySource = source;
    this.keyGeneration = generation;
    this.keySeed = seed;
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

  /** Empties the batch and takes a body: as it is from the kernel, or copied to where it works. */
  reset(body: Uint8Array): void {
    this.body = body === this.kernel.decoded ? body : this.takeIn(body);
    this.spell = null;
    this.rewriter.clear();
    this.seriesTotal = 0;
    this.sampleTotal = 0;
    this.histograms.clear();
    this.exemplars.clear();
    this.metadataTotal = 0;
    this.knownMetadata = 0;
    this.sampleStart[0] = 0;
  }

  /** Goes on with a body that has grown at its end: the kernel's. */
  extend(body: Uint8Array): void {
    assert(body === this.kernel.decoded, "only a body in the kernel grows");
    this.body = body;
  }

  /** Adds a sample to the series that addSeries will close. */
  addSample(timeMs: number, high: number, low: number): void {
    const sample = this.sampleTotal;
    assertRoom(sample, "samples");
    this.times[sample] = timeMs;
    this.valueHigh[sample] = high;
    this.valueLow[sample] = low;
    this.sampleTotal = sample + 1;
  }

  /** Closes a series: its labels lie in [from, to), its samples are those added since the last. */
  addSeries(from: number, to: number): void {
    const series = this.seriesTotal;
    assertRoom(series, "series");
    this.keys[series] = NO_KEY;
    this.hashes[series] = NO_HASH;
    this.labelsFrom[series] = from;
    this.labelsTo[series] = to;
    this.sampleStart[series + 1] = this.sampleTotal;
    this.seriesTotal = series + 1;
  }

  /** Adds a native histogram to the series that addSeries will close. */
  addHistogram(draft: HistogramDraft): void {
    const row = this.histograms.length;
    if (row === this.histogramSeries.length) {
      const wider = new Uint32Array(grown(row, "histograms"));
      wider.set(this.histogramSeries);
      this.histogramSeries = wider;
    }
    this.histogramSeries[row] = this.seriesTotal;
    this.histograms.push(draft);
  }

  /** Adds an exemplar, its message in [from, to), to the series that addSeries will close. */
  addExemplar(from: number, to: number, timeMs: number, high: number, low: number): void {
    assertRoom(this.exemplars.length, "exemplars");
    this.exemplars.push(this.seriesTotal, from, to, timeMs, high, low);
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

  /**
   * Ends a metadata entry, which lies in [from, to). What it says of its family may be new, so
   * that the scan goes by no earlier entry from here on.
   */
  endMetadata(entry: number, from: number, to: number): void {
    this.setMetadataText(entry, WHOLE, from, to);
    this.forgetFamily(entry);
  }

  /** Lets the scan step over what says the same as this entry: it is held by the store now. */
  keepMetadata(entry: number): void {
    // An earlier entry of this request may have been kept, and this one may not be fit for it.
    this.forgetFamily(entry);
    if (this.keySource === null || !this.isInKernel) return;
    const [from, to] = [this.metadataFromOf(entry, WHOLE), this.metadataToOf(entry, WHOLE)];
    this.kernel.functions.keepFamily(OUTPUT + from, OUTPUT + to, this.keySeed);
  }

  private forgetFamily(entry: number): void {
    const { kernel, keySeed } = this;
    const [from, to] = [this.metadataFromOf(entry, 0), this.metadataToOf(entry, 0)];
    if (to - from > BODY_BYTES_MAX) return;
    kernel.bytes.set(this.body.subarray(from, to), INPUT);
    kernel.functions.forgetFamily(INPUT, INPUT + to - from, keySeed);
  }

  /** Counts metadata entries that are not here since they say nothing new. */
  countRepeatedMetadata(count: number): void {
    this.knownMetadata += count;
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

  /** Bytes of the body, without rewritten labels. */
  get bodyLength(): number {
    return this.body.length;
  }

  /** Whether the kernel can scan the body. */
  get isInKernel(): boolean {
    return this.body === this.kernel.decoded;
  }

  /** Takes over what the kernel found: so many series and samples in all. */
  setCounts(seriesCount: number, sampleCount: number): void {
    this.seriesTotal = seriesCount;
    this.sampleTotal = sampleCount;
  }

  private takeIn(body: Uint8Array): Uint8Array {
    if (body.length > BODY_BYTES_MAX) return body;
    this.kernel.bytes.set(body, OUTPUT);
    return this.kernel.setDecoded(body.length);
  }
}

function assertRoom(count: number, what: string): void {
  if (count < WRITE_ENTRIES_MAX) return;
  throw new TsdbError("BODY_TOO_LARGE", `more than ${WRITE_ENTRIES_MAX} ${what} in one request`);
}

/** Doubled capacity; TsdbError BODY_TOO_LARGE past WRITE_ENTRIES_MAX. */
function grown(count: number, what: string): number {
  assertRoom(count, what);
  return Math.min(WRITE_ENTRIES_MAX, Math.max(64, count * 2));
}
