/**
 * Value model: how the values of a scraped series move from scrape to scrape.
 *
 * The kinds and their shares follow what a Prometheus in a Kubernetes cluster meets: most series
 * are whole numbers or do not move at all, few are decimals, very few use a double's full width.
 *
 * I1  Series are columns; the same seed and the same order of steps give the same values.
 * I2  Counters and histogram parts never go down.
 * I3  The bucket with rank 0 of a histogram is stepped before its other parts in every scrape:
 *     its step draws the observations for all of them.
 *
 * Units: `rate` is units per second (random walks: largest move per scrape), `grain` the smallest
 * difference of a series' values.
 */
import { assert } from "../../src/base/assert.ts";
import type { Prng } from "../../src/base/prng.ts";

export type ValueKind =
  | "bucket" // cumulative count of one bucket of a histogram
  | "clock" // seconds since the epoch
  | "constant"
  | "counter" // whole number that grows
  | "decimal" // random walk on multiples of a decimal fraction
  | "flag" // 0 or 1, changes rarely
  | "float" // random walk with all digits
  | "gauge" // random walk on whole numbers
  | "histogram-count"
  | "histogram-sum"
  | "seconds"; // decimal number that grows

const KINDS: readonly ValueKind[] = [
  "bucket",
  "clock",
  "constant",
  "counter",
  "decimal",
  "flag",
  "float",
  "gauge",
  "histogram-count",
  "histogram-sum",
  "seconds",
];

/** Buckets per histogram, the one without bound included. */
export const BUCKET_COUNT = 12;
/** Per histogram: cumulative bucket counts, then sum of observations, rate and busiest bucket. */
const HISTOGRAM_NUMBERS = BUCKET_COUNT + 3;
const SUM_AT = BUCKET_COUNT;
const RATE_AT = BUCKET_COUNT + 1;
const BUSIEST_AT = BUCKET_COUNT + 2;

export class ValueModel {
  private readonly random: Prng;
  private readonly kinds: Uint8Array;
  private readonly values: Float64Array;
  private readonly rates: Float64Array;
  private readonly grains: Float64Array;
  /** Of parts of a histogram: which one, and the bucket's rank. */
  private readonly histogramOf: Uint32Array;
  private readonly rankOf: Uint8Array;
  private histograms = new Float64Array(1024 * HISTOGRAM_NUMBERS);
  private histogramCount = 0;
  private count = 0;

  constructor(capacity: number, random: Prng) {
    this.random = random;
    this.kinds = new Uint8Array(capacity);
    this.values = new Float64Array(capacity);
    this.rates = new Float64Array(capacity);
    this.grains = new Float64Array(capacity);
    this.histogramOf = new Uint32Array(capacity);
    this.rankOf = new Uint8Array(capacity);
  }

  get seriesCount(): number {
    return this.count;
  }

  kindOf(series: number): ValueKind {
    return KINDS[this.kinds[series]!]!;
  }

  /** Adds a series and returns its index. */
  add(kind: ValueKind, start: number, rate: number, grain: number): number {
    assert(this.count < this.kinds.length, "value model is full");
    const series = this.count++;
    this.kinds[series] = KINDS.indexOf(kind);
    this.values[series] = start;
    this.rates[series] = rate;
    this.grains[series] = grain;
    return series;
  }

  /** Adds a histogram, whose parts are added with addPart. `rate` is observations per second. */
  addHistogram(rate: number): number {
    const histogram = this.histogramCount++;
    if (this.histogramCount * HISTOGRAM_NUMBERS > this.histograms.length) {
      const wider = new Float64Array(this.histograms.length * 2);
      wider.set(this.histograms);
      this.histograms = wider;
    }
    this.histograms[histogram * HISTOGRAM_NUMBERS + RATE_AT] = rate;
    this.histograms[histogram * HISTOGRAM_NUMBERS + BUSIEST_AT] = 2 + this.random.float() * 5;
    return histogram;
  }

  /** Adds one series of a histogram; `rank` counts buckets from the lowest bound. */
  addPart(histogram: number, kind: ValueKind, rank: number): number {
    const series = this.add(kind, 0, 0, 1);
    this.histogramOf[series] = histogram;
    this.rankOf[series] = rank;
    return series;
  }

  /** The next value of a series, `seconds` after the last, at `timeMs`. */
  step(series: number, seconds: number, timeMs: number): number {
    const kind = this.kindOf(series);
    const rate = this.rates[series]!;
    const grain = this.grains[series]!;
    switch (kind) {
      case "constant":
        return this.values[series]!;
      case "counter":
        return this.grow(series, grain * this.random.below(2 * rate * seconds + 1));
      case "seconds":
        return this.grow(
          series,
          grain * Math.round((rate * seconds * this.random.float()) / grain),
        );
      case "gauge":
      case "decimal":
        return this.walk(series, grain * Math.round((rate * (this.random.float() - 0.5)) / grain));
      case "float":
        return this.walk(series, rate * (this.random.float() - 0.5));
      case "flag":
        if (this.random.float() < rate) this.values[series] = 1 - this.values[series]!;
        return this.values[series]!;
      case "clock":
        return (timeMs + this.random.below(10)) / 1000;
      default:
        return this.stepPart(series, kind, seconds);
    }
  }

  /** Adds to a counter; the sum is rounded to the grain, so that decimals stay short. */
  private grow(series: number, by: number): number {
    return this.settle(series, this.values[series]! + by);
  }

  private walk(series: number, by: number): number {
    return this.settle(series, Math.abs(this.values[series]! + by));
  }

  private settle(series: number, value: number): number {
    const grain = this.grains[series]!;
    let settled = value;
    if (grain > 0 && grain < 1) settled = Math.round(value / grain) / Math.round(1 / grain);
    this.values[series] = settled;
    return settled;
  }

  private stepPart(series: number, kind: ValueKind, seconds: number): number {
    const base = this.histogramOf[series]! * HISTOGRAM_NUMBERS;
    if (kind === "histogram-sum") return this.histograms[base + SUM_AT]!;
    if (kind === "histogram-count") return this.histograms[base + BUCKET_COUNT - 1]!;
    if (this.rankOf[series] === 0) this.observe(base, seconds);
    return this.histograms[base + this.rankOf[series]!]!;
  }

  /** Draws the observations of one scrape interval and spreads them around the busiest bucket. */
  private observe(base: number, seconds: number): void {
    const expected = this.histograms[base + RATE_AT]! * seconds;
    let left = this.random.below(2 * expected + 1);
    const spread = 1.4;
    let cumulative = 0;
    for (let rank = 0; rank < BUCKET_COUNT; rank++) {
      const distance = (rank - this.histograms[base + BUSIEST_AT]!) / spread;
      const share = 0.3 * Math.exp(-0.5 * distance * distance);
      const last = rank === BUCKET_COUNT - 1;
      const here = last
        ? left
        : Math.min(left, Math.round(expected * share + this.random.float() - 0.5));
      left -= here;
      cumulative += here;
      this.histograms[base + rank]! += cumulative;
      this.histograms[base + SUM_AT]! += here * 0.004 * 2 ** rank * (0.5 + this.random.float());
    }
  }
}
