/** Unary minus on a vector. */
import type { QueryContext } from "./query-context.ts";
import { FLOAT, HISTOGRAM, type StepColumn } from "./step-column.ts";
import { StepPortions } from "./step-portions.ts";
import { DerivedStream, type VectorStream } from "./vector-stream.ts";

export class NegatedStream extends DerivedStream {
  private readonly portions: StepPortions;

  constructor(context: QueryContext, input: VectorStream) {
    super(input);
    this.portions = new StepPortions(context.meter);
  }

  override advance(): boolean {
    if (!this.portions.isUnderWay && !this.input.advance()) return false;
    const { column } = this.input;
    const { kinds, values } = column;
    if (column.mayHaveHistograms) this.negateHistograms(column);
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) values[step] = -values[step]!;
    }
    return true;
  }

  /** Throws PAUSE. */
  private negateHistograms(column: StepColumn): void {
    this.portions.visit(column.length, (step) => {
      if (column.kinds[step] !== HISTOGRAM) return;
      column.setHistogram(step, column.histogramAt(step).copy().multiply(-1));
    });
  }
}
