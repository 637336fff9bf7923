/** A native histogram in a reply: count, sum and the buckets that are not empty. */
import { formatValue } from "../format-value.ts";
import { allBuckets, type Bucket } from "./bucket-walk.ts";
import type { FloatHistogram } from "./float-histogram.ts";

/** Which ends belong to a bucket: 0 = (lo,hi], 1 = [lo,hi), 2 = neither, 3 = both. */
function boundaryRule(bucket: Bucket): number {
  if (bucket.lowerInclusive) return bucket.upperInclusive ? 3 : 1;
  return bucket.upperInclusive ? 0 : 2;
}

/** The JSON object of a histogram. */
export function histogramJson(histogram: FloatHistogram): string {
  let text = `{"count":"${formatValue(histogram.count)}","sum":"${formatValue(histogram.sum)}"`;
  let separator = ',"buckets":[';
  for (const bucket of allBuckets(histogram)) {
    if (bucket.count === 0) continue;
    const bounds = `"${formatValue(bucket.lower)}","${formatValue(bucket.upper)}"`;
    text += `${separator}[${boundaryRule(bucket)},${bounds},"${formatValue(bucket.count)}"]`;
    separator = ",";
  }
  return `${text}${separator === "," ? "]" : ""}}`;
}
