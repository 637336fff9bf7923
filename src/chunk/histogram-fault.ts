/**
 * What is wrong with a native histogram, by the rules and in the words of Prometheus.
 *
 * Schemas 9 to 52, finer than any that is stored, are fine here: histogram-resolution.ts makes them
 * coarser. Texts are made for refusals only.
 */
import {
  COUNT,
  CUSTOM_BOUNDS,
  CUSTOM_SCHEMA,
  type HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  SUM,
  THRESHOLD,
  ZERO_COUNT,
} from "./histogram-columns.ts";
import { RunningCount } from "./running-count.ts";

const SCHEMA_MIN = -4;
/** Finest schema that is stored. */
export const SCHEMA_MAX = 8;
const SCHEMA_MAX_REDUCIBLE = 52;

const NEGATIVE_COUNT = "histogram has a bucket whose observation count is negative";
const NEGATIVE_OFFSET = "histogram has a span whose offset is negative";
const SPANS_MISMATCH = "histogram spans specify different number of buckets than provided";
const COUNT_MISMATCH =
  "histogram's observation count should equal the number of observations found in the buckets " +
  "(in absence of NaN)";
const COUNT_TOO_SMALL =
  "histogram's observation count should be at least the number of observations found in the " +
  "buckets";

const bucket = new RunningCount();
const total = new RunningCount();

/** The fault of a row, or null. */
export function histogramFault(from: HistogramColumns, row: number): string | null {
  total.clear();
  const schema = from.schemaOf(row);
  if (schema === CUSTOM_SCHEMA) return customFault(from, row) ?? countFault(from, row);
  if (schema < SCHEMA_MIN || schema > SCHEMA_MAX_REDUCIBLE) {
    const range =
      "which must be between -4 and 8 for exponential buckets, or -53 for custom buckets";
    return `histogram has an invalid schema, ${range}, got schema ${schema}`;
  }
  const spans =
    inSide("positive", spansFault(from, row, POSITIVE_SPANS, POSITIVE_BUCKETS)) ??
    inSide("negative", spansFault(from, row, NEGATIVE_SPANS, NEGATIVE_BUCKETS)) ??
    inSide("negative", bucketsFault(from, row, NEGATIVE_BUCKETS));
  if (spans !== null) return spans;
  if (from.lengthOf(row, CUSTOM_BOUNDS) > 0) {
    return "histogram with exponential schema must not have custom bounds";
  }
  return countFault(from, row);
}

function inSide(side: string, fault: string | null): string | null {
  return fault === null ? null : `${side} side: ${fault}`;
}

function customFault(from: HistogramColumns, row: number): string | null {
  const fault = boundsFault(from, row);
  if (fault !== null) return `custom buckets: ${fault}`;
  const start = from.startOf(row);
  const { words } = from;
  const isZero = from.isFloat(row)
    ? from.doubleOf(row, ZERO_COUNT) === 0
    : words[start + ZERO_COUNT] === 0 && words[start + ZERO_COUNT + 1] === 0;
  if (!isZero) return "custom buckets: must have zero count of 0";
  if (from.doubleOf(row, THRESHOLD) !== 0) return "custom buckets: must have zero threshold of 0";
  if (from.lengthOf(row, NEGATIVE_SPANS) > 0) return "custom buckets: must not have negative spans";
  if (from.lengthOf(row, NEGATIVE_BUCKETS) > 0) {
    return "custom buckets: must not have negative buckets";
  }
  return null;
}

/** Bounds rise and are finite, spans have no gap backwards and end within them. */
function boundsFault(from: HistogramColumns, row: number): string | null {
  const count = from.lengthOf(row, CUSTOM_BOUNDS);
  const at = from.listOf(row, CUSTOM_BOUNDS) >>> 1;
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const bound = from.doubles[at + i]!;
    if (Number.isNaN(bound)) return "histogram custom bounds must not be NaN";
    if (bound <= previous) {
      const texts = `previous bound is ${previous} and current is ${bound}`;
      return `${texts}: histogram custom bounds must be in strictly increasing order`;
    }
    previous = bound;
  }
  if (previous === Number.POSITIVE_INFINITY) {
    return "last +Inf bound must not be explicitly defined: histogram custom bounds must be finite";
  }
  const fault = spansFault(from, row, POSITIVE_SPANS, POSITIVE_BUCKETS);
  if (fault !== null) return fault;
  const covered = coveredBuckets(from, row);
  if (count + 1 < covered) {
    const texts = `only ${count} custom bounds defined which is insufficient to cover total span`;
    return `${texts} length of ${covered}: histogram custom bounds are too few`;
  }
  return null;
}

/** Buckets from index 0 to the last one; offsets are known not to be negative but the first. */
function coveredBuckets(from: HistogramColumns, row: number): number {
  let covered = 0;
  const at = from.listOf(row, POSITIVE_SPANS);
  for (let i = 0; i < from.lengthOf(row, POSITIVE_SPANS); i++) {
    covered += (from.words[at + 2 * i]! | 0) + from.words[at + 2 * i + 1]!;
  }
  return covered;
}

function spansFault(
  from: HistogramColumns,
  row: number,
  spans: number,
  buckets: number,
): string | null {
  const first = from.schemaOf(row) === CUSTOM_SCHEMA ? 0 : 1;
  const at = from.listOf(row, spans);
  let needed = 0;
  for (let i = 0; i < from.lengthOf(row, spans); i++) {
    const offset = from.words[at + 2 * i]! | 0;
    if (i >= first && offset < 0) {
      return `span number ${i + 1} with offset ${offset}: ${NEGATIVE_OFFSET}`;
    }
    needed += from.words[at + 2 * i + 1]!;
  }
  const have = from.lengthOf(row, buckets);
  if (needed === have) return null;
  return `spans need ${needed} buckets, have ${have} buckets: ${SPANS_MISMATCH}`;
}

/** Counts of a side; adds those of an integer histogram to `total`. */
function bucketsFault(from: HistogramColumns, row: number, list: number): string | null {
  const at = from.listOf(row, list);
  const count = from.lengthOf(row, list);
  const isFloat = from.isFloat(row);
  bucket.clear();
  for (let i = 0; i < count; i++) {
    bucket.add(from.words, at + 2 * i);
    const observed = isFloat ? from.doubles[(at >>> 1) + i]! : bucket.number;
    if (observed < 0) {
      return `bucket number ${i + 1} has observation count of ${observed}: ${NEGATIVE_COUNT}`;
    }
    total.addCount(bucket);
  }
  return null;
}

/** The positive side's counts and the sum of all. */
function countFault(from: HistogramColumns, row: number): string | null {
  const fault = inSide("positive", bucketsFault(from, row, POSITIVE_BUCKETS));
  if (fault !== null) return fault;
  return from.isFloat(row) ? floatCountFault(from, row) : integerCountFault(from, row);
}

function floatCountFault(from: HistogramColumns, row: number): string | null {
  const zeroCount = from.doubleOf(row, ZERO_COUNT);
  if (zeroCount < 0) return `zero bucket has observation count of ${zeroCount}: ${NEGATIVE_COUNT}`;
  const count = from.doubleOf(row, COUNT);
  return count < 0 ? `observation count is ${count}: ${NEGATIVE_COUNT}` : null;
}

function integerCountFault(from: HistogramColumns, row: number): string | null {
  const start = from.startOf(row);
  total.add(from.words, start + ZERO_COUNT);
  bucket.clear();
  bucket.add(from.words, start + COUNT);
  if (total.equals(bucket)) return null;
  const hasNaN = Number.isNaN(from.doubleOf(row, SUM));
  if (hasNaN && bucket.unsigned > total.unsigned) return null;
  const texts = `${total.unsigned} observations found in buckets, but the Count field is`;
  return `${texts} ${bucket.unsigned}: ${hasNaN ? COUNT_TOO_SMALL : COUNT_MISMATCH}`;
}
