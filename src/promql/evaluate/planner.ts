/**
 * Turns a resolved expression into streams over a grid of steps.
 *
 * I1  What does not depend on the step is planned on the first step alone and repeated.
 * I2  Every vector stream is prepared and drained at most once.
 */
import type {
  BinaryExpression,
  Call,
  Expression,
  UnaryExpression,
  VectorMatching,
} from "../ast.ts";
import { unwrapParens } from "../ast.ts";
import { OnlyValueScalar } from "../functions/absence.ts";
import { planCall } from "../functions/plan-call.ts";
import { typeOf } from "../parse/check-types.ts";
import { scalarOperator } from "./float-operators.ts";
import { goMax, goMin } from "./go-math.ts";
import { InstantSelectorStream } from "./instant-selector.ts";
import { MergeStream } from "./merge-stream.ts";
import { NamelessStream, RepeatedStream } from "./name-streams.ts";
import { NegatedStream } from "./negated-stream.ts";
import { planAggregation } from "./plan-aggregation.ts";
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
import { FilterStream, UnionStream } from "./set-operators.ts";
import { SmoothedSelectorStream } from "./smoothed-selector.ts";
import type { StepGrid } from "./step-grid.ts";
import { isStepInvariant } from "./step-invariance.ts";
import { SubqueryStream, subqueryGrid } from "./subquery-stream.ts";
import { givesDistinctSeries, VectorMatchStream } from "./vector-matching.ts";
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
        return inner.smoothed
          ? new SmoothedSelectorStream(this.context, inner, grid)
          : new InstantSelectorStream(this.context, inner, grid);
      case "call":
        return planCall(this, inner, grid);
      case "aggregation":
        return planAggregation(this, inner, grid);
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

  /** The same, but equal label sets are an error even without a common step. */
  namelessStrict(stream: VectorStream): VectorStream {
    const nameless = new NamelessStream(this.context, stream);
    if (this.context.options.delayedNameRemoval || stream.distinctWithoutName) return nameless;
    return new MergeStream(this.context, nameless, { strict: true });
  }

  private scalarCall(node: Call, grid: StepGrid): ScalarColumn {
    const { startMs, endMs, stepMs } = this.range;
    const pair = (): [ScalarColumn, ScalarColumn] => [
      this.scalar(node.args[0]!, grid),
      this.scalar(node.args[1]!, grid),
    ];
    switch (node.name) {
      case "time":
        return new TimeScalar(grid);
      case "pi":
        return new ConstantScalar(Math.PI, grid);
      case "start":
        return new ConstantScalar(startMs / 1000, grid);
      case "end":
        return new ConstantScalar(endMs / 1000, grid);
      case "range":
        return new ConstantScalar((endMs - startMs) / 1000, grid);
      case "step":
        return new ConstantScalar(stepMs / 1000, grid);
      case "max_of":
        return new CombinedScalar(...pair(), goMax);
      case "min_of":
        return new CombinedScalar(...pair(), goMin);
      case "scalar":
        return new OnlyValueScalar(this.context, this.vector(node.args[0]!, grid));
      default:
        return this.context.fail(`unhandled function: ${node.name}`);
    }
  }

  private unaryVector(node: UnaryExpression, grid: StepGrid): VectorStream {
    const operand = this.vector(node.expression, grid);
    return node.operator === "+"
      ? operand
      : this.nameless(new NegatedStream(this.context, operand));
  }

  private binaryVector(node: BinaryExpression, grid: StepGrid): VectorStream {
    const leftType = typeOf(node.left);
    const rightType = typeOf(node.right);
    if (leftType !== "vector" || rightType !== "vector" || !node.matching) {
      return planVectorScalar(this, node, grid, leftType === "scalar");
    }
    const left = this.vector(node.left, grid);
    const right = this.vector(node.right, grid);
    return this.vectorPair(node, node.matching, left, right);
  }

  private vectorPair(
    node: BinaryExpression,
    matching: VectorMatching,
    left: VectorStream,
    right: VectorStream,
  ): VectorStream {
    const several = left.column.length > 1;
    if (node.operator === "or") {
      const union = new UnionStream(this.context, matching, left, right);
      return several ? new MergeStream(this.context, union, { distinctWithoutName: false }) : union;
    }
    if (node.operator === "and" || node.operator === "unless") {
      return new FilterStream(this.context, node.operator, matching, left, right);
    }
    const pairs = new VectorMatchStream(this.context, node, matching, left, right);
    if (givesDistinctSeries(matching, left, right)) return pairs;
    const { distinctWithoutName } = pairs;
    return several ? new MergeStream(this.context, pairs, { distinctWithoutName }) : pairs;
  }
}
