/**
 * The curves, as data: what grows, by which sizes, and how one point of each is measured.
 *
 * A figure of a curve is CPU or memory as a whole, so that an exponent of 1 means: as much more as
 * there is more of it. What should not grow at all has an own bound.
 */
import { measureChurn } from "./churn-point.ts";
import { measureLabelValues } from "./label-point.ts";
import { measureRange } from "./range-point.ts";
import { measureSeries } from "./series-point.ts";
import { measureWindows } from "./window-point.ts";

/** What one point measured, by the name of the figure with its unit. */
export type Figures = Readonly<Record<string, number>>;

export interface Curve {
  readonly name: string;
  /** What the sizes count. */
  readonly of: string;
  readonly sizes: readonly number[];
  readonly measure: (size: number) => Figures | Promise<Figures>;
}

/** Curves whose figures may grow as their size does, and no faster. */
export const CURVES: readonly Curve[] = [
  {
    name: "series",
    of: "series",
    sizes: [10_000, 31_600, 100_000, 316_000, 1_000_000],
    measure: measureSeries,
  },
  { name: "windows", of: "windows", sizes: [1, 2, 4, 6, 8], measure: measureWindows },
  {
    name: "label values",
    of: "values of one label",
    sizes: [1000, 10_000, 100_000, 1_000_000],
    measure: measureLabelValues,
  },
  { name: "query range", of: "hours", sizes: [1, 2, 4, 8, 16, 31], measure: measureRange },
];

/** Memory under churn, whose points are compared with a fresh store and not fitted. */
export const CHURN: Curve = {
  name: "churn",
  of: "hours before the last 32",
  sizes: [0, 32, 64],
  measure: measureChurn,
};
