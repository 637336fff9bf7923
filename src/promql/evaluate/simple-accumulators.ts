/** count, group, min, max, stddev and stdvar. */
import { Accumulator } from "./accumulator.ts";
import { ABSENT, FLOAT, type StepColumn } from "./step-column.ts";

/** count and group: histograms count too. */
export class CountAccumulator extends Accumulator<Float64Array> {
  private counts: Float64Array = new Float64Array(0);

  protected override newPage(slots: number): Float64Array {
    return new Float64Array(slots);
  }

  protected override open(page: Float64Array): void {
    this.counts = page;
  }

  override add(group: number, column: StepColumn): void {
    const start = this.startOf(group);
    const { kinds } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== ABSENT) this.counts[start + step]!++;
    }
  }

  override emit(group: number, column: StepColumn): void {
    const only = this.node.operator === "group";
    const start = this.startOf(group);
    for (let step = 0; step < this.stepCount; step++) {
      const count = this.counts[start + step]!;
      if (count > 0) column.setFloat(step, only ? 1 : count);
    }
  }
}

interface ExtremumPage {
  readonly values: Float64Array;
  readonly seen: Uint8Array;
}

/** min and max: NaN gives way to any number. */
export class ExtremumAccumulator extends Accumulator<ExtremumPage> {
  private values: Float64Array = new Float64Array(0);
  private seen: Uint8Array = new Uint8Array(0);

  protected override newPage(slots: number): ExtremumPage {
    return { values: new Float64Array(slots), seen: new Uint8Array(slots) };
  }

  protected override open(page: ExtremumPage): void {
    this.values = page.values;
    this.seen = page.seen;
  }

  override add(group: number, column: StepColumn): void {
    this.noteIgnoredHistogram(column);
    const { kinds, values } = column;
    const start = this.startOf(group);
    const sign = this.node.operator === "max" ? 1 : -1;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      const slot = start + step;
      const value = values[step]!;
      const current = this.values[slot]!;
      const better = sign * value > sign * current || Number.isNaN(current);
      if (this.seen[slot] === 0 || better) this.values[slot] = value;
      this.seen[slot] = 1;
    }
  }

  override emit(group: number, column: StepColumn): void {
    const start = this.startOf(group);
    for (let step = 0; step < this.stepCount; step++) {
      const slot = start + step;
      if (this.seen[slot]) column.setFloat(step, this.values[slot]!);
    }
  }
}

interface VariancePage {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly squares: Float64Array;
}

/** stddev and stdvar of a population, by Welford's recurrence. */
export class VarianceAccumulator extends Accumulator<VariancePage> {
  private counts: Float64Array = new Float64Array(0);
  private means: Float64Array = new Float64Array(0);
  private squares: Float64Array = new Float64Array(0);

  protected override newPage(slots: number): VariancePage {
    const column = () => new Float64Array(slots);
    return { counts: column(), means: column(), squares: column() };
  }

  protected override open(page: VariancePage): void {
    this.counts = page.counts;
    this.means = page.means;
    this.squares = page.squares;
  }

  override add(group: number, column: StepColumn): void {
    this.noteIgnoredHistogram(column);
    const { kinds, values } = column;
    const start = this.startOf(group);
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) this.addValue(start + step, values[step]!);
    }
  }

  private addValue(slot: number, value: number): void {
    const count = this.counts[slot]! + 1;
    this.counts[slot] = count;
    if (count === 1) {
      this.means[slot] = value;
      this.squares[slot] = Number.isFinite(value) ? 0 : Number.NaN;
      return;
    }
    const delta = value - this.means[slot]!;
    this.means[slot]! += delta / count;
    this.squares[slot]! += delta * (value - this.means[slot]!);
  }

  override emit(group: number, column: StepColumn): void {
    const root = this.node.operator === "stddev";
    const start = this.startOf(group);
    for (let step = 0; step < this.stepCount; step++) {
      const slot = start + step;
      if (this.counts[slot] === 0) continue;
      const variance = this.squares[slot]! / this.counts[slot]!;
      column.setFloat(step, root ? Math.sqrt(variance) : variance);
    }
  }
}
