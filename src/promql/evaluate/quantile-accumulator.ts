/**
 * quantile: keeps all values of a group and finds, step by step, the two that its rank is between.
 */
import type { Aggregation } from "../ast.ts";
import { Accumulator } from "./accumulator.ts";
import { quantileOf, quantileOutside, valueAtRank } from "./float-quantile.ts";
import { GroupValues } from "./group-values.ts";
import { messages } from "./messages.ts";
import type { QueryContext } from "./query-context.ts";
import { RankSelection, SORTED_AT_ONCE } from "./rank-selection.ts";
import { FLOAT, type StepColumn } from "./step-column.ts";
import type { ScalarColumn } from "./vector-stream.ts";

/** Groups of a page, by their place in it. */
type Groups = (GroupValues | undefined)[];

/** Work of sorting a value, and of a look whether a series has one, in the meter's units. */
const SORT_WORK = 8;
const ROW_WORK = 4;
/** Values that are looked at between two yields. */
const PORTION = 8192;

/** Leaves out the NaNs among the first `count` values; how many are left. */
function* numbersFirst(values: Float64Array, count: number): Generator<number, number> {
  let numbers = 0;
  for (let from = 0; from < count; from += PORTION) {
    const end = Math.min(count, from + PORTION);
    for (let i = from; i < end; i++) {
      const value = values[i]!;
      if (!Number.isNaN(value)) values[numbers++] = value;
    }
    yield end - from;
  }
  return numbers;
}

export class QuantileAccumulator extends Accumulator<Groups> {
  private readonly phi: ScalarColumn;
  private readonly selection = new RankSelection();
  private groups: Groups = [];
  /** What is left of the group whose result is being made; null = none is. */
  private steps: Generator<number, void> | null = null;

  constructor(context: QueryContext, node: Aggregation, stepCount: number, phi: ScalarColumn) {
    super(context, node, stepCount);
    this.phi = phi;
  }

  override begin(): boolean {
    if (!this.phi.prepare()) return false;
    this.checkParameter(this.node.parameter?.start ?? this.node.start);
    return true;
  }

  protected override newPage(): Groups {
    return [];
  }

  protected override open(page: Groups): void {
    this.groups = page;
  }

  override add(group: number, column: StepColumn): void {
    this.noteIgnoredHistogram(column);
    if (!column.kinds.includes(FLOAT)) return;
    const place = this.startOf(group) / this.stepCount;
    this.groups[place] ??= new GroupValues(this.stepCount);
    this.groups[place].add(column);
  }

  override emit(group: number, column: StepColumn): void {
    this.steps ??= this.quantiles(group, column);
    const { meter } = this.context;
    for (;;) {
      meter.pausePoint();
      const step = this.steps.next();
      if (step.done) break;
      meter.checkpoint(step.value);
    }
    this.steps = null;
  }

  /** Writes the quantiles of a group, whose values are forgotten; yields the work done. */
  private *quantiles(group: number, column: StepColumn): Generator<number, void> {
    const place = this.startOf(group) / this.stepCount;
    const values = this.groups[place];
    this.groups[place] = undefined;
    if (values === undefined) return;
    const taken = new Float64Array(values.rowCount);
    let work = 0;
    for (let step = 0; step < this.stepCount; step++) {
      let count = 0;
      for (let page = 0; page < values.pageCount; page++) {
        count = values.take(page, step, taken, count);
        work += values.rowsOf(page) * ROW_WORK;
        if (work < PORTION) continue;
        yield work;
        work = 0;
      }
      if (count === 0) continue;
      const phi = this.phi.values[step]!;
      const isLarge = count > SORTED_AT_ONCE;
      if (!isLarge) work += count * SORT_WORK;
      column.setFloat(
        step,
        isLarge
          ? yield* this.quantile(phi, taken, count)
          : quantileOf(phi, taken.subarray(0, count)),
      );
    }
    yield work;
  }

  /** The φ-quantile of the first `count` values, whose order is lost. */
  private *quantile(phi: number, values: Float64Array, count: number): Generator<number, number> {
    const outside = quantileOutside(phi);
    if (outside !== null) return outside;
    const rank = phi * (count - 1);
    const numbers = yield* numbersFirst(values, count);
    // NaNs come before all others.
    const lower = Math.floor(rank) - (count - numbers);
    if (lower < 0) return Number.NaN;
    const neighbours = yield* this.selection.neighboursAt(lower, values, numbers);
    return valueAtRank(rank, neighbours.lower, neighbours.upper);
  }

  /** Warns about quantiles that are none. */
  private checkParameter(start: number): void {
    const { annotations } = this.context;
    let least = Infinity;
    let most = -Infinity;
    for (const phi of this.phi.values) {
      if (Number.isNaN(phi)) annotations.warn(messages.quantileRange(phi), start);
      else {
        least = Math.min(least, phi);
        most = Math.max(most, phi);
      }
    }
    if (most > 1) annotations.warn(messages.quantileRange(most), start);
    if (least < 0) annotations.warn(messages.quantileRange(least), start);
  }
}
