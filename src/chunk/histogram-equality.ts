/**
 * Whether two histogram samples are the same one: sent twice, a sample may meet itself in a layout
 * that has more empty buckets. The hint of a reset does not count, nor does the time.
 */
import {
  COUNT,
  CUSTOM_BOUNDS,
  CUSTOM_SCHEMA,
  POSITIVE_SPANS as HEAD_END,
  type HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  THRESHOLD,
} from "./histogram-columns.ts";
import { SpanWalk } from "./histogram-layout.ts";
import { RunningCount } from "./running-count.ts";

const leftWalk = new SpanWalk();
const rightWalk = new SpanWalk();
const leftCount = new RunningCount();
const rightCount = new RunningCount();
const zero = new RunningCount();

/** True when both rows say the same. */
export function sameHistogram(
  left: HistogramColumns,
  leftRow: number,
  right: HistogramColumns,
  rightRow: number,
): boolean {
  if (left.isFloat(leftRow) !== right.isFloat(rightRow)) return false;
  if (left.isStale(leftRow) || right.isStale(rightRow)) {
    return left.isStale(leftRow) && right.isStale(rightRow);
  }
  const schema = left.schemaOf(leftRow);
  if (schema !== right.schemaOf(rightRow)) return false;
  if (left.doubleOf(leftRow, THRESHOLD) !== right.doubleOf(rightRow, THRESHOLD)) return false;
  const leftStart = left.startOf(leftRow);
  const rightStart = right.startOf(rightRow);
  for (let i = COUNT; i < HEAD_END; i++) {
    if (left.words[leftStart + i] !== right.words[rightStart + i]) return false;
  }
  if (schema === CUSTOM_SCHEMA && !sameList(left, leftRow, right, rightRow)) return false;
  return (
    sameSide(left, leftRow, right, rightRow, POSITIVE_SPANS, POSITIVE_BUCKETS) &&
    sameSide(left, leftRow, right, rightRow, NEGATIVE_SPANS, NEGATIVE_BUCKETS)
  );
}

function sameList(
  left: HistogramColumns,
  leftRow: number,
  right: HistogramColumns,
  rightRow: number,
): boolean {
  const count = left.lengthOf(leftRow, CUSTOM_BOUNDS);
  if (count !== right.lengthOf(rightRow, CUSTOM_BOUNDS)) return false;
  const leftAt = left.listOf(leftRow, CUSTOM_BOUNDS);
  const rightAt = right.listOf(rightRow, CUSTOM_BOUNDS);
  for (let i = 0; i < 2 * count; i++) {
    if (left.words[leftAt + i] !== right.words[rightAt + i]) return false;
  }
  return true;
}

function sameSide(
  left: HistogramColumns,
  leftRow: number,
  right: HistogramColumns,
  rightRow: number,
  spans: number,
  buckets: number,
): boolean {
  const isFloat = left.isFloat(leftRow);
  const leftAt = left.listOf(leftRow, buckets);
  const rightAt = right.listOf(rightRow, buckets);
  leftWalk.begin(left.words, left.listOf(leftRow, spans), left.lengthOf(leftRow, spans));
  rightWalk.begin(right.words, right.listOf(rightRow, spans), right.lengthOf(rightRow, spans));
  leftCount.clear();
  rightCount.clear();
  while (leftWalk.index !== rightWalk.index || leftWalk.index !== Number.POSITIVE_INFINITY) {
    const index = Math.min(leftWalk.index, rightWalk.index);
    const one = take(leftWalk, index, leftCount, left.words, leftAt, isFloat);
    const other = take(rightWalk, index, rightCount, right.words, rightAt, isFloat);
    if (!one.equals(other)) return false;
  }
  return true;
}

/** The count of the bucket with an index: of the walk's bucket, or 0. */
function take(
  walk: SpanWalk,
  index: number,
  count: RunningCount,
  words: Uint32Array,
  at: number,
  isFloat: boolean,
): RunningCount {
  if (walk.index !== index) return zero;
  if (isFloat) count.clear();
  count.add(words, at + 2 * walk.ordinal);
  walk.next();
  return count;
}
