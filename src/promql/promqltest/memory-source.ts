/**
 * The small in-memory store that test scripts load their series into.
 *
 * It reads back what a Prometheus head would: histograms of a counter say "not reset" unless they
 * would have started a new chunk, then nothing is known about them.
 */
import { assert } from "../../base/assert.ts";
import { type SampleColumns, STALE_HIGH, STALE_LOW } from "../../chunk/sample-columns.ts";
import type { Labels } from "../../series/labels.ts";
import type { Matcher } from "../../series/matcher.ts";
import { sameBounds } from "../histogram/custom-bounds.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { isReset } from "../histogram/reset-detection.ts";
import type { HistogramSamples, SeriesSet, SeriesSource } from "../series-source.ts";

/** A value to store: a number, a stale marker or a histogram. */
export type StoredValue = number | "stale" | FloatHistogram;

interface StoredSample {
  readonly timeMs: number;
  readonly value: StoredValue;
  readonly startMs: number;
}

/** Chunks of a head end at multiples of this. */
const CHUNK_RANGE_MS = 86_400_000;

class StoredSeries {
  readonly labels: Labels;
  /** Rising times. */
  samples: StoredSample[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /** Puts the samples in order and gives histograms the hints they read back with. */
  settle(): void {
    const byTime = new Map(this.samples.map((sample) => [sample.timeMs, sample]));
    const ordered = [...byTime.values()].sort((a, b) => a.timeMs - b.timeMs);
    let previous: StoredSample | null = null;
    for (const sample of ordered) {
      if (typeof sample.value === "object") settleHint(sample.value, sample.timeMs, previous);
      previous = sample;
    }
    this.samples = ordered;
  }

  /** The samples in [fromMs, toMs] of one kind. */
  between(fromMs: number, toMs: number, histograms: boolean): StoredSample[] {
    return this.samples.filter(
      ({ timeMs, value }) =>
        timeMs >= fromMs && timeMs <= toMs && (typeof value === "object") === histograms,
    );
  }
}

/** Whether a counter histogram continues the chunk of the sample before it. */
function continuesChunk(
  histogram: FloatHistogram,
  timeMs: number,
  before: StoredSample | null,
): boolean {
  if (!before || typeof before.value !== "object" || before.value.resetHint === "gauge") {
    return false;
  }
  const earlier = before.value;
  const sameChunkRange =
    Math.floor(before.timeMs / CHUNK_RANGE_MS) === Math.floor(timeMs / CHUNK_RANGE_MS);
  const sameShape =
    earlier.schema === histogram.schema &&
    earlier.zeroThreshold === histogram.zeroThreshold &&
    sameBounds(earlier.customValues, histogram.customValues);
  if (!sameChunkRange || !sameShape || histogram.resetHint === "reset") return false;
  const plain = histogram.copy();
  plain.resetHint = "unknown";
  return !isReset(plain, earlier);
}

function settleHint(histogram: FloatHistogram, timeMs: number, before: StoredSample | null): void {
  if (histogram.resetHint === "gauge") return;
  histogram.resetHint = continuesChunk(histogram, timeMs, before) ? "not_reset" : "unknown";
}

class StoredSet implements SeriesSet {
  private readonly found: readonly StoredSeries[];
  private readonly source: MemorySource;

  constructor(found: readonly StoredSeries[], source: MemorySource) {
    this.found = found;
    this.source = source;
  }

  get count(): number {
    return this.found.length;
  }

  labels(index: number): Labels {
    return this.found[index]!.labels;
  }

  labelSymbol(index: number, name: string): number {
    const value = this.labels(index).get(name);
    return value === "" ? -1 : this.source.symbolOf(value);
  }

  symbolText(symbol: number): string {
    return this.source.textOf(symbol);
  }

  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const samples = this.found[index]!.between(fromMs, toMs, false);
    into.reserve(samples.length);
    const word = new DataView(new ArrayBuffer(8));
    for (const { timeMs, value } of samples) {
      if (value === "stale") {
        into.push(timeMs, STALE_HIGH, STALE_LOW);
        continue;
      }
      word.setFloat64(0, value as number);
      into.push(timeMs, word.getUint32(0), word.getUint32(4));
    }
    return samples.length;
  }

  histograms(index: number, fromMs: number, toMs: number): HistogramSamples | null {
    const samples = this.found[index]!.between(fromMs, toMs, true);
    if (samples.length === 0) return null;
    return {
      times: samples.map(({ timeMs }) => timeMs),
      values: samples.map(({ value }) => value as FloatHistogram),
      startTimes: samples.map(({ startMs }) => startMs),
    };
  }

  startTimes(index: number, fromMs: number, toMs: number): readonly number[] {
    return this.found[index]!.between(fromMs, toMs, false).map(({ startMs }) => startMs);
  }
}

export class MemorySource implements SeriesSource {
  private readonly series = new Map<string, StoredSeries>();
  private readonly symbols = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly unsettled = new Set<StoredSeries>();

  /** Stores one sample; `startMs` 0 = unknown. Histograms are changed by their storage. */
  append(labels: Labels, timeMs: number, value: StoredValue, startMs: number): void {
    const key = labels.key();
    let series = this.series.get(key);
    if (!series) {
      series = new StoredSeries(labels);
      this.series.set(key, series);
    }
    series.samples.push({ timeMs, value, startMs });
    this.unsettled.add(series);
  }

  select(matchers: readonly Matcher[]): SeriesSet {
    for (const series of this.unsettled) series.settle();
    this.unsettled.clear();
    const found = [...this.series.values()].filter(({ labels }) =>
      matchers.every((matcher) => matcher.matches(labels.get(matcher.name))),
    );
    return new StoredSet(found, this);
  }

  symbolOf(text: string): number {
    let symbol = this.symbols.get(text);
    if (symbol === undefined) {
      symbol = this.texts.push(text) - 1;
      this.symbols.set(text, symbol);
    }
    return symbol;
  }

  textOf(symbol: number): string {
    const text = this.texts[symbol];
    assert(text !== undefined, "symbol of this source");
    return text;
  }
}
