/** A native histogram as text: `{count:20, sum:10, [-1,-0.5):1, (0.5,1]:1}`, as Go prints it. */
import { formatGeneral } from "../format-value.ts";
import { type Bucket, negativeBuckets, positiveBuckets, zeroBucket } from "./bucket-walk.ts";
import type { FloatHistogram } from "./float-histogram.ts";

function bucketText(bucket: Bucket): string {
  const open = bucket.lowerInclusive ? "[" : "(";
  const close = bucket.upperInclusive ? "]" : ")";
  const bounds = `${formatGeneral(bucket.lower)},${formatGeneral(bucket.upper)}`;
  return `, ${open}${bounds}${close}:${formatGeneral(bucket.count)}`;
}

/** The text of a histogram; empty buckets are left out. */
export function histogramText(histogram: FloatHistogram): string {
  const buckets = [...negativeBuckets(histogram).reverse(), zeroBucket(histogram)];
  buckets.push(...positiveBuckets(histogram));
  const shown = buckets.filter((bucket) => bucket.count !== 0).map(bucketText);
  const head = `{count:${formatGeneral(histogram.count)}, sum:${formatGeneral(histogram.sum)}`;
  return `${head}${shown.join("")}}`;
}
