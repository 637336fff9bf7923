/** Streams that change nothing but names: dropping them now or at the end, repeating a value. */
import type { Labels } from "../../series/labels.ts";
import { dropLabels, NAME_LABELS } from "../label-operations.ts";
import type { QueryContext } from "./query-context.ts";
import { NO_SYMBOL } from "./query-symbols.ts";
import { FLOAT, HISTOGRAM, StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import { DerivedStream, type VectorStream } from "./vector-stream.ts";

/** The series of another stream without their names, or marked to lose them at the end. */
export class NamelessStream extends DerivedStream {
  private readonly context: QueryContext;

  constructor(context: QueryContext, input: VectorStream) {
    super(input);
    this.context = context;
  }

  override get dropsName(): boolean {
    return this.context.options.delayedNameRemoval;
  }

  override labels(): Labels {
    const labels = this.input.labels();
    return this.dropsName ? labels : dropLabels(labels, NAME_LABELS);
  }

  override labelSymbol(name: string): number {
    const gone = !this.dropsName && NAME_LABELS.has(name);
    return gone ? NO_SYMBOL : this.input.labelSymbol(name);
  }

  override advance(): boolean {
    return this.input.advance();
  }
}

/** The end of a query with delayed name removal: condemned names go. */
export class FinalNameStream extends DerivedStream {
  override labels(): Labels {
    const labels = this.input.labels();
    return this.input.dropsName ? dropLabels(labels, NAME_LABELS) : labels;
  }

  override advance(): boolean {
    return this.input.advance();
  }
}

/** A vector evaluated at the first step and repeated at all others. */
export class RepeatedStream extends DerivedStream {
  private readonly repeated: StepColumn;

  constructor(input: VectorStream, grid: StepGrid) {
    super(input);
    this.repeated = new StepColumn(grid.count);
  }

  override get column(): StepColumn {
    return this.repeated;
  }

  override advance(): boolean {
    if (!this.input.advance()) return false;
    const { kinds, values } = this.input.column;
    const column = this.repeated;
    column.clear();
    if (kinds[0] === FLOAT) {
      column.values.fill(values[0]!);
      column.kinds.fill(FLOAT);
    } else if (kinds[0] === HISTOGRAM) {
      column.fillHistogram(this.input.column.histogramAt(0));
    }
    return true;
  }
}
