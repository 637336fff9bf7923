/**
 * The newest sample of every series that some selectors match, as federation asks for it.
 *
 * I1  A series comes once, whatever number of selectors match it; series without a name and series
 *     whose newest sample is a stale marker do not come.
 * I2  Samples are in the order of their metric names, then of their label sets.
 *
 * Units: …Ms milliseconds since the epoch; both ends of the range are inclusive.
 */
import type { Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../chunk/sample-columns.ts";
import type { FloatHistogram } from "../promql/histogram/float-histogram.ts";
import { histogramOf } from "../promql/histogram/stored-histograms.ts";
import type { BegunSeriesSet, SeriesSet, SeriesSource } from "../promql/series-source.ts";
import { compareUtf8, Labels } from "../series/labels.ts";
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

function compare({ labels: left }: NewestSample, { labels: right }: NewestSample): number {
  const byName = compareUtf8(left.get(METRIC_NAME), right.get(METRIC_NAME));
  return byName === 0 ? Labels.compare(left, right) : byName;
}

/**
 * Adds the newest samples of one selector's series to `found`, but for those whose label sets are
 * known already.
 */
async function addNewest(
  set: SeriesSet | BegunSeriesSet,
  fromMs: number,
  toMs: number,
  found: NewestSample[],
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
    // The set is closed before they are shown.
    newest.labels.settled();
    found.push(newest);
    known?.add(newest.labels);
  }
}

/** The newest samples in [fromMs, toMs], found in slices. */
export async function newestSamples(
  source: SeriesSource,
  selectors: readonly (readonly Matcher[])[],
  fromMs: number,
  toMs: number,
  slices: Slices,
): Promise<readonly NewestSample[]> {
  const found: NewestSample[] = [];
  // A selector alone has each label set once.
  const known = selectors.length > 1 ? new LabelsIndex() : null;
  for (const selector of selectors) {
    const begun = source.begin?.(selector, fromMs, toMs, false);
    try {
      const set = begun ?? source.select(selector, fromMs, toMs);
      await addNewest(set, fromMs, toMs, found, known, slices);
    } finally {
      begun?.close();
    }
  }
  return sortedInSlices(found, compare, slices);
}
