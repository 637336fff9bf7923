/**
 * Functions of one float: each value of a vector is replaced, histograms have none.
 *
 * Dates are UTC of a number of seconds, cut to whole ones; the calendar is the proleptic Gregorian
 * one, computed on doubles so that any year works.
 */
import { goMax, goMin, KahanSum } from "../evaluate/go-math.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { ABSENT, FLOAT, HISTOGRAM, type StepColumn } from "../evaluate/step-column.ts";
import { StepPortions } from "../evaluate/step-portions.ts";
import { DerivedStream, type ScalarColumn, type VectorStream } from "../evaluate/vector-stream.ts";
import { allBuckets } from "../histogram/bucket-walk.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { dayOfYear, daysInMonth, fieldsOf } from "./calendar.ts";

export type FloatMap = (value: number) => number;

/** Functions by name. */
export const FLOAT_FUNCTIONS: ReadonlyMap<string, FloatMap> = new Map<string, FloatMap>([
  ["abs", Math.abs],
  ["acos", Math.acos],
  ["acosh", Math.acosh],
  ["asin", Math.asin],
  ["asinh", Math.asinh],
  ["atan", Math.atan],
  ["atanh", Math.atanh],
  ["ceil", Math.ceil],
  ["cos", Math.cos],
  ["cosh", Math.cosh],
  ["deg", (value) => (value * 180) / Math.PI],
  ["exp", Math.exp],
  ["floor", Math.floor],
  ["ln", Math.log],
  ["log10", Math.log10],
  ["log2", Math.log2],
  ["rad", (value) => (value * Math.PI) / 180],
  ["sgn", (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ["sin", Math.sin],
  ["sinh", Math.sinh],
  ["sqrt", Math.sqrt],
  ["tan", Math.tan],
  ["tanh", Math.tanh],
]);

/** Functions of a time in seconds, by name. */
export const DATE_FUNCTIONS: ReadonlyMap<string, FloatMap> = new Map<string, FloatMap>([
  ["day_of_month", (seconds) => fieldsOf(seconds).day],
  ["day_of_week", (seconds) => fieldsOf(seconds).weekday],
  ["day_of_year", dayOfYear],
  ["days_in_month", daysInMonth],
  ["hour", (seconds) => fieldsOf(seconds).hour],
  ["minute", (seconds) => fieldsOf(seconds).minute],
  ["month", (seconds) => fieldsOf(seconds).month],
  ["year", (seconds) => fieldsOf(seconds).year],
]);

/** A vector with each float replaced. */
export class MappedStream extends DerivedStream {
  private readonly apply: FloatMap;

  constructor(input: VectorStream, apply: FloatMap) {
    super(input);
    this.apply = apply;
  }

  override advance(): boolean {
    while (this.input.advance()) {
      const { column } = this.input;
      const { kinds, values } = column;
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] === FLOAT) values[step] = this.apply(values[step]!);
        else kinds[step] = ABSENT;
      }
      if (!column.mayHaveHistograms || column.hasAny()) return true;
    }
    return false;
  }
}

/** clamp, clamp_min, clamp_max and round: a function of a float and scalars of the same step. */
export class ScalarMappedStream extends DerivedStream {
  private readonly scalars: readonly ScalarColumn[];
  private readonly apply: (column: StepColumn, step: number) => void;

  /** `apply` changes the float at a step, or makes it absent. */
  constructor(
    input: VectorStream,
    scalars: readonly ScalarColumn[],
    apply: (column: StepColumn, step: number) => void,
  ) {
    super(input);
    this.scalars = scalars;
    this.apply = apply;
  }

  override prepare(): boolean {
    return this.scalars.every((scalar) => scalar.prepare()) && this.input.prepare();
  }

  override advance(): boolean {
    while (this.input.advance()) {
      const { column } = this.input;
      for (let step = 0; step < column.length; step++) {
        if (column.kinds[step] === FLOAT) this.apply(column, step);
        else column.kinds[step] = ABSENT;
      }
      if (column.hasAny()) return true;
    }
    return false;
  }
}

/** Values cut to [least, most]; nothing where least > most. */
export function clampStream(
  input: VectorStream,
  least: ScalarColumn | null,
  most: ScalarColumn | null,
): VectorStream {
  const scalars = [least, most].filter((scalar) => scalar !== null);
  return new ScalarMappedStream(input, scalars, (column, step) => {
    const low = least ? least.values[step]! : Number.NEGATIVE_INFINITY;
    const high = most ? most.values[step]! : Number.POSITIVE_INFINITY;
    if (high < low) column.kinds[step] = ABSENT;
    else column.values[step] = goMax(low, goMin(high, column.values[step]!));
  });
}

/** Values rounded to a multiple; halves go up. */
export function roundStream(input: VectorStream, nearest: ScalarColumn | null): VectorStream {
  return new ScalarMappedStream(input, nearest ? [nearest] : [], (column, step) => {
    const inverse = 1 / (nearest ? nearest.values[step]! : 1);
    column.values[step] = Math.floor(column.values[step]! * inverse + 0.5) / inverse;
  });
}

export type HistogramMap = (histogram: FloatHistogram) => number;

/** Population variance of the observations, each taken as its bucket's middle. */
function histogramVariance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  const total = new KahanSum();
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue;
    let value: number;
    if (histogram.usesCustomBuckets) value = (upper + lower) / 2;
    else if (lower <= 0 && upper >= 0) value = 0;
    else value = Math.sqrt(upper * lower) * (upper < 0 ? -1 : 1);
    const delta = value - mean;
    total.add(count * delta * delta);
  }
  return total.total / histogram.count;
}

/** Functions of one native histogram, by name. */
export const HISTOGRAM_FUNCTIONS: ReadonlyMap<string, HistogramMap> = new Map([
  ["histogram_avg", (histogram: FloatHistogram) => histogram.sum / histogram.count],
  ["histogram_count", (histogram: FloatHistogram) => histogram.count],
  ["histogram_stddev", (histogram: FloatHistogram) => Math.sqrt(histogramVariance(histogram))],
  ["histogram_stdvar", histogramVariance],
  ["histogram_sum", (histogram: FloatHistogram) => histogram.sum],
]);

/** A vector with each native histogram replaced by a float; floats have no value. */
export class HistogramMappedStream extends DerivedStream {
  private readonly apply: HistogramMap;
  private readonly portions: StepPortions;

  constructor(context: QueryContext, input: VectorStream, apply: HistogramMap) {
    super(input);
    this.apply = apply;
    this.portions = new StepPortions(context.meter);
  }

  override advance(): boolean {
    while (this.portions.isUnderWay || this.input.advance()) {
      const { column } = this.input;
      if (!column.mayHaveHistograms) continue;
      this.portions.visit(column.length, (step) => {
        if (column.kinds[step] === HISTOGRAM) {
          column.setFloat(step, this.apply(column.histogramAt(step)));
        } else {
          column.kinds[step] = ABSENT;
        }
      });
      column.dropHistograms();
      if (column.hasAny()) return true;
    }
    return false;
  }
}
