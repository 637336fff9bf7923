/**
 * Binary operators with a native histogram on at least one side.
 *
 * A combination that has no meaning gives no value and an info.
 */
import type { BinaryExpression } from "../ast.ts";
import { combineHistograms, equalHistograms } from "../histogram/arithmetic.ts";
import { compact } from "../histogram/bucket-layout.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { trimHistogram } from "../histogram/trim.ts";
import { messages } from "./messages.ts";
import type { QueryContext } from "./query-context.ts";

type OperandKind = "float" | "histogram";

export class HistogramOperator {
  private readonly context: QueryContext;
  private readonly node: BinaryExpression;

  constructor(context: QueryContext, node: BinaryExpression) {
    this.context = context;
    this.node = node;
  }

  /** Notes that the operator is not defined between these kinds of values. */
  refuse(left: OperandKind, right: OperandKind): undefined {
    const message = messages.incompatibleTypes(this.node.operator, left, right);
    this.context.annotations.info(message, this.node.start);
    return undefined;
  }

  /** float OPERATOR histogram; undefined = no value. */
  floatHistogram(left: number, right: FloatHistogram): FloatHistogram | undefined {
    if (this.node.operator === "*") return compact(right.copy().multiply(left));
    return this.refuse("float", "histogram");
  }

  /** histogram OPERATOR float; undefined = no value. */
  histogramFloat(left: FloatHistogram, right: number): FloatHistogram | undefined {
    switch (this.node.operator) {
      case "*":
        return compact(left.copy().multiply(right));
      case "/":
        return compact(left.copy().divide(right));
      case "</":
        return trimHistogram(left, right, "upper");
      case ">/":
        return trimHistogram(left, right, "lower");
      default:
        return this.refuse("histogram", "float");
    }
  }

  /** histogram OPERATOR histogram; a boolean for == and !=, undefined = no value. */
  histogramHistogram(
    left: FloatHistogram,
    right: FloatHistogram,
  ): FloatHistogram | boolean | undefined {
    switch (this.node.operator) {
      case "+":
        return this.combine(left, right, 1);
      case "-":
        return this.combine(left, right, -1);
      case "==":
        return equalHistograms(left, right);
      case "!=":
        return !equalHistograms(left, right);
      default:
        return this.refuse("histogram", "histogram");
    }
  }

  private combine(
    left: FloatHistogram,
    right: FloatHistogram,
    sign: 1 | -1,
  ): FloatHistogram | undefined {
    const { annotations } = this.context;
    const { start, operator } = this.node;
    const operation = sign === 1 ? "addition" : "subtraction";
    const outcome = combineHistograms(left, right, sign);
    if (!outcome) {
      annotations.warn(messages.incompatibleBuckets(operator), start);
      return undefined;
    }
    if (outcome.hintsCollided) annotations.warn(messages.resetCollision(operation), start);
    if (outcome.boundsReconciled) annotations.info(messages.reconciledBounds(operation), start);
    if (sign === -1) outcome.histogram.resetHint = "gauge";
    return compact(outcome.histogram);
  }
}
