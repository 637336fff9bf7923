/** Texts of warnings and infos, as Prometheus words them (util/annotations). */
import { formatGeneral } from "../format-value.ts";
import { quote } from "../parse/string-text.ts";

/** ` for metric name "x"`, or nothing for a nameless metric. */
function ofMetric(name: string): string {
  return name === "" ? "" : ` for metric name ${quote(name)}`;
}

export const messages = {
  badBucketLabel: (value: string, name: string): string =>
    `bucket label "le" is missing or has a malformed value of ${quote(value)}${ofMetric(name)}`,
  histogramIgnored: (operation: string): string => `ignored histogram in ${operation} aggregation`,
  histogramIgnoredInRange: (name: string): string =>
    `ignored histograms in a range containing both floats and histograms${ofMetric(name)}`,
  incompatibleBuckets: (operator: string): string =>
    `incompatible bucket layout encountered for binary operator ${operator}`,
  incompatibleTypes: (operator: string, left: string, right: string): string =>
    `incompatible sample types encountered for binary operator "${operator}": ` +
    `${left} ${operator} ${right}`,
  mixedClassicNative: (name: string): string =>
    `vector contains a mix of classic and native histograms${ofMetric(name)}`,
  mixedExponentialCustom: (name: string): string =>
    "vector contains a mix of histograms with exponential and custom buckets schemas" +
    ` for metric name ${quote(name)}`,
  mixedInAggregation: "encountered a mix of histograms and floats for aggregation",
  mixedInSeries: (name: string): string =>
    `encountered a mix of histograms and floats for metric name ${quote(name)}`,
  nanInFraction: (name: string): string =>
    "input to histogram_fraction has NaN observations, which are excluded from all fractions" +
    ofMetric(name),
  nanInQuantile: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is NaN${ofMetric(name)}`,
  nanSkewsQuantile: (name: string): string =>
    `input to histogram_quantile has NaN observations, result is skewed higher${ofMetric(name)}`,
  notCounter: (name: string): string =>
    `this native histogram metric is not a counter: ${quote(name)}`,
  notGauge: (name: string): string => `this native histogram metric is not a gauge: ${quote(name)}`,
  notMonotonic: (name: string): string =>
    "input to histogram_quantile needed to be fixed for monotonicity (see " +
    "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" +
    ofMetric(name),
  possibleNonCounter: (name: string): string =>
    "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
    quote(name),
  possibleNonCounterType: (name: string, type: string): string =>
    'metric might not be a counter, __type__ label is not set to "counter" or "histogram"' +
    `, got ${quote(type)}: ${quote(name)}`,
  quantileRange: (value: number): string =>
    `quantile value should be between 0 and 1, got ${formatGeneral(value)}`,
  ratioRange: (value: number, capped: number): string =>
    `ratio value should be between -1 and 1, got ${formatGeneral(value)}, ` +
    `capping to ${formatGeneral(capped)}`,
  reconciledBounds: (operation: string): string =>
    `mismatched custom buckets were reconciled during ${operation}`,
  resetCollision: (operation: string): string =>
    `conflicting counter resets during histogram ${operation}`,
  startTimeOverlap: (name: string): string =>
    `sample has start time that overlaps with previous sample timestamp for metric ${quote(name)}`,
} as const;
