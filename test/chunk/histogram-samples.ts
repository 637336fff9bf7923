/**
 * Random native histograms, and what columns hold of them: shared by the tests of histogram chunks.
 */
import fc from "fast-check";
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
} from "../../src/chunk/histogram-columns.ts";
import {
  type Count,
  type NaiveHistogram,
  type Side,
  type Span,
  STALE_BITS,
} from "./naive-histogram.ts";
import { bitsOf } from "./naive-xor.ts";

/** Spans over few indexes, so that layouts often meet; runs may touch and be empty. */
const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 })), {
  maxLength: 4,
});

function numberOfBuckets(list: readonly Span[]): number {
  return list.reduce((sum, [, length]) => sum + length, 0);
}

function side(isFloat: boolean, first: fc.Arbitrary<number>): fc.Arbitrary<Side> {
  return fc.tuple(spans, first).chain(([runs, start]) => {
    const shifted = runs.map(([offset, length], i) => [i === 0 ? start : offset, length] as const);
    const size = numberOfBuckets(shifted);
    return fc
      .array(countArbitrary(isFloat), { minLength: size, maxLength: size })
      .map((counts) => ({ spans: shifted, counts }));
  });
}

function countArbitrary(isFloat: boolean): fc.Arbitrary<Count> {
  const small = fc.integer({ min: 0, max: 20 });
  if (isFloat) return fc.oneof(small, fc.double({ min: 0, max: 1e9, noNaN: true }));
  const large = fc.bigInt({ min: 0n, max: 1n << 62n });
  return fc.oneof({ arbitrary: small.map(BigInt), weight: 9 }, { arbitrary: large, weight: 1 });
}

const sums = fc.oneof(
  { arbitrary: fc.double().map(bitsOf), weight: 8 },
  { arbitrary: fc.constant(STALE_BITS), weight: 1 },
);

/** One histogram of a kind; its counts need not be those of its buckets. */
export function histogram(isFloat: boolean): fc.Arbitrary<NaiveHistogram> {
  return fc
    .record({
      hint: fc.constantFrom(0, 0, 0, 2, 1, 3, 3),
      schema: fc.constantFrom(0, 0, 0, 3, CUSTOM_SCHEMA),
      threshold: fc.constantFrom(0, 2 ** -128, 2 ** -128, 0.3),
      count: countArbitrary(isFloat),
      zeroCount: countArbitrary(isFloat),
      sum: sums,
      positive: side(isFloat, fc.integer({ min: -2, max: 3 })),
      negative: side(isFloat, fc.integer({ min: -2, max: 3 })),
      bounds: fc.constantFrom([0.5, 1, 33554.43], [-1, 0.0001, 40000]),
    })
    .map((record) => ({ ...record, isFloat, timeMs: 0 }));
}

/** A series of one kind: some drawn anew, most grown from the one before, times rising. */
export function histogramSeries(isFloat: boolean): fc.Arbitrary<NaiveHistogram[]> {
  const step = fc.record({
    fresh: fc.option(histogram(isFloat), { freq: 4 }),
    grown: histogram(isFloat),
    gapMs: fc.oneof(fc.constant(15000), fc.integer({ min: 1, max: 40_000_000 })),
  });
  const start = fc.integer({ min: -1_000_000, max: 1_700_000_000_000 });
  return fc.tuple(start, fc.array(step, { minLength: 1, maxLength: 14 })).map(([first, steps]) => {
    let timeMs = first;
    let before: NaiveHistogram | null = null;
    return steps.map(({ fresh, grown, gapMs }) => {
      const next: NaiveHistogram = fresh ?? (before === null ? grown : grownFrom(before, grown));
      before = { ...next, timeMs };
      timeMs += gapMs;
      return before;
    });
  });
}

/** `before` with what `by` has added: a counter that goes on. */
function grownFrom(before: NaiveHistogram, by: NaiveHistogram): NaiveHistogram {
  const add = (left: Count, right: Count): Count => {
    const sum = typeof left === "bigint" ? left + (right as bigint) : left + (right as number);
    return sum;
  };
  const sideSum = (old: Side, more: Side): Side => ({
    spans: old.spans,
    counts: old.counts.map((count, i) => add(count, more.counts[i] ?? (by.isFloat ? 0 : 0n))),
  });
  return {
    ...before,
    sum: by.sum,
    count: add(before.count, by.count),
    zeroCount: add(before.zeroCount, by.zeroCount),
    positive: sideSum(before.positive, by.positive),
    negative: sideSum(before.negative, by.negative),
  };
}

function wide(columns: HistogramColumns, at: number): bigint {
  return (BigInt(columns.words[at + 1]!) << 32n) | BigInt(columns.words[at]!);
}

/** A row as the twin writes it; stale ones have nothing but their sum. */
export function naiveOf(columns: HistogramColumns, row: number): NaiveHistogram {
  const isFloat = columns.isFloat(row);
  const start = columns.startOf(row);
  const doubleAt = (at: number): number => columns.doubles[at >>> 1]!;
  const countAt = (at: number): Count => (isFloat ? doubleAt(at) : wide(columns, at));
  const sideOf = (spanList: number, bucketList: number): Side => {
    const spansAt = columns.listOf(row, spanList);
    const list: Span[] = [];
    for (let i = 0; i < columns.lengthOf(row, spanList); i++) {
      const at = spansAt + 2 * i;
      list.push([columns.words[at]! | 0, columns.words[at + 1]!]);
    }
    const counts: Count[] = [];
    for (let i = 0; i < columns.lengthOf(row, bucketList); i++) {
      const at = columns.listOf(row, bucketList) + 2 * i;
      if (isFloat) counts.push(doubleAt(at));
      else counts.push(BigInt.asIntN(64, wide(columns, at) + ((counts[i - 1] ?? 0n) as bigint)));
    }
    return { spans: list, counts };
  };
  const bounds: number[] = [];
  for (let i = 0; i < columns.lengthOf(row, CUSTOM_BOUNDS); i++) {
    bounds.push(doubleAt(columns.listOf(row, CUSTOM_BOUNDS) + 2 * i));
  }
  return {
    timeMs: columns.timeOf(row),
    isFloat,
    hint: columns.hintOf(row),
    schema: columns.schemaOf(row),
    threshold: doubleAt(start + THRESHOLD),
    count: countAt(start + COUNT),
    zeroCount: countAt(start + ZERO_COUNT),
    sum: wide(columns, start + SUM),
    positive: sideOf(POSITIVE_SPANS, POSITIVE_BUCKETS),
    negative: sideOf(NEGATIVE_SPANS, NEGATIVE_BUCKETS),
    bounds,
  };
}
