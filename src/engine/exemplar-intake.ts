/**
 * The exemplars of a write batch on their way to the head, after all samples of the batch: an
 * exemplar needs a series, and a sender may name it before the sample that makes it.
 *
 * I1  A refused exemplar takes nothing with it; it is counted by its code.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { SeriesRef } from "../base/units.ts";
import { EXEMPLAR_CODE_COUNT, ExemplarCode } from "../series/exemplar-code.ts";
import { ExemplarLabels } from "../series/exemplar-labels.ts";
import type { Head } from "../series/head.ts";
import { NO_KEY } from "../series/series-keys.ts";
import { NO_SERIES } from "../series/series-table.ts";
import { eachExemplarLabel } from "../wire/exemplar-fields.ts";
import { ProtobufCursor } from "../wire/protobuf-cursor.ts";
import type { WriteBatch } from "../wire/write-batch.ts";

/** Told of every exemplar that was stored: the journal. */
export interface StoredExemplars {
  /** `text[0, length)` are the canonical labels. */
  exemplar(
    series: SeriesRef,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void;
}

export class ExemplarIntake {
  /** Exemplars so far by ExemplarCode. */
  readonly counts = new Float64Array(EXEMPLAR_CODE_COUNT);
  /** Those of the last batch by ExemplarCode. */
  readonly own = new Float64Array(EXEMPLAR_CODE_COUNT);
  /** The series and time of the first of the last batch that was out of order. */
  firstLateSeries: SeriesRef = NO_SERIES;
  firstLateMs = 0;
  private readonly head: Head;
  private readonly cursor = new ProtobufCursor();
  private readonly labels = new ExemplarLabels();
  private gathered = new Uint8Array(1024);
  private gatheredLength = 0;

  constructor(head: Head) {
    this.head = head;
  }

  /** Stores the exemplars of a batch whose samples are stored; `journal` is told of them. */
  write(batch: WriteBatch, journal: StoredExemplars | null): void {
    this.own.fill(0);
    this.firstLateSeries = NO_SERIES;
    const { exemplars, bytes } = batch;
    let last = -1;
    let series: SeriesRef = NO_SERIES;
    for (let row = 0; row < exemplars.length; row++) {
      if (exemplars.seriesOf(row) !== last) {
        last = exemplars.seriesOf(row);
        series = this.seriesOf(batch, bytes, last);
      }
      const code = this.store(batch, bytes, row, series, journal);
      this.own[code] = this.own[code]! + 1;
      if (code === ExemplarCode.outOfOrder && this.own[code] === 1) {
        this.firstLateSeries = series;
        this.firstLateMs = exemplars.timeOf(row);
      }
    }
    for (let code = 0; code < EXEMPLAR_CODE_COUNT; code++) {
      this.counts[code] = this.counts[code]! + this.own[code]!;
    }
  }

  private seriesOf(batch: WriteBatch, bytes: Uint8Array, series: number): SeriesRef {
    const { index } = this.head;
    const [from, to] = [batch.labelsFromOf(series), batch.labelsToOf(series)];
    const key = index.intern(bytes, from, to, NO_KEY, false);
    return key < 0 ? NO_SERIES : index.keys.seriesOf(key);
  }

  private store(
    batch: WriteBatch,
    bytes: Uint8Array,
    row: number,
    series: SeriesRef,
    journal: StoredExemplars | null,
  ): ExemplarCode {
    const { exemplars } = batch;
    if (this.head.exemplars.capacity === 0) return ExemplarCode.disabled;
    if (series === NO_SERIES) return ExemplarCode.unknownSeries;
    const timeMs = exemplars.timeOf(row);
    if (!this.head.admits(timeMs)) return ExemplarCode.outOfBounds;
    this.gather(bytes, exemplars.messageFromOf(row), exemplars.messageToOf(row));
    const fault = this.labels.check(this.gathered, 0, this.gatheredLength);
    if (fault !== ExemplarCode.stored) return fault;
    const high = exemplars.valueHighOf(row);
    const low = exemplars.valueLowOf(row);
    const { bytes: text, length } = this.labels;
    const code = this.head.exemplars.add(series, timeMs, high, low, text, 0, length);
    if (code === ExemplarCode.stored) {
      journal?.exemplar(series, timeMs, high, low, text, length);
    }
    return code;
  }

  /** Puts the Label fields of an Exemplar message one behind the other. */
  private gather(bytes: Uint8Array, from: number, to: number): void {
    if (this.gathered.length < to - from) this.gathered = new Uint8Array(2 * (to - from));
    this.gatheredLength = 0;
    this.cursor.point(bytes, from);
    eachExemplarLabel(this.cursor, to, (start, end) => {
      this.gathered.set(bytes.subarray(start, end), this.gatheredLength);
      this.gatheredLength += end - start;
    });
  }
}
