/** timestamp() of an expression that is no selector: the time of the step, where it has a value. */
import { ABSENT } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import { DerivedStream, type VectorStream } from "./vector-stream.ts";

export class SampleTimeStream extends DerivedStream {
  private readonly grid: StepGrid;
  private readonly known: boolean;

  /** `known` false = there is no such time: the result is empty. */
  constructor(input: VectorStream, grid: StepGrid, known: boolean) {
    super(input);
    this.grid = grid;
    this.known = known;
  }

  override advance(): boolean {
    if (!this.known || !this.input.advance()) return false;
    const { column } = this.input;
    for (let step = 0; step < column.length; step++) {
      if (column.kinds[step] !== ABSENT) column.setFloat(step, this.grid.timeOf(step) / 1000);
    }
    column.dropHistograms();
    return true;
  }
}
