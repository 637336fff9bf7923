/**
 * Histograms with custom buckets made of classic ones, for load_with_nhcb.
 *
 * The _bucket, _sum and _count series that agree in everything but `le` become one series under
 * the name without its suffix.
 */
import type { Labels } from "../../series/labels.ts";
import { CUSTOM_BUCKETS, FloatHistogram } from "../histogram/float-histogram.ts";
import { dropLabels, METRIC_NAME, withLabel } from "../label-operations.ts";
import { parseGoFloat } from "../parse/number-text.ts";
import type { ScriptSeries } from "./script.ts";

const LE: ReadonlySet<string> = new Set(["le"]);
const SUFFIXES = ["_bucket", "_sum", "_count"] as const;
type Suffix = (typeof SUFFIXES)[number];

/** One moment of a classic histogram. */
interface Moment {
  readonly buckets: { bound: number; count: number }[];
  sum: number;
  count: number | null;
}

/** A series to store; `histograms` by item index. */
export interface CustomHistogramSeries {
  readonly labels: Labels;
  readonly histograms: ReadonlyMap<number, FloatHistogram>;
}

function suffixOf(name: string): Suffix | undefined {
  return SUFFIXES.find((suffix) => name.endsWith(suffix));
}

function addValue(moment: Moment, suffix: Suffix, bound: number, value: number): void {
  if (suffix === "_sum") moment.sum = value;
  else if (suffix === "_count") moment.count = value;
  else moment.buckets.push({ bound, count: value });
}

function momentAt(moments: Map<number, Moment>, index: number): Moment {
  let moment = moments.get(index);
  if (!moment) {
    moment = { buckets: [], sum: 0, count: null };
    moments.set(index, moment);
  }
  return moment;
}

/** The histogram of one moment; counts that fall make it an error. */
function buildHistogram({ buckets, sum, count }: Moment): FloatHistogram {
  buckets.sort((a, b) => a.bound - b.bound);
  const total = count ?? buckets.at(-1)?.count ?? 0;
  if (buckets.at(-1)?.bound !== Number.POSITIVE_INFINITY) {
    buckets.push({ bound: Number.POSITIVE_INFINITY, count: total });
  }
  const histogram = new FloatHistogram();
  histogram.schema = CUSTOM_BUCKETS;
  histogram.count = total;
  histogram.sum = sum;
  histogram.customValues = buckets.slice(0, -1).map(({ bound }) => bound);
  histogram.positiveSpans = { offsets: [0], lengths: [buckets.length] };
  histogram.positiveBuckets = buckets.map(
    ({ count: cumulative }, i) => cumulative - (buckets[i - 1]?.count ?? 0),
  );
  if (histogram.positiveBuckets.some((bucket) => bucket < 0)) {
    throw new Error("the buckets of a histogram are not cumulative");
  }
  return histogram;
}

/** Collects the classic histograms among series and converts them. */
export function customHistograms(series: readonly ScriptSeries[]): CustomHistogramSeries[] {
  const groups = new Map<string, { labels: Labels; moments: Map<number, Moment> }>();
  for (const { labels, items } of series) {
    const name = labels.get(METRIC_NAME);
    const suffix = suffixOf(name);
    if (!suffix) continue;
    const bound = suffix === "_bucket" ? parseGoFloat(labels.get("le")) : 0;
    if (bound === null || Number.isNaN(bound)) continue;
    const base = name.slice(0, -suffix.length);
    const ownLabels = withLabel(dropLabels(labels, LE), METRIC_NAME, base);
    const key = ownLabels.key();
    const group = groups.get(key) ?? { labels: ownLabels, moments: new Map() };
    groups.set(key, group);
    items.forEach((item, index) => {
      if (item.kind !== "float") return;
      addValue(momentAt(group.moments, index), suffix, bound, item.value);
    });
  }
  return [...groups.values()].map(({ labels, moments }) => ({
    labels,
    histograms: new Map([...moments].map(([index, moment]) => [index, buildHistogram(moment)])),
  }));
}
