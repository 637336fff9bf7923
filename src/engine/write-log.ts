/**
 * What was accepted becomes journal records: one for each request.
 *
 * I1  A series has a journal number before its first sample is logged, and no number is used twice.
 * I2  A definition shares bytes with the one before in its record only while the key of that is
 *     where it was.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import type { SeriesRef } from "../base/units.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import type { JournalWriter } from "../journal/journal-writer.ts";
import { RecordBuilder } from "../journal/record-builder.ts";
import type { LabelIndex } from "../series/label-index.ts";
import { NO_KEY } from "../series/series-keys.ts";
import type { StoredSamples } from "./ingest.ts";
import type { MetricMetadata } from "./service.ts";

export class WriteLog implements StoredSamples {
  /** The newest number given. */
  lastNumber: number;
  private readonly writer: JournalWriter;
  private readonly index: LabelIndex;
  private readonly record = new RecordBuilder();
  /** Key of the definition before in the record, and how many keys had been removed by then. */
  private definedKey = NO_KEY;
  private removedKeys = 0;

  /** Numbers go on behind `lastNumber`. */
  constructor(writer: JournalWriter, index: LabelIndex, lastNumber: number) {
    this.writer = writer;
    this.index = index;
    this.lastNumber = lastNumber;
  }

  /** Position of the next record. */
  get position(): number {
    return this.writer.position;
  }

  /** Whether records can be written now. */
  get isWritable(): boolean {
    return this.writer.failure === null;
  }

  /** Begins the record of a request; throws TsdbError JOURNAL_FAILED when none can be written. */
  begin(clockMs: number): void {
    if (this.writer.failure !== null) throw this.writer.failure;
    this.record.begin(clockMs);
    this.definedKey = NO_KEY;
  }

  sample(series: SeriesRef, timeMs: number, high: number, low: number): void {
    this.record.sample(this.numberOf(series), timeMs, high, low);
  }

  get newestNumber(): number {
    return this.record.newestNumber;
  }

  get newestMs(): number {
    return this.record.newestMs;
  }

  takeEntries(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    newestNumber: number,
    newestMs: number,
  ): void {
    this.record.addSamples(bytes, from, to, count, newestNumber, newestMs);
  }

  /** Key of the definition that the next one may share bytes with: I2. */
  get sharedKey(): number {
    return this.removedKeys === this.index.keys.removedCount ? this.definedKey : NO_KEY;
  }

  takeDefinitions(
    bytes: Uint8Array,
    from: number,
    to: number,
    count: number,
    lastKey: number,
  ): void {
    this.record.addDefinitions(this.lastNumber + 1, count, bytes, from, to);
    this.lastNumber += count;
    this.definedKey = lastKey;
    this.removedKeys = this.index.keys.removedCount;
  }

  histogram(series: SeriesRef, from: HistogramColumns, row: number): void {
    this.record.histogram(this.numberOf(series), from, row);
  }

  exemplar(
    series: SeriesRef,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    this.record.exemplar(this.numberOf(series), timeMs, high, low, text, length);
  }

  /** Logs that what a series has in [fromMs, toMs] is deleted. */
  deletion(series: SeriesRef, fromMs: number, toMs: number): void {
    this.record.deletion(this.numberOf(series), fromMs, toMs);
  }

  /** Logs that nothing deleted of a series up to `throughMs` lies in its chunks any more. */
  cleaning(series: SeriesRef, throughMs: number): void {
    this.record.cleaning(this.numberOf(series), throughMs);
  }

  family(name: string, { type, help, unit }: MetricMetadata): void {
    this.record.family({ name, type, help, unit });
  }

  /** Hands the record over, unless nothing was accepted. */
  end(): void {
    if (!this.record.isEmpty) this.writer.append(this.record);
  }

  private numberOf(series: SeriesRef): number {
    const known = this.index.series.journalNumberOf(series);
    return known === 0 ? this.define(series) : known;
  }

  private define(series: SeriesRef): number {
    const { keys, series: table } = this.index;
    const number = ++this.lastNumber;
    table.setJournalNumber(series, number);
    const key = table.firstKeyOf(series);
    const shared = this.sharedKey;
    const prefix = shared === NO_KEY ? 0 : keys.sharedPrefix(shared, key);
    const suffix = shared === NO_KEY ? 0 : keys.sharedSuffix(shared, key, prefix);
    const text = keys.textOf(key);
    this.record.define(number, keys.bytes, text, text + keys.lengthOf(key), prefix, suffix);
    this.definedKey = key;
    this.removedKeys = keys.removedCount;
    return number;
  }
}
