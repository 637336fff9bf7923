/**
 * A slow twin of the histogram codec: a chunk is a list of samples and a layout, encoded from
 * nothing into a string of 0 and 1 whenever its bytes are wanted; numbers are BigInt.
 *
 * Buckets are absolute counts: BigInt in integer histograms, numbers in float ones.
 */

import * as columns from "../../src/chunk/histogram-columns.ts";
import { CUSTOM_SCHEMA, HistogramDraft, type PairList } from "../../src/chunk/histogram-columns.ts";
import { bitsOf } from "./naive-xor.ts";

export type Span = readonly [offset: number, length: number];
export type Count = bigint | number;
export interface Side {
  readonly spans: readonly Span[];
  readonly counts: readonly Count[];
}

export interface NaiveHistogram {
  readonly timeMs: number;
  readonly isFloat: boolean;
  readonly hint: number;
  readonly schema: number;
  readonly threshold: number;
  readonly count: Count;
  readonly zeroCount: Count;
  /** Raw bits. */
  readonly sum: bigint;
  readonly positive: Side;
  readonly negative: Side;
  readonly bounds: readonly number[];
}

export const STALE_BITS = 0x7ff0000000000002n;
const MASK_64 = (1n << 64n) - 1n;

function binary(value: bigint, bits: number): string {
  return (value & ((1n << BigInt(bits)) - 1n)).toString(2).padStart(bits, "0");
}

const FORMS = [3, 6, 9, 12, 18, 25, 56].map((size, i) => [`${"1".repeat(i + 1)}0`, size] as const);

export function varbitInt(wide: bigint): string {
  const value = BigInt.asIntN(64, wide);
  if (value === 0n) return "0";
  for (const [prefix, size] of FORMS) {
    const half = 1n << BigInt(size - 1);
    if (value > -half && value <= half) return prefix + binary(value, size);
  }
  return `11111111${binary(value, 64)}`;
}

export function varbitUint(wide: bigint): string {
  const value = wide & MASK_64;
  if (value === 0n) return "0";
  for (const [prefix, size] of FORMS) {
    if (value < 1n << BigInt(size)) return prefix + binary(value, size);
  }
  return `11111111${binary(value, 64)}`;
}

interface Window {
  leading: number;
  trailing: number;
}

/** The code of a changed double; `window` is that of its field and is changed. */
function xorCode(xor: bigint, window: { open: Window | null }): string {
  if (xor === 0n) return "0";
  const bits = binary(xor, 64);
  const leading = Math.min(31, bits.indexOf("1"));
  const trailing = 63 - bits.lastIndexOf("1");
  const { open } = window;
  if (open !== null && leading >= open.leading && trailing >= open.trailing) {
    return `10${bits.slice(open.leading, 64 - open.trailing)}`;
  }
  window.open = { leading, trailing };
  const size = 64 - leading - trailing;
  const head = `11${binary(BigInt(leading), 5)}${binary(BigInt(size), 6)}`;
  return head + bits.slice(leading, 64 - trailing);
}

function thresholdCode(threshold: number): string {
  if (threshold === 0) return binary(0n, 8);
  for (let e = -243; e <= 10; e++) {
    if (threshold === 2 ** e) return binary(BigInt(e + 244), 8);
  }
  return binary(255n, 8) + binary(bitsOf(threshold), 64);
}

function boundCode(bound: number): string {
  const scaled = Math.round(bound * 1000);
  const whole = bound * 1000 >= 0 && bound * 1000 <= 33554430 && scaled / 1000 === bound;
  return whole ? varbitUint(BigInt(scaled) + 1n) : `0${binary(bitsOf(bound), 64)}`;
}

function spansCode(spans: readonly Span[]): string {
  const codes = spans.map(([offset, length]) => {
    return varbitUint(BigInt(length)) + varbitInt(BigInt(offset));
  });
  return varbitUint(BigInt(spans.length)) + codes.join("");
}

function isStale(sample: NaiveHistogram): boolean {
  return sample.sum === STALE_BITS;
}

/** What a sample writes: count, zero count and buckets as 64-bit numbers. */
function valuesOf(sample: NaiveHistogram): bigint[] {
  const { isFloat, count, zeroCount, positive, negative } = sample;
  if (isFloat) {
    const all = [count, zeroCount, ...positive.counts, ...negative.counts];
    return all.map((value) => bitsOf(value as number));
  }
  const differences = ({ counts }: Side): bigint[] =>
    counts.map((value, i) => (value as bigint) - ((counts[i - 1] ?? 0n) as bigint));
  const head = [count as bigint, zeroCount as bigint];
  return [...head, ...differences(positive), ...differences(negative)];
}

/** A chunk as a list of samples that share their layout. */
export class NaiveChunk {
  readonly flags: number;
  samples: NaiveHistogram[] = [];

  constructor(flags: number, first: NaiveHistogram) {
    this.flags = flags;
    this.samples.push(isStale(first) ? emptied(first) : first);
  }

  get last(): NaiveHistogram {
    return this.samples[this.samples.length - 1]!;
  }

  /** The bytes of the chunk. */
  encode(): Uint8Array {
    const [first] = this.samples as [NaiveHistogram];
    let bits = binary(BigInt(this.samples.length), 16) + binary(BigInt(this.flags), 8);
    bits += thresholdCode(first.threshold) + varbitInt(BigInt(first.schema));
    bits += spansCode(first.positive.spans) + spansCode(first.negative.spans);
    if (first.schema === CUSTOM_SCHEMA) {
      bits += varbitUint(BigInt(first.bounds.length)) + first.bounds.map(boundCode).join("");
    }
    const windows = [...valuesOf(first), 0n].map(() => ({ open: null as Window | null }));
    this.samples.forEach((_, n) => {
      bits += this.sampleCode(n, windows);
    });
    const bytes = new Uint8Array(Math.ceil(bits.length / 8));
    const padded = bits.padEnd(bytes.length * 8, "0");
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2);
    }
    return bytes;
  }

  private sampleCode(n: number, windows: { open: Window | null }[]): string {
    const sample = this.samples[n]!;
    const before = this.samples[n - 1];
    const earlier = this.samples[n - 2];
    const stale = isStale(sample);
    const values = valuesOf(sample);
    const shown = stale ? 2 : values.length;
    if (!before) {
      const codes = values.map((value, i) => {
        if (sample.isFloat) return binary(value, 64);
        return i < 2 ? varbitUint(value) : varbitInt(value);
      });
      codes.splice(2, 0, binary(sample.sum, 64));
      return varbitInt(BigInt(sample.timeMs)) + codes.join("");
    }
    const second = (now: bigint, then: bigint, once: bigint | undefined): bigint =>
      now - then - (once === undefined ? 0n : then - once);
    const times = [sample, before, earlier].map((s) => s && BigInt(s.timeMs));
    const codes: string[] = [];
    const [now, then, once] = [values, valuesOf(before), earlier && valuesOf(earlier)];
    for (let i = 0; i < shown; i++) {
      if (sample.isFloat) codes.push(xorCode(now[i]! ^ then[i]!, windows[i]!));
      else codes.push(stale ? "0" : varbitInt(second(now[i]!, then[i]!, once?.[i])));
    }
    const sum = xorCode(sample.sum ^ before.sum, windows[windows.length - 1]!);
    codes.splice(2, 0, sum);
    return varbitInt(second(times[0]!, times[1]!, times[2])) + codes.join("");
  }

  /** Appends a sample if it fits; else the flags of the chunk to begin. */
  append(sample: NaiveHistogram): number | null {
    const gauge = sample.hint === 3;
    const { last } = this;
    const inGauge = this.flags === 0xc0;
    const quiet = sample.isFloat ? 0 : 0x40;
    if (gauge && (!inGauge || (isStale(last) && !isStale(sample)))) return 0xc0;
    if (!gauge && inGauge) return quiet;
    if (!gauge && sample.hint === 1) return 0x80;
    if (isStale(sample)) {
      this.samples.push({ ...emptied(sample), positive: last.positive, negative: last.negative });
      return null;
    }
    if (isStale(last)) return 0;
    const shape = last.schema === sample.schema && last.threshold === sample.threshold;
    const bounds = sample.schema !== CUSTOM_SCHEMA || String(last.bounds) === String(sample.bounds);
    if (gauge && !(shape && bounds)) return 0xc0;
    if (!gauge) {
      if (sample.count < last.count) return 0x80;
      if (!shape) return 0;
      if (!bounds || sample.zeroCount < last.zeroCount) return 0x80;
      const fell = fallen(last.positive, sample.positive) || fallen(last.negative, sample.negative);
      if (fell) return 0x80;
    }
    this.take(sample, gauge);
    return null;
  }

  private take(sample: NaiveHistogram, gauge: boolean): void {
    const { last } = this;
    const lacks = [
      indexesOf(last.positive).some((i) => !indexesOf(sample.positive).includes(i)),
      indexesOf(last.negative).some((i) => !indexesOf(sample.negative).includes(i)),
    ];
    const grows =
      indexesOf(sample.positive).some((i) => !indexesOf(last.positive).includes(i)) ||
      indexesOf(sample.negative).some((i) => !indexesOf(last.negative).includes(i));
    const both = gauge && lacks.includes(true);
    const spansFor = (side: "positive" | "negative", lacking: boolean): readonly Span[] => {
      if (!grows) return last[side].spans;
      if (!lacking && !both) return sample[side].spans;
      return shortest([...new Set([...indexesOf(last[side]), ...indexesOf(sample[side])])]);
    };
    const positive = spansFor("positive", lacks[0]!);
    const negative = spansFor("negative", lacks[1]!);
    const fitted = (one: NaiveHistogram): NaiveHistogram => ({
      ...one,
      positive: spread(one.positive, positive, one.isFloat),
      negative: spread(one.negative, negative, one.isFloat),
    });
    this.samples = [...this.samples, sample].map(fitted);
  }
}

function emptied(sample: NaiveHistogram): NaiveHistogram {
  const zero = sample.isFloat ? 0 : 0n;
  const none: Side = { spans: [], counts: [] };
  return {
    ...{ ...sample, schema: 0, threshold: 0, count: zero, zeroCount: zero },
    ...{ positive: none, negative: none, bounds: [] },
  };
}

export function indexesOf(side: Side): number[] {
  const indexes: number[] = [];
  let index = 0;
  for (const [offset, length] of side.spans) {
    index += offset;
    for (let i = 0; i < length; i++) indexes.push(index++);
  }
  return indexes;
}

export function shortest(indexes: readonly number[]): Span[] {
  const spans: [number, number][] = [];
  let behind = 0;
  for (const index of [...indexes].sort((a, b) => a - b)) {
    if (spans.length > 0 && index === behind) spans[spans.length - 1]![1]++;
    else spans.push([index - behind, 1]);
    behind = index + 1;
  }
  return spans;
}

function spread(side: Side, spans: readonly Span[], isFloat: boolean): Side {
  const known = new Map(indexesOf(side).map((index, i) => [index, side.counts[i]!]));
  const indexes = indexesOf({ spans, counts: [] });
  return { spans, counts: indexes.map((index) => known.get(index) ?? (isFloat ? 0 : 0n)) };
}

function fallen(before: Side, now: Side): boolean {
  const counts = new Map(indexesOf(now).map((index, i) => [index, now.counts[i]!]));
  return indexesOf(before).some((index, i) => {
    const old = before.counts[i]!;
    const count = counts.get(index);
    return count === undefined ? old !== 0 && old !== 0n : old > count;
  });
}

function pushDouble(list: PairList, value: number): void {
  const bits = bitsOf(value);
  list.push(Number(bits & 0xffffffffn), Number(bits >> 32n));
}

/** The sample as what a request brings. */
export function draftOf(sample: NaiveHistogram): HistogramDraft {
  const draft = new HistogramDraft();
  const pair = (offset: number, bits: bigint): void => {
    draft.setPair(offset, Number((bits & MASK_64) >> 32n), Number(bits & 0xffffffffn));
  };
  draft.timeMs = sample.timeMs;
  draft.setFlags(sample.isFloat, sample.hint);
  draft.head[columns.SCHEMA] = sample.schema;
  pair(columns.THRESHOLD, bitsOf(sample.threshold));
  pair(columns.SUM, sample.sum);
  const values = valuesOf(sample);
  pair(columns.COUNT, values[0]!);
  pair(columns.ZERO_COUNT, values[1]!);
  for (const span of sample.positive.spans) draft.positiveSpans.push(...span);
  for (const span of sample.negative.spans) draft.negativeSpans.push(...span);
  const positive = sample.positive.counts.length;
  values.slice(2).forEach((value, i) => {
    const list = i < positive ? draft.positiveBuckets : draft.negativeBuckets;
    const wide = value & MASK_64;
    list.push(Number(wide & 0xffffffffn), Number(wide >> 32n));
  });
  for (const bound of sample.bounds) pushDouble(draft.customBounds, bound);
  return draft;
}
