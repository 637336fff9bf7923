/**
 * A binary operator applied to two columns of the same steps.
 *
 * I1  Where a side is absent the result is absent.
 * I2  A filtering comparison keeps the left value; with `bool` it gives 1 or 0.
 */
import type { BinaryExpression } from "../ast.ts";
import {
  arithmeticOf,
  comparisonOf,
  type FloatFunction,
  type FloatPredicate,
} from "./float-operators.ts";
import { HistogramOperator } from "./histogram-operator.ts";
import type { QueryContext } from "./query-context.ts";
import { ABSENT, FLOAT, type StepColumn } from "./step-column.ts";
import { StepPortions } from "./step-portions.ts";

export class ElementOperator {
  private readonly returnBool: boolean;
  private readonly arithmetic: FloatFunction | undefined;
  private readonly comparison: FloatPredicate | undefined;
  private readonly histograms: HistogramOperator;
  private readonly portions: StepPortions;

  constructor(context: QueryContext, node: BinaryExpression) {
    this.returnBool = node.returnBool;
    this.arithmetic = arithmeticOf(node.operator);
    this.comparison = comparisonOf(node.operator);
    this.histograms = new HistogramOperator(context, node);
    this.portions = new StepPortions(context.meter);
  }

  /**
   * Writes left OPERATOR right into `result`, which may be either of them. Throws PAUSE, and is to
   * be called with the same again then.
   */
  apply(left: StepColumn, right: StepColumn, result: StepColumn): void {
    if (left.mayHaveHistograms || right.mayHaveHistograms) this.applyMixed(left, right, result);
    else if (this.arithmetic) this.calculate(left, right, result, this.arithmetic);
    else if (this.comparison) this.compare(left, right, result, this.comparison);
    else this.applyMixed(left, right, result);
  }

  private calculate(
    left: StepColumn,
    right: StepColumn,
    result: StepColumn,
    arithmetic: FloatFunction,
  ): void {
    for (let step = 0; step < result.length; step++) {
      const both = left.kinds[step] === FLOAT && right.kinds[step] === FLOAT;
      if (both) result.values[step] = arithmetic(left.values[step]!, right.values[step]!);
      result.kinds[step] = both ? FLOAT : ABSENT;
    }
  }

  private compare(
    left: StepColumn,
    right: StepColumn,
    result: StepColumn,
    comparison: FloatPredicate,
  ): void {
    for (let step = 0; step < result.length; step++) {
      if (left.kinds[step] !== FLOAT || right.kinds[step] !== FLOAT) {
        result.kinds[step] = ABSENT;
        continue;
      }
      const holds = comparison(left.values[step]!, right.values[step]!);
      result.values[step] = this.returnBool ? (holds ? 1 : 0) : left.values[step]!;
      result.kinds[step] = holds || this.returnBool ? FLOAT : ABSENT;
    }
  }

  private applyMixed(left: StepColumn, right: StepColumn, result: StepColumn): void {
    this.portions.visit(result.length, (step) => {
      if (left.kinds[step] === ABSENT || right.kinds[step] === ABSENT) {
        result.kinds[step] = ABSENT;
      } else if (left.kinds[step] === FLOAT && right.kinds[step] === FLOAT) {
        this.floats(left.values[step]!, right.values[step]!, step, result);
      } else {
        this.histogramPair(left, right, step, result);
      }
    });
  }

  private floats(left: number, right: number, step: number, result: StepColumn): void {
    if (this.arithmetic) {
      result.setFloat(step, this.arithmetic(left, right));
    } else if (this.comparison) {
      const holds = this.comparison(left, right);
      if (holds || this.returnBool) {
        result.setFloat(step, this.returnBool ? (holds ? 1 : 0) : left);
      } else {
        result.kinds[step] = ABSENT;
      }
    } else {
      this.histograms.refuse("float", "float");
      result.kinds[step] = ABSENT;
    }
  }

  private histogramPair(
    left: StepColumn,
    right: StepColumn,
    step: number,
    result: StepColumn,
  ): void {
    const outcome =
      left.kinds[step] === FLOAT
        ? this.histograms.floatHistogram(left.values[step]!, right.histogramAt(step))
        : right.kinds[step] === FLOAT
          ? this.histograms.histogramFloat(left.histogramAt(step), right.values[step]!)
          : this.histograms.histogramHistogram(left.histogramAt(step), right.histogramAt(step));
    if (outcome === undefined) result.kinds[step] = ABSENT;
    else if (typeof outcome === "boolean") this.comparedHistograms(left, outcome, step, result);
    else result.setHistogram(step, outcome);
  }

  private comparedHistograms(
    left: StepColumn,
    holds: boolean,
    step: number,
    result: StepColumn,
  ): void {
    if (this.returnBool) result.setFloat(step, holds ? 1 : 0);
    else if (holds) result.setHistogram(step, left.histogramAt(step));
    else result.kinds[step] = ABSENT;
  }
}
