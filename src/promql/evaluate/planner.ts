/**
 * Turns a resolved expression into streams over a grid of steps.
 *
 * I1  What does not depend on the step is planned on the first step alone and repeated.
 * I2  Every vector stream is prepared and drained at most once.
 */
import type { BinaryExpression, Call, Expression, UnaryExpression } from "../ast.ts";
import { unwrapParens } from "../ast.ts";
import { typeOf } from "../parse/check-types.ts";
import { scalarOperator } from "./float-operators.ts";
import { InstantSelectorStream } from "./instant-selector.ts";
import { MergeStream } from "./merge-stream.ts";
import { NamelessStream, RepeatedStream } from "./name-streams.ts";
import { NegatedStream } from "./negated-stream.ts";
import type { QueryContext } from "./query-context.ts";
import { RangeSelectorStream, type RangeStream } from "./range-stream.ts";
import type { QueryRange } from "./resolve.ts";
import { ScalarVectorStream } from "./scalar-vector.ts";
import {
  CombinedScalar,
  ConstantScalar,
  MappedScalar,
  RepeatedScalar,
  TimeScalar,
} from "./scalars.ts";
import type { StepGrid } from "./step-grid.ts";
import { isStepInvariant } from "./step-invariance.ts";
import { SubqueryStream, subqueryGrid } from "./subquery-stream.ts";
import { planVectorScalar } from "./vector-scalar.ts";
import type { ScalarColumn, VectorStream } from "./vector-stream.ts";

export class Planner {
  readonly context: QueryContext;
  /** The range of the whole query, which start(), end(), range() and step() tell. */
  readonly range: QueryRange;

  constructor(context: QueryContext, range: QueryRange) {
    this.context = context;
    this.range = range;
  }

  /** A stream of an instant vector expression. */
  vector(node: Expression, grid: StepGrid): VectorStream {
    const inner = unwrapParens(node);
    if (grid.count > 1 && isStepInvariant(inner)) {
      return new RepeatedStream(this.vector(inner, grid.first()), grid);
    }
    switch (inner.kind) {
      case "vector-selector":
        return new InstantSelectorStream(this.context, inner, grid);
      case "unary":
        return this.unaryVector(inner, grid);
      case "binary":
        return this.binaryVector(inner, grid);
      default:
        return this.context.fail(`unhandled expression of type: ${inner.kind}`);
    }
  }

  /** A scalar expression. */
  scalar(node: Expression, grid: StepGrid): ScalarColumn {
    const inner = unwrapParens(node);
    if (inner.kind === "number") return new ConstantScalar(inner.value, grid);
    if (grid.count > 1 && isStepInvariant(inner)) {
      return new RepeatedScalar(this.scalar(inner, grid.first()), grid);
    }
    switch (inner.kind) {
      case "unary": {
        const operand = this.scalar(inner.expression, grid);
        return inner.operator === "+" ? operand : new MappedScalar(operand, (value) => -value);
      }
      case "binary": {
        const left = this.scalar(inner.left, grid);
        const right = this.scalar(inner.right, grid);
        return new CombinedScalar(left, right, scalarOperator(inner.operator));
      }
      case "call":
        return this.scalarCall(inner, grid);
      default:
        return this.context.fail(`unhandled expression of type: ${inner.kind}`);
    }
  }

  /** A stream of a range vector expression. */
  samples(node: Expression, grid: StepGrid): RangeStream {
    const inner = unwrapParens(node);
    if (inner.kind === "matrix-selector") return new RangeSelectorStream(this.context, inner, grid);
    if (inner.kind !== "subquery") return this.context.fail("expected a range vector");
    const innerGrid = subqueryGrid(inner, grid, this.context.options.subqueryStepMs);
    const vector = this.vector(inner.expression, innerGrid);
    return new SubqueryStream(this.context, inner, grid, vector, innerGrid);
  }

  /** A scalar as a vector of one series without labels. */
  scalarAsVector(scalar: ScalarColumn): VectorStream {
    return new ScalarVectorStream(scalar);
  }

  /** The value of a string expression. */
  text(node: Expression): string {
    const inner = unwrapParens(node);
    return inner.kind === "string" ? inner.value : this.context.fail("expected a string");
  }

  /** Drops the metric name of every series, now or at the end of the query. */
  nameless(stream: VectorStream): VectorStream {
    const nameless = new NamelessStream(this.context, stream);
    if (this.context.options.delayedNameRemoval || stream.distinctWithoutName) return nameless;
    return new MergeStream(this.context, nameless);
  }

  private scalarCall(node: Call, grid: StepGrid): ScalarColumn {
    switch (node.name) {
      case "time":
        return new TimeScalar(grid);
      case "pi":
        return new ConstantScalar(Math.PI, grid);
      default:
        return this.context.fail(`unhandled function: ${node.name}`);
    }
  }

  private unaryVector(node: UnaryExpression, grid: StepGrid): VectorStream {
    const operand = this.vector(node.expression, grid);
    return node.operator === "+" ? operand : this.nameless(new NegatedStream(operand));
  }

  private binaryVector(node: BinaryExpression, grid: StepGrid): VectorStream {
    const leftType = typeOf(node.left);
    const rightType = typeOf(node.right);
    if (leftType === "vector" && rightType === "vector") {
      return this.context.fail("unhandled operation between vectors");
    }
    return planVectorScalar(this, node, grid, leftType === "scalar");
  }
}
