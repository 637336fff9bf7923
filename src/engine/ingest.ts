/**
 * From a scanned write request to the head: every sample on its own merits.
 *
 * I1  A refused sample never takes accepted ones with it; what was refused is counted by reason,
 *     with the first case of each kind in words.
 * I2  A series is made only when one of its samples can be stored.
 *
 * The loop over a known series makes no object and no string; words are found for refusals only.
 */
import type { SeriesRef } from "../base/units.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { APPEND_CODE_COUNT, APPEND_REASONS, AppendCode } from "../series/append-code.ts";
import { ExemplarCode } from "../series/exemplar-code.ts";
import type { Head } from "../series/head.ts";
import { LabelCode } from "../series/label-codes.ts";
import { LIMIT_REACHED, NO_LABELS } from "../series/label-index.ts";
import type { Labels } from "../series/labels.ts";
import type { ScannedAppend } from "../series/scanned-append.ts";
import type { ScannedCreation, SeriesLog } from "../series/scanned-creation.ts";
import { NO_KEY } from "../series/series-keys.ts";
import { NO_HASH, type WriteBatch } from "../wire/write-batch.ts";
import type { BatchKeys } from "./batch-keys.ts";
import { ExemplarIntake, type StoredExemplars } from "./exemplar-intake.ts";
import { HistogramIntake } from "./histogram-intake.ts";
import type { ExemplarOutcome, Refusal, WriteOutcome } from "./service.ts";

const LABEL_WORDS: Readonly<Record<LabelCode, string>> = {
  [LabelCode.valid]: "valid",
  [LabelCode.malformed]: "malformed label",
  [LabelCode.missingMetricName]: "no metric name",
  [LabelCode.emptyName]: "empty label name",
  [LabelCode.duplicateName]: "duplicate label name",
  [LabelCode.invalidUtf8]: "label is not valid UTF-8",
  [LabelCode.tooManyLabels]: "too many labels",
  [LabelCode.nameTooLong]: "label name too long",
  [LabelCode.valueTooLong]: "label value too long",
};
const SHOWN_BYTES_MAX = 200;
const NO_EXEMPLARS: ExemplarOutcome = { exemplarsWritten: 0, lateExemplars: null };

/** Told of every sample and exemplar that was stored, in order: the journal. */
export interface StoredSamples extends StoredExemplars, SeriesLog {
  sample(series: SeriesRef, timeMs: number, high: number, low: number): void;
  histogram(series: SeriesRef, from: HistogramColumns, row: number): void;
}

/** A label set as PromQL writes it: name{a="b"}. */
export function labelsText(labels: Labels): string {
  const parts: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    if (labels.nameAt(i) !== "__name__") {
      parts.push(`${labels.nameAt(i)}=${JSON.stringify(labels.valueAt(i))}`);
    }
  }
  return `${labels.get("__name__")}{${parts.join(", ")}}`;
}

export class Ingest {
  /** Samples so far, histograms among them, by AppendCode. */
  readonly counts = new Float64Array(APPEND_CODE_COUNT);
  /** Native histograms stored so far. */
  histogramCount = 0;
  /** Who is told of stored samples; null for nobody. */
  journal: StoredSamples | null = null;
  readonly exemplars: ExemplarIntake;
  private readonly head: Head;
  private readonly keys: BatchKeys;
  private readonly histograms: HistogramIntake;
  private readonly scanned: ScannedAppend;
  private readonly creation: ScannedCreation;
  private readonly own = new Float64Array(APPEND_CODE_COUNT);
  private ownHistograms = 0;
  private readonly firsts: string[] = new Array(APPEND_CODE_COUNT).fill("");

  /** `scanned` and `creation` store in the same head. */
  constructor(head: Head, scanned: ScannedAppend, creation: ScannedCreation, keys: BatchKeys) {
    this.head = head;
    this.keys = keys;
    this.histograms = new HistogramIntake(head);
    this.scanned = scanned;
    this.creation = creation;
    this.exemplars = new ExemplarIntake(head);
  }

  /** Stores a batch; the head's clock must have been advanced. */
  write(batch: WriteBatch): WriteOutcome {
    this.own.fill(0);
    this.ownHistograms = 0;
    batch.ensureLabels(this.keys, this.keys.generation);
    const isKnown = batch.hasKeysOf(this.keys, this.keys.generation);
    let previous = NO_KEY;
    let row = 0;
    const hasHistograms = batch.histogramCount > 0;
    if (hasHistograms) this.histograms.begin(batch);
    for (let i = 0; i < batch.seriesCount; i++) {
      const found = isKnown ? batch.keyOf(i) : NO_KEY;
      if (found !== NO_KEY) {
        // What the scan finds has one float sample.
        const behind = this.scanned.run(i, batch.seriesCount, this.journal);
        this.own[AppendCode.stored] = this.own[AppendCode.stored]! + behind - i;
        if (behind === i) this.append(batch, i, batch.seriesRefOf(i) as SeriesRef);
        else i = behind - 1;
        previous = batch.keyOf(i);
        continue;
      }
      if (isKnown && batch.hashOf(i) !== NO_HASH) {
        const behind = this.creation.run(i, batch.seriesCount, previous, this.journal);
        if (behind > i) {
          this.own[AppendCode.stored] = this.own[AppendCode.stored]! + behind - i;
          previous = this.creation.lastKey;
          i = behind - 1;
          continue;
        }
      }
      const rowEnd = hasHistograms ? this.histograms.endOf(i) : 0;
      const key = this.intern(batch, i, previous, row, rowEnd);
      if (key >= 0) {
        previous = key;
        const ref = this.head.index.keys.seriesOf(key);
        this.append(batch, i, ref);
        if (row < rowEnd) this.appendHistograms(batch, row, rowEnd, ref);
      } else this.refuseSeries(batch, i, key, row, rowEnd);
      row = rowEnd;
    }
    const hasExemplars = batch.exemplarCount > 0;
    if (hasExemplars) this.exemplars.write(batch, this.journal);
    return this.outcome(hasExemplars);
  }

  /** The key of a series that the scan did not find; made when it is new. */
  private intern(
    batch: WriteBatch,
    series: number,
    previous: number,
    row: number,
    rowEnd: number,
  ): number {
    const from = batch.labelsFromOf(series);
    const to = batch.labelsToOf(series);
    const admit =
      this.admitsAny(batch, series) || (row < rowEnd && this.histograms.admitsAny(row, rowEnd));
    const isHashed = batch.hasKeysOf(this.keys, this.keys.generation);
    const hash = isHashed ? batch.hashOf(series) : 0;
    return this.head.index.intern(batch.bytes, from, to, previous, admit, hash);
  }

  private append(batch: WriteBatch, series: number, ref: SeriesRef): void {
    const { journal } = this;
    const end = batch.sampleEndOf(series);
    for (let s = batch.sampleStartOf(series); s < end; s++) {
      const time = batch.timeOf(s);
      const high = batch.valueHighOf(s);
      const low = batch.valueLowOf(s);
      const code = this.head.append(ref, time, high, low);
      this.own[code] = this.own[code]! + 1;
      if (code === AppendCode.stored && journal !== null) journal.sample(ref, time, high, low);
      if (code > AppendCode.unchanged && this.own[code] === 1) {
        this.firsts[code] = `${labelsText(this.head.index.labelsOf(ref))} at ${time} ms`;
      }
    }
  }

  private appendHistograms(batch: WriteBatch, from: number, to: number, ref: SeriesRef): void {
    for (let row = from; row < to; row++) {
      const fault = this.histograms.faultOf(row);
      const code = fault === null ? this.histograms.append(ref, row) : AppendCode.invalidHistogram;
      this.own[code] = this.own[code]! + 1;
      if (code === AppendCode.stored) {
        this.ownHistograms++;
        this.journal?.histogram(ref, this.histograms.stored, this.histograms.storedRow);
      }
      if (code > AppendCode.unchanged && this.own[code] === 1) {
        const text = labelsText(this.head.index.labelsOf(ref));
        this.firsts[code] = this.histogramText(text, batch.histograms.timeOf(row), fault);
      }
    }
  }

  private histogramText(labels: string, timeMs: number, fault: string | null): string {
    return `${fault === null ? "" : `${fault}: `}${labels} at ${timeMs} ms`;
  }

  /** Whether a new series for these samples would store one of them. */
  private admitsAny(batch: WriteBatch, series: number): boolean {
    const end = batch.sampleEndOf(series);
    for (let s = batch.sampleStartOf(series); s < end; s++) {
      if (this.head.admits(batch.timeOf(s))) return true;
    }
    return false;
  }

  private refuseSeries(
    batch: WriteBatch,
    series: number,
    why: number,
    row: number,
    rowEnd: number,
  ): void {
    const start = batch.sampleStartOf(series);
    const end = batch.sampleEndOf(series);
    const count = end - start + rowEnd - row;
    const text = shownLabels(batch, series);
    if (why === NO_LABELS) {
      const words = LABEL_WORDS[this.head.index.labelCode];
      this.refuse(AppendCode.invalidLabels, Math.max(1, count), `${words}: ${text}`);
    } else if (why === LIMIT_REACHED) {
      this.refuse(AppendCode.seriesLimit, count, `${text}: ${this.limitWords()}`);
    } else {
      for (let s = start; s < end; s++) this.refuseTime(text, batch.timeOf(s));
      for (let r = row; r < rowEnd; r++) {
        const timeMs = batch.histograms.timeOf(r);
        const fault = this.histograms.faultOf(r);
        if (fault === null) this.refuseTime(text, timeMs);
        else this.refuse(AppendCode.invalidHistogram, 1, this.histogramText(text, timeMs, fault));
      }
    }
  }

  private limitWords(): string {
    const { index } = this.head;
    if (index.isFull) return `the limit is ${index.seriesMax} series (--storage.max-series)`;
    return `label bytes of series have no more room: ${index.keys.heldBytes} are held`;
  }

  private refuseTime(text: string, timeMs: number): void {
    const old = timeMs < this.head.oldestStartMs;
    const code = old ? AppendCode.tooOld : AppendCode.tooFarInFuture;
    this.refuse(code, 1, `${text} at ${timeMs} ms`);
  }

  private refuse(code: AppendCode, count: number, first: string): void {
    if (this.own[code] === 0) this.firsts[code] = first;
    this.own[code] = this.own[code]! + count;
  }

  private outcome(hasExemplars: boolean): WriteOutcome {
    const refusals: Refusal[] = [];
    for (let code = 0; code < APPEND_CODE_COUNT; code++) {
      const count = this.own[code]!;
      this.counts[code] = this.counts[code]! + count;
      if (count === 0 || code <= AppendCode.unchanged) continue;
      refusals.push({ reason: APPEND_REASONS[code]!.words, count, first: this.firsts[code]! });
    }
    this.histogramCount += this.ownHistograms;
    return {
      samplesStored: this.own[AppendCode.stored]!,
      histogramsStored: this.ownHistograms,
      samplesUnchanged: this.own[AppendCode.unchanged]!,
      refusals,
      ...(hasExemplars ? this.exemplarOutcome() : NO_EXEMPLARS),
    };
  }

  private exemplarOutcome(): ExemplarOutcome {
    const { own, firstLateSeries, firstLateMs } = this.exemplars;
    const exemplarsWritten = own[ExemplarCode.stored]! + own[ExemplarCode.unchanged]!;
    const count = own[ExemplarCode.outOfOrder]!;
    if (count === 0) return { exemplarsWritten, lateExemplars: null };
    const text = labelsText(this.head.index.labelsOf(firstLateSeries));
    const first = `${text} at ${firstLateMs} ms`;
    return { exemplarsWritten, lateExemplars: { reason: "out of order exemplar", count, first } };
  }
}

/** The label bytes of a refused series, readable and cut short. */
function shownLabels(batch: WriteBatch, series: number): string {
  const from = batch.labelsFromOf(series);
  const to = Math.min(batch.labelsToOf(series), from + SHOWN_BYTES_MAX);
  const text = new TextDecoder().decode(batch.bytes.slice(from, to));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return JSON.stringify(text.replace(/[\u0000-\u001f\u007f]+/g, " ").trim());
}
