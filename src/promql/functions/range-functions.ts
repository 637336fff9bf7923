/** The functions over range vectors by name. */
import type { Call } from "../ast.ts";
import { unwrapParens } from "../ast.ts";
import type { Planner } from "../evaluate/planner.ts";
import type { RangeFunction } from "../evaluate/range-call.ts";
import type { StepGrid } from "../evaluate/step-grid.ts";
import { InstantRate } from "./instant-rate.ts";
import { RateFunction } from "./rate.ts";
import { WindowCount, WindowEdge, WindowEdgeTime, WindowPresence } from "./window-samples.ts";
import { WindowSum } from "./window-sums.ts";
import { WindowTransitions } from "./window-transitions.ts";
import { WindowForecast, WindowSlope, WindowSmoothing } from "./window-trends.ts";
import {
  deviationOfWindow,
  maxOfWindow,
  medianDeviation,
  minOfWindow,
  timeOfMax,
  timeOfMin,
  varianceOfWindow,
  WindowFunction,
  WindowQuantile,
} from "./window-values.ts";

/** Functions without further arguments. */
const PLAIN: ReadonlyMap<string, () => RangeFunction> = new Map<string, () => RangeFunction>([
  ["absent_over_time", () => new WindowPresence()],
  ["avg_over_time", () => new WindowSum(true)],
  ["changes", () => new WindowTransitions("changes")],
  ["count_over_time", () => new WindowCount()],
  ["delta", () => new RateFunction(false, false)],
  ["deriv", () => new WindowSlope()],
  ["first_over_time", () => new WindowEdge("first")],
  ["idelta", () => new InstantRate(false)],
  ["increase", () => new RateFunction(true, false)],
  ["irate", () => new InstantRate(true)],
  ["last_over_time", () => new WindowEdge("last")],
  ["mad_over_time", () => new WindowFunction(medianDeviation)],
  ["max_over_time", () => new WindowFunction(maxOfWindow)],
  ["min_over_time", () => new WindowFunction(minOfWindow)],
  ["present_over_time", () => new WindowPresence()],
  ["rate", () => new RateFunction(true, true)],
  ["resets", () => new WindowTransitions("resets")],
  ["stddev_over_time", () => new WindowFunction(deviationOfWindow)],
  ["stdvar_over_time", () => new WindowFunction(varianceOfWindow)],
  ["sum_over_time", () => new WindowSum(false)],
  ["ts_of_first_over_time", () => new WindowEdgeTime("first")],
  ["ts_of_last_over_time", () => new WindowEdgeTime("last")],
  ["ts_of_max_over_time", () => new WindowFunction(timeOfMax)],
  ["ts_of_min_over_time", () => new WindowFunction(timeOfMin)],
]);

const ANCHORED_FUNCTIONS = ["changes", "delta", "increase", "rate", "resets"];
const SMOOTHED_FUNCTIONS = ["delta", "increase", "rate"];

/** Refuses anchored and smoothed selectors where they have no meaning. */
function checkModifier(planner: Planner, node: Call): void {
  for (const arg of node.args) {
    const range = unwrapParens(arg);
    if (range.kind !== "matrix-selector") continue;
    const { anchored, smoothed } = range.selector;
    const allowed = anchored ? ANCHORED_FUNCTIONS : SMOOTHED_FUNCTIONS;
    if ((!anchored && !smoothed) || allowed.includes(node.name)) continue;
    const modifier = anchored ? "anchored" : "smoothed";
    const list = allowed.join(", ");
    planner.context.fail(
      `${modifier} modifier can only be used with: ${list} - not with ${node.name}`,
    );
  }
}

/** The function of a call over a range vector. */
export function rangeFunction(planner: Planner, node: Call, grid: StepGrid): RangeFunction {
  checkModifier(planner, node);
  const plain = PLAIN.get(node.name);
  if (plain) return plain();
  switch (node.name) {
    case "predict_linear":
      return new WindowForecast(planner.scalar(node.args[1]!, grid));
    case "quantile_over_time":
      return new WindowQuantile(planner.scalar(node.args[0]!, grid));
    case "double_exponential_smoothing":
      return new WindowSmoothing(
        planner.scalar(node.args[1]!, grid),
        planner.scalar(node.args[2]!, grid),
      );
    default:
      return planner.context.fail(`unhandled function: ${node.name}`);
  }
}
