/**
 * The newest sample of every series that some selectors match, as federation asks for it.
 *
 * I1  A series comes once, whatever number of selectors match it; series without a name and series
 *     whose newest sample is a stale marker do not come.
 * I2  Samples are in the order of their metric names, then of their label sets.
 * I3  They are numbers in columns, since there may be a million: V8's collections move none.
 *
 * Units: …Ms milliseconds since the epoch; both ends of the range are inclusive.
 */
import { NumberPages } from "../base/number-pages.ts";
import type { Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../chunk/sample-columns.ts";
import type { FloatHistogram } from "../promql/histogram/float-histogram.ts";
import { HistogramPages } from "../promql/histogram/histogram-pages.ts";
import { histogramOf } from "../promql/histogram/stored-histograms.ts";
import type { BegunSeriesSet, SeriesSet, SeriesSource } from "../promql/series-source.ts";
import { LabelSets } from "../series/label-sets.ts";
import { compareUtf8, type Labels } from "../series/labels.ts";
import { LabelsIndex } from "../series/labels-index.ts";
import type { Matcher } from "../series/matcher.ts";

/** A series with its newest sample: a number, or a native histogram. */
export interface NewestSample {
  readonly labels: Labels;
  /** 0 where the sample is a histogram; the bits of a NaN are in the two words. */
  readonly value: number;
  readonly valueHigh: number;
  readonly valueLow: number;
  readonly histogram: FloatHistogram | null;
  readonly timeMs: number;
}

const METRIC_NAME = "__name__";
const NO_VALUE = { value: 0, valueHigh: 0, valueLow: 0 };

/** What one series is read into, used again for every series. */
class Columns {
  private readonly floats = new SampleColumns();
  private readonly histograms = new HistogramColumns();

  /** The newest sample of a series in a range, or null when there is none or it ends the series. */
  newest(set: SeriesSet, index: number, fromMs: number, toMs: number): NewestSample | null {
    const { floats } = this;
    floats.clear();
    set.read(index, fromMs, toMs, floats);
    const last = floats.length - 1;
    const timeMs = last < 0 ? fromMs - 1 : (floats.times[last] as number);
    const later = this.histogramAfter(set, index, timeMs + 1, toMs);
    if (later !== undefined) return later;
    if (last < 0) return null;
    const [valueLow, valueHigh] = [floats.bits[2 * last]!, floats.bits[2 * last + 1]!];
    if (valueHigh === STALE_HIGH && valueLow === STALE_LOW) return null;
    const value = floats.values[last]!;
    return {
      ...{ labels: set.labels(index), value, valueHigh, valueLow },
      histogram: null,
      timeMs,
    };
  }

  /** The newest histogram in a range, null when it ends the series, undefined without any. */
  private histogramAfter(
    set: SeriesSet,
    index: number,
    fromMs: number,
    toMs: number,
  ): NewestSample | null | undefined {
    const labels = set.labels(index);
    if (!set.readHistograms) {
      const read = set.histograms?.(index, fromMs, toMs);
      const [histogram, timeMs] = [read?.values.at(-1), read?.times.at(-1)];
      if (histogram === undefined || timeMs === undefined) return undefined;
      return { labels, ...NO_VALUE, histogram, timeMs };
    }
    const { histograms } = this;
    histograms.clear();
    if (set.readHistograms(index, fromMs, toMs, histograms) === 0) return undefined;
    const last = histograms.length - 1;
    if (histograms.isStale(last)) return null;
    const timeMs = histograms.timeOf(last);
    return { labels, ...NO_VALUE, histogram: histogramOf(histograms, last), timeMs };
  }
}

const NO_HISTOGRAM = -1;
const WORD = 2 ** 32;
const words = new Uint32Array(2);
const floats = new Float64Array(words.buffer);

/** Newest samples as columns. */
export class NewestSamples implements Iterable<NewestSample> {
  private readonly labels = new LabelSets();
  /** By sample: the number of its metric name; by this number its text. */
  private readonly nameOf = new NumberPages(0);
  private readonly names: string[] = [];
  private readonly numbersOfNames = new Map<string, number>();
  private readonly valueHighOf = new NumberPages(0);
  private readonly valueLowOf = new NumberPages(0);
  private readonly timeHighOf = new NumberPages(0);
  private readonly timeLowOf = new NumberPages(0);
  private readonly native = new HistogramPages();
  private readonly histogramOf = new NumberPages(NO_HISTOGRAM);
  /** Their indexes, as they were found and sorted. */
  private readonly found: number[] = [];
  private order: readonly number[] = [];

  add({ labels, valueHigh, valueLow, histogram, timeMs }: NewestSample): void {
    const index = this.labels.length;
    this.found.push(index);
    this.labels.push(labels);
    this.nameOf.set(index, this.numberOfName(labels.get(METRIC_NAME)));
    this.valueHighOf.set(index, valueHigh);
    this.valueLowOf.set(index, valueLow);
    this.timeHighOf.set(index, Math.floor(timeMs / WORD));
    this.timeLowOf.set(index, timeMs);
    if (histogram !== null) this.histogramOf.set(index, this.native.add(histogram));
  }

  /** Puts them in the order of their metric names, then of their label sets. */
  async sort(slices: Slices): Promise<void> {
    const { names } = this;
    const compareNames = (left: number, right: number) => compareUtf8(names[left]!, names[right]!);
    const byName = await sortedInSlices([...names.keys()], compareNames, slices);
    const rankOf = new Uint32Array(byName.length);
    for (const [rank, number] of byName.entries()) rankOf[number] = rank;
    const compare = (left: number, right: number) => {
      const [a, b] = [this.nameOf.get(left), this.nameOf.get(right)];
      return a === b ? this.labels.compare(left, right) : rankOf[a]! - rankOf[b]!;
    };
    this.order = await sortedInSlices(this.found, compare, slices);
  }

  /** The sorted samples, each made when its turn comes. */
  *[Symbol.iterator](): Iterator<NewestSample> {
    for (const index of this.order) yield this.at(index);
  }

  private at(index: number): NewestSample {
    words[1] = this.valueHighOf.get(index);
    words[0] = this.valueLowOf.get(index);
    const [valueLow, valueHigh] = [words[0]!, words[1]!];
    const place = this.histogramOf.get(index);
    return {
      ...{ labels: this.labels.at(index), value: floats[0]!, valueHigh, valueLow },
      histogram: place === NO_HISTOGRAM ? null : this.native.at(place),
      timeMs: this.timeHighOf.get(index) * WORD + (this.timeLowOf.get(index) >>> 0),
    };
  }

  private numberOfName(name: string): number {
    const known = this.numbersOfNames.get(name);
    if (known !== undefined) return known;
    const number = this.names.push(name) - 1;
    this.numbersOfNames.set(name, number);
    return number;
  }
}

/**
 * Adds the newest samples of one selector's series to `found`, but for those whose label sets are
 * known already.
 */
async function addNewest(
  set: SeriesSet | BegunSeriesSet,
  fromMs: number,
  toMs: number,
  found: NewestSamples,
  known: LabelsIndex | null,
  slices: Slices,
): Promise<void> {
  if ("prepare" in set) while (!set.prepare(() => !slices.isOver())) await slices.next();
  const columns = new Columns();
  for (let i = 0; i < set.count; i++) {
    if (slices.isOver()) await slices.next();
    const labels = set.labels(i);
    if (!labels.has(METRIC_NAME) || (known !== null && known.find(labels) >= 0)) continue;
    const newest = columns.newest(set, i, fromMs, toMs);
    if (newest === null) continue;
    found.add(newest);
    known?.add(newest.labels);
  }
}

/**
 * Finds the newest samples in [fromMs, toMs] in slices, and gives them to `answer`; they are valid
 * until it is done.
 */
export async function newestSamples<Answer>(
  source: SeriesSource,
  selectors: readonly (readonly Matcher[])[],
  fromMs: number,
  toMs: number,
  slices: Slices,
  answer: (samples: NewestSamples) => Answer | Promise<Answer>,
): Promise<Answer> {
  const found = new NewestSamples();
  // A selector alone has each label set once.
  const known = selectors.length > 1 ? new LabelsIndex() : null;
  const open: BegunSeriesSet[] = [];
  try {
    for (const selector of selectors) {
      const begun = source.begin?.(selector, fromMs, toMs, false);
      if (begun) open.push(begun);
      const set = begun ?? source.select(selector, fromMs, toMs);
      await addNewest(set, fromMs, toMs, found, known, slices);
    }
    await found.sort(slices);
    return await answer(found);
  } finally {
    for (const set of open) set.close();
  }
}
