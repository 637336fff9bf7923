/**
 * Exponential histograms that are finer than schema 8, made coarser: each step of the schema joins
 * two neighbouring buckets. Rare: no library of today makes them.
 */

import {
  HEAD_WORDS,
  type HistogramColumns,
  HistogramDraft,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  type PairList,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  SCHEMA,
} from "./histogram-columns.ts";
import { SCHEMA_MAX } from "./histogram-fault.ts";
import { SpanWalk } from "./histogram-layout.ts";
import { RunningCount } from "./running-count.ts";

const draft = new HistogramDraft();
const walk = new SpanWalk();
const count = new RunningCount();
const sum = new RunningCount();
const written = new RunningCount();
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** Adds a valid row of a schema above 8 to `into` in schema 8. */
export function pushReduced(from: HistogramColumns, row: number, into: HistogramColumns): void {
  const start = from.startOf(row);
  const levels = from.schemaOf(row) - SCHEMA_MAX;
  draft.clear();
  draft.timeMs = from.timeOf(row);
  for (let i = 0; i < HEAD_WORDS; i++) draft.head[i] = from.words[start + i]!;
  draft.head[SCHEMA] = SCHEMA_MAX;
  const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets } = draft;
  reduce(from, row, levels, POSITIVE_SPANS, POSITIVE_BUCKETS, positiveSpans, positiveBuckets);
  reduce(from, row, levels, NEGATIVE_SPANS, NEGATIVE_BUCKETS, negativeSpans, negativeBuckets);
  into.push(draft);
}

function reduce(
  from: HistogramColumns,
  row: number,
  levels: number,
  spanList: number,
  bucketList: number,
  spans: PairList,
  buckets: PairList,
): void {
  const at = from.listOf(row, bucketList);
  const isFloat = from.isFloat(row);
  walk.begin(from.words, from.listOf(row, spanList), from.lengthOf(row, spanList));
  for (const part of [count, sum, written]) part.clear();
  let behind = 0;
  while (walk.index !== Number.POSITIVE_INFINITY) {
    const target = Math.ceil(walk.index / 2 ** levels);
    let total = 0;
    sum.clear();
    while (Math.ceil(walk.index / 2 ** levels) === target) {
      count.add(from.words, at + 2 * walk.ordinal);
      sum.addCount(count);
      total += from.doubles[(at >>> 1) + walk.ordinal]!;
      walk.next();
    }
    if (spans.length > 0 && behind === target) spans.words[2 * spans.length - 1]!++;
    else spans.push(target - behind, 1);
    behind = target + 1;
    if (isFloat) pushDouble(buckets, total);
    else pushDifference(buckets);
  }
}

function pushDouble(buckets: PairList, value: number): void {
  double[0] = value;
  buckets.push(doubleWords[0]!, doubleWords[1]!);
}

/** Writes `sum` as the difference to the one written before. */
function pushDifference(buckets: PairList): void {
  const low = sum.low - written.low;
  buckets.push(low, sum.high - written.high - (low < 0 ? 1 : 0));
  written.clear();
  written.addCount(sum);
}
