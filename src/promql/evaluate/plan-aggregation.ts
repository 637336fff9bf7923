/** From an aggregation to the stream that computes it. */
import type { Aggregation } from "../ast.ts";
import { AggregateStream } from "./aggregate-stream.ts";
import { CountValuesStream } from "./count-values-stream.ts";
import type { Planner } from "./planner.ts";
import { QuantileAccumulator } from "./quantile-accumulator.ts";
import { SelectionStream } from "./selection-stream.ts";
import {
  CountAccumulator,
  ExtremumAccumulator,
  VarianceAccumulator,
} from "./simple-accumulators.ts";
import type { StepGrid } from "./step-grid.ts";
import { SumAccumulator } from "./sum-accumulator.ts";
import type { VectorStream } from "./vector-stream.ts";

/** Plans an aggregation over a grid. */
export function planAggregation(planner: Planner, node: Aggregation, grid: StepGrid): VectorStream {
  const { context } = planner;
  const input = planner.vector(node.expression, grid);
  switch (node.operator) {
    case "sum":
    case "avg":
      return new AggregateStream(
        context,
        node,
        input,
        new SumAccumulator(context, node, grid.count),
      );
    case "count":
    case "group":
      return new AggregateStream(
        context,
        node,
        input,
        new CountAccumulator(context, node, grid.count),
      );
    case "min":
    case "max":
      return new AggregateStream(
        context,
        node,
        input,
        new ExtremumAccumulator(context, node, grid.count),
      );
    case "stddev":
    case "stdvar":
      return new AggregateStream(
        context,
        node,
        input,
        new VarianceAccumulator(context, node, grid.count),
      );
    case "quantile": {
      const phi = planner.scalar(node.parameter!, grid);
      const accumulator = new QuantileAccumulator(context, node, grid.count, phi);
      return new AggregateStream(context, node, input, accumulator);
    }
    case "count_values":
      return new CountValuesStream(context, node, input, planner.text(node.parameter!));
    default:
      return new SelectionStream(context, node, input, planner.scalar(node.parameter!, grid));
  }
}
