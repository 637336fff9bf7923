/**
 * Binary operators with a native histogram on at least one side.
 *
 * A combination that has no meaning gives no value and an info.
 */
import type { BinaryExpression } from "../ast.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
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
  refuse(left: OperandKind, right: OperandKind): void {
    const types = `incompatible sample types encountered for binary operator`;
    this.context.annotations.info(
      `${types} "${this.node.operator}": ${left} ${this.node.operator} ${right}`,
      this.node.start,
    );
  }

  /** scalar OPERATOR histogram; undefined = no value. */
  floatHistogram(left: number, right: FloatHistogram): FloatHistogram | undefined {
    if (this.node.operator === "*") return right.copy().multiply(left);
    this.refuse("float", "histogram");
    return undefined;
  }

  /** histogram OPERATOR scalar; undefined = no value. */
  histogramFloat(left: FloatHistogram, right: number): FloatHistogram | undefined {
    if (this.node.operator === "*") return left.copy().multiply(right);
    if (this.node.operator === "/") return left.copy().divide(right);
    this.refuse("histogram", "float");
    return undefined;
  }
}
