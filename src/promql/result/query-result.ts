/**
 * What a query gives back.
 *
 * I1  All arrays of a series have one length; kinds[i] says whether point i is absent, a float or a
 *     histogram (see evaluate/step-column.ts).
 * I2  The series of a range query share one `times` array, except those with values at few steps;
 *     those of an instant query over a range selector have their samples' own times.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { Labels } from "../../series/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { TouchedSelection } from "./touched-selection.ts";

/** One series with its points. */
export interface ResultSeries {
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** By point, made when asked for; null when none of them is one. */
  readonly histograms: Indexed<FloatHistogram> | null;
}

export interface ScalarResult {
  readonly type: "scalar";
  readonly timeMs: number;
  readonly value: number;
}

export interface StringResult {
  readonly type: "string";
  readonly timeMs: number;
  readonly value: string;
}

/** Parts of a result by index: an array, or made from where they lie when asked for. */
export interface Indexed<Part> {
  readonly length: number;
  at(index: number): Part | undefined;
}

export type ResultLabels = Indexed<Labels>;
export type ResultMatrix = Indexed<ResultSeries>;

/** All parts, each made once. */
export function listOf<Part>(parts: Indexed<Part>): Part[] {
  return Array.from({ length: parts.length }, (_, index) => parts.at(index)!);
}

/** The first parts. */
export function firstOf<Part>(parts: Indexed<Part>, length: number): Indexed<Part> {
  return { length, at: (index) => parts.at(index) };
}

/** An instant vector: element i has labels.at(i) and either values[i] or histograms.at(i). */
export interface VectorResult {
  readonly type: "vector";
  readonly timeMs: number;
  readonly labels: ResultLabels;
  readonly values: Float64Array;
  readonly histograms: Indexed<FloatHistogram> | null;
}

export interface MatrixResult {
  readonly type: "matrix";
  readonly series: ResultMatrix;
}

export type QueryValue = ScalarResult | StringResult | VectorResult | MatrixResult;

export interface QueryResult {
  readonly value: QueryValue;
  /** Texts with positions, complete; replies show ten (see result/annotation-list.ts). */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Highest number of samples held at a time. */
  readonly peakSamples: number;
  /** What each selector has touched. */
  readonly touched: readonly TouchedSelection[];
}
