/**
 * sum and avg: compensated sums of floats, and of native histograms.
 *
 * A group that meets both kinds at a step has no value there, and one that meets exponential and
 * custom buckets neither. avg divides the sum; when the sum would overflow, it goes on with an
 * incremental mean.
 */
import { HistogramSum } from "../histogram/histogram-sum.ts";
import { Accumulator } from "./accumulator.ts";
import { sumError } from "./go-math.ts";
import { messages } from "./messages.ts";
import { FLOAT, HISTOGRAM, type StepColumn } from "./step-column.ts";
import { StepPortions } from "./step-portions.ts";

const HAS_FLOAT = 1;
const HAS_HISTOGRAM = 2;
const INCOMPATIBLE = 4;
const INCREMENTAL = 8;

interface SumPage {
  readonly sums: Float64Array;
  readonly errors: Float64Array;
  readonly counts: Float64Array;
  readonly flags: Uint8Array;
  /** By slot; each goes when its result is made. */
  readonly histograms: Map<number, HistogramSum>;
}

function newSumPage(slots: number): SumPage {
  return {
    sums: new Float64Array(slots),
    errors: new Float64Array(slots),
    counts: new Float64Array(slots),
    flags: new Uint8Array(slots),
    histograms: new Map(),
  };
}

export class SumAccumulator extends Accumulator<SumPage> {
  private sums: Float64Array = new Float64Array(0);
  private errors: Float64Array = new Float64Array(0);
  private counts: Float64Array = new Float64Array(0);
  private flags: Uint8Array = new Uint8Array(0);
  private histograms = new Map<number, HistogramSum>();
  private readonly portions = new StepPortions(this.context.meter);

  protected override newPage(slots: number): SumPage {
    return newSumPage(slots);
  }

  protected override open(page: SumPage): void {
    this.sums = page.sums;
    this.errors = page.errors;
    this.counts = page.counts;
    this.flags = page.flags;
    this.histograms = page.histograms;
  }

  override add(group: number, column: StepColumn, metricName: () => string): void {
    const start = this.startOf(group);
    if (column.mayHaveHistograms) this.addHistograms(start, column, metricName);
    if (this.node.operator === "avg") this.addToMeans(start, column);
    else this.addToSums(start, column);
  }

  private addToSums(start: number, column: StepColumn): void {
    const { sums, errors, flags } = this;
    const { kinds, values } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const slot = start + step;
      const value = values[step]!;
      const sum = sums[slot]!;
      const next = sum + value;
      if (next === Infinity || next === -Infinity) errors[slot] = 0;
      else errors[slot]! += sumError(sum, value, next);
      sums[slot] = next;
      flags[slot]! |= HAS_FLOAT;
    }
  }

  private addToMeans(start: number, column: StepColumn): void {
    const { kinds, values } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) this.addToMean(start + step, values[step]!);
    }
  }

  private addToMean(slot: number, value: number): void {
    const first = (this.flags[slot]! & HAS_FLOAT) === 0;
    this.flags[slot]! |= HAS_FLOAT;
    this.counts[slot]!++;
    const count = this.counts[slot]!;
    if ((this.flags[slot]! & INCREMENTAL) === 0) {
      const sum = this.sums[slot]!;
      const next = sum + value;
      if (first || Math.abs(next) !== Infinity) {
        const error = Math.abs(next) === Infinity ? 0 : sumError(sum, value, next);
        this.errors[slot]! += error;
        this.sums[slot] = next;
        return;
      }
      this.flags[slot]! |= INCREMENTAL;
      this.sums[slot] = sum / (count - 1);
      this.errors[slot]! /= count - 1;
    }
    const share = (count - 1) / count;
    const mean = share * this.sums[slot]!;
    const part = value / count;
    const next = mean + part;
    this.errors[slot] =
      Math.abs(next) === Infinity ? 0 : share * this.errors[slot]! + sumError(mean, part, next);
    this.sums[slot] = next;
  }

  /** Throws PAUSE. */
  private addHistograms(start: number, column: StepColumn, metricName: () => string): void {
    const { annotations } = this.context;
    this.portions.visit(column.length, (step) => {
      const slot = start + step;
      if (column.kinds[step] !== HISTOGRAM || this.flags[slot]! & INCOMPATIBLE) return;
      this.flags[slot]! |= HAS_HISTOGRAM;
      this.counts[slot]!++;
      const histogram = column.histogramAt(step);
      const sum = this.histograms.get(slot);
      if (!sum) {
        this.histograms.set(slot, new HistogramSum(histogram));
      } else if (!sum.add(histogram)) {
        const message = messages.mixedExponentialCustom(metricName());
        annotations.warn(message, this.node.expression.start);
        this.flags[slot]! |= INCOMPATIBLE;
      }
    });
  }

  override emit(group: number, column: StepColumn): void {
    const start = this.startOf(group);
    if (this.histograms.size > 0) this.emitHistograms(start, column);
    for (let step = 0; step < this.stepCount; step++) {
      const flags = this.flags[start + step]!;
      if (flags === HAS_FLOAT || flags === (HAS_FLOAT | INCREMENTAL)) {
        column.setFloat(step, this.floatResult(start + step));
      }
    }
  }

  /** Throws PAUSE. */
  private emitHistograms(start: number, column: StepColumn): void {
    this.portions.visit(this.stepCount, (step) => {
      const flags = this.flags[start + step]!;
      if ((flags & INCOMPATIBLE) === 0 && flags & HAS_HISTOGRAM) {
        this.emitHistogram(start + step, step, column);
      }
      this.histograms.delete(start + step);
    });
  }

  private floatResult(slot: number): number {
    const sum = this.sums[slot]!;
    const error = this.errors[slot]!;
    if (this.node.operator === "sum" || this.flags[slot]! & INCREMENTAL) return sum + error;
    return sum / this.counts[slot]! + error / this.counts[slot]!;
  }

  private emitHistogram(slot: number, step: number, column: StepColumn): void {
    const { annotations } = this.context;
    const { start } = this.node.expression;
    if (this.flags[slot]! & HAS_FLOAT) {
      annotations.warn(messages.mixedInAggregation, start);
      return;
    }
    const sum = this.histograms.get(slot)!;
    const divisor = this.node.operator === "avg" ? this.counts[slot]! : 1;
    column.setHistogram(step, sum.result(divisor));
    if (sum.resetSeen && sum.notResetSeen) {
      annotations.warn(messages.resetCollision("aggregation"), start);
    }
    if (sum.boundsReconciled) annotations.info(messages.reconciledBounds("aggregation"), start);
  }
}
