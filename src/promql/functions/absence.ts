/** absent(), absent_over_time() and scalar(): what a whole vector comes down to at each step. */

import { Labels } from "../../series/labels.ts";
import type { Expression } from "../ast.ts";
import { Preparation } from "../evaluate/preparation.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { ABSENT, FLOAT, StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn, VectorStream } from "../evaluate/vector-stream.ts";
import { METRIC_NAME, withLabel } from "../label-operations.ts";

/** Labels that a selector's matchers fix: by =, and by one matcher only. */
export function labelsOfAbsence(node: Expression): Labels {
  const selector = node.kind === "matrix-selector" ? node.selector : node;
  if (selector.kind !== "vector-selector") return Labels.empty;
  const seen = new Set<string>();
  let labels = Labels.empty;
  for (const { name, type, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    const fixes = type === "=" && !seen.has(name);
    labels = withLabel(labels, name, fixes ? value : "");
    if (fixes) seen.add(name);
  }
  return labels;
}

/** 1 at each step at which the input has no series. */
export class AbsenceStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName: boolean;
  readonly distinctWithoutName = true;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly ownLabels: Labels;
  private readonly preparation = new Preparation();
  private given = false;

  constructor(context: QueryContext, input: VectorStream, labels: Labels, dropsName = false) {
    this.context = context;
    this.dropsName = dropsName;
    this.input = input;
    this.ownLabels = labels;
    this.column = new StepColumn(input.column.length);
    this.column.values.fill(1);
    this.column.kinds.fill(FLOAT);
  }

  labels(): Labels {
    return this.ownLabels;
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.ownLabels.get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    while (this.input.advance()) {
      const { kinds } = this.input.column;
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] !== ABSENT) this.column.kinds[step] = ABSENT;
      }
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }

  advance(): boolean {
    if (this.given) return false;
    this.given = true;
    return this.column.hasAny();
  }
}

/** The only float of a vector at each step, NaN when there is none or more than one. */
export class OnlyValueScalar implements ScalarColumn {
  readonly values: Float64Array;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly counts: Uint8Array;
  private readonly preparation = new Preparation();

  constructor(context: QueryContext, input: VectorStream) {
    this.context = context;
    this.input = input;
    this.values = new Float64Array(input.column.length).fill(Number.NaN);
    this.counts = new Uint8Array(input.column.length);
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    while (this.input.advance()) {
      const { kinds, values } = this.input.column;
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] !== FLOAT) continue;
        this.values[step] = this.counts[step] === 0 ? values[step]! : Number.NaN;
        this.counts[step] = 1;
      }
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }
}
