/**
 * The newest sample of every series that some selectors match, as federation asks for it.
 *
 * I1  A series comes once, whatever number of selectors match it; series without a name and series
 *     whose newest sample is a stale marker or a native histogram do not come.
 * I2  Samples are in the order of their metric names, then of their label sets.
 *
 * Units: …Ms milliseconds since the epoch; both ends of the range are inclusive.
 */
import type { Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../chunk/sample-columns.ts";
import { histogramsOf } from "../promql/histogram/stored-histograms.ts";
import type { BegunSeriesSet, SeriesSet, SeriesSource } from "../promql/series-source.ts";
import { compareUtf8, Labels } from "../series/labels.ts";
import type { Matcher } from "../series/matcher.ts";

/** A series with its newest sample. */
export interface NewestSample {
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs: number;
}

const METRIC_NAME = "__name__";

/** The last sample in the columns, or null when there is none or it ends the series. */
function lastOf(columns: SampleColumns, labels: Labels): NewestSample | null {
  const last = columns.length - 1;
  if (last < 0) return null;
  const [low, high] = [columns.bits[2 * last], columns.bits[2 * last + 1]];
  if (high === STALE_HIGH && low === STALE_LOW) return null;
  return { labels, value: columns.values[last] as number, timeMs: columns.times[last] as number };
}

/** Whether the series has gone on with a histogram. */
function hasHistogramAfter(set: SeriesSet, index: number, timeMs: number, toMs: number): boolean {
  return histogramsOf(set, index, timeMs + 1, toMs) !== null;
}

function compare({ labels: left }: NewestSample, { labels: right }: NewestSample): number {
  const byName = compareUtf8(left.get(METRIC_NAME), right.get(METRIC_NAME));
  return byName === 0 ? Labels.compare(left, right) : byName;
}

/** Adds the newest samples of one selector's series to `found`, by label set. */
async function addNewest(
  set: SeriesSet | BegunSeriesSet,
  fromMs: number,
  toMs: number,
  found: Map<string, NewestSample>,
  slices: Slices,
): Promise<void> {
  if ("prepare" in set) while (!set.prepare(() => !slices.isOver())) await slices.next();
  const columns = new SampleColumns();
  for (let i = 0; i < set.count; i++) {
    if (slices.isOver()) await slices.next();
    const labels = set.labels(i);
    const key = labels.key();
    if (!labels.has(METRIC_NAME) || found.has(key)) continue;
    columns.clear();
    set.read(i, fromMs, toMs, columns);
    const newest = lastOf(columns, labels);
    if (newest !== null && !hasHistogramAfter(set, i, newest.timeMs, toMs)) found.set(key, newest);
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
  const found = new Map<string, NewestSample>();
  for (const selector of selectors) {
    const begun = source.begin?.(selector, fromMs, toMs, false);
    try {
      const set = begun ?? source.select(selector, fromMs, toMs);
      await addNewest(set, fromMs, toMs, found, slices);
    } finally {
      begun?.close();
    }
  }
  return sortedInSlices([...found.values()], compare, slices);
}
