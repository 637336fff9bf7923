/**
 * Buckets of an exponential histogram of OTLP as spans and differences, the form of native
 * histograms.
 *
 * I1  Bucket i of OTLP is (base^i, base^(i+1)], of ours (base^(i-1), base^i]: indexes rise by one.
 * I2  With a scale above SCALE_MAX neighbours are added up until the scale is that.
 * I3  Up to two empty buckets between others are written out, more begin a new span: as clients
 *     of Prometheus lay buckets out.
 *
 * Counts are 64-bit integers.
 */
import type { PairList } from "../chunk/histogram-columns.ts";
import type { Buckets } from "./metrics-message.ts";

/** Finest scale that is stored. */
export const SCALE_MAX = 8;
const GAP_MAX = 2;

/** Appends the buckets of one side to `spans` and `deltas`, made coarser `scaleDown` times. */
export function layOutBuckets(
  { offset, bucketCounts }: Buckets,
  scaleDown: number,
  spans: PairList,
  deltas: PairList,
): void {
  if (bucketCounts.length === 0) return;
  // A shift takes the lowest five bits of its count alone.
  const shift = Math.min(scaleDown, 31);
  const indexOf = (bucket: number) => ((offset + bucket) >> shift) + 1;
  let spanOffset = indexOf(0);
  let spanLength = 0;
  let previous = 0n;
  const append = (count: bigint) => {
    const delta = BigInt.asUintN(64, count - previous);
    deltas.push(Number(delta & 0xffffffffn), Number(delta >> 32n));
    previous = count;
    spanLength++;
  };
  // Empties before `index`, or a new span when there are many of them.
  const fill = (gap: number) => {
    if (gap > GAP_MAX) {
      spans.push(spanOffset, spanLength);
      spanOffset = gap;
      spanLength = 0;
    } else for (let i = 0; i < gap; i++) append(0n);
  };
  let last = indexOf(0) - 1;
  for (let at = 0; at < bucketCounts.length; ) {
    const index = indexOf(at);
    let count = 0n;
    for (; at < bucketCounts.length && indexOf(at) === index; at++) count += bucketCounts[at]!;
    if (count === 0n && at < bucketCounts.length) continue;
    fill(index - last - 1);
    append(count);
    last = index;
  }
  spans.push(spanOffset, spanLength);
}
