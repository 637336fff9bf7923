/**
 * Binary operators between a vector and a scalar.
 *
 * Comparisons filter: the vector's own value stays, whichever side it is on. With `bool`, and for
 * arithmetic, the metric name goes.
 */
import { type BinaryExpression, isComparison } from "../ast.ts";
import { arithmeticOf, comparisonOf, type FloatFunction } from "./float-operators.ts";
import { HistogramOperator } from "./histogram-operator.ts";
import type { Planner } from "./planner.ts";
import { ABSENT, FLOAT, HISTOGRAM, type StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import { StepPortions } from "./step-portions.ts";
import { DerivedStream, type ScalarColumn, type VectorStream } from "./vector-stream.ts";

class VectorScalarStream extends DerivedStream {
  private readonly scalar: ScalarColumn;
  private readonly node: BinaryExpression;
  private readonly scalarOnLeft: boolean;
  private readonly histogramOperator: HistogramOperator;
  private readonly arithmetic: FloatFunction | undefined;
  private readonly portions: StepPortions;

  constructor(
    planner: Planner,
    node: BinaryExpression,
    vector: VectorStream,
    scalar: ScalarColumn,
    scalarOnLeft: boolean,
  ) {
    super(vector);
    this.node = node;
    this.scalar = scalar;
    this.scalarOnLeft = scalarOnLeft;
    this.arithmetic = arithmeticOf(node.operator);
    this.histogramOperator = new HistogramOperator(planner.context, node);
    this.portions = new StepPortions(planner.context.meter);
  }

  override prepare(): boolean {
    return this.scalar.prepare() && this.input.prepare();
  }

  override advance(): boolean {
    while (this.portions.isUnderWay || this.input.advance()) {
      const column = this.input.column;
      if (column.mayHaveHistograms) this.applyToHistograms(column);
      if (this.arithmetic) this.calculate(column, this.arithmetic);
      else this.compare(column);
      if (column.hasAny()) return true;
    }
    return false;
  }

  private calculate(column: StepColumn, arithmetic: FloatFunction): void {
    const { kinds, values } = column;
    const scalars = this.scalar.values;
    if (this.scalarOnLeft) {
      for (let step = 0; step < kinds.length; step++) {
        if (kinds[step] === FLOAT) values[step] = arithmetic(scalars[step]!, values[step]!);
      }
      return;
    }
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] === FLOAT) values[step] = arithmetic(values[step]!, scalars[step]!);
    }
  }

  private compare(column: StepColumn): void {
    const holds = comparisonOf(this.node.operator);
    const { kinds, values } = column;
    const scalars = this.scalar.values;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== FLOAT) continue;
      if (!holds) {
        this.histogramOperator.refuse("float", "float");
        kinds[step] = ABSENT;
        continue;
      }
      const value = values[step]!;
      const scalar = scalars[step]!;
      const result = this.scalarOnLeft ? holds(scalar, value) : holds(value, scalar);
      if (this.node.returnBool) values[step] = result ? 1 : 0;
      else if (!result) kinds[step] = ABSENT;
    }
  }

  /** Throws PAUSE. */
  private applyToHistograms(column: StepColumn): void {
    this.portions.visit(column.length, (step) => {
      if (column.kinds[step] !== HISTOGRAM) return;
      const histogram = column.histogramAt(step);
      const scalar = this.scalar.values[step]!;
      const result = this.scalarOnLeft
        ? this.histogramOperator.floatHistogram(scalar, histogram)
        : this.histogramOperator.histogramFloat(histogram, scalar);
      if (result) column.setHistogram(step, result);
      else column.kinds[step] = ABSENT;
    });
  }
}

/** Plans an operator of which one side is a scalar. */
export function planVectorScalar(
  planner: Planner,
  node: BinaryExpression,
  grid: StepGrid,
  scalarOnLeft: boolean,
): VectorStream {
  const vector = planner.vector(scalarOnLeft ? node.right : node.left, grid);
  const scalar = planner.scalar(scalarOnLeft ? node.left : node.right, grid);
  const stream = new VectorScalarStream(planner, node, vector, scalar, scalarOnLeft);
  const keepsName = isComparison(node.operator)
    ? !node.returnBool
    : arithmeticOf(node.operator) === undefined;
  return keepsName ? stream : planner.nameless(stream);
}
