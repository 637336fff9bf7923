/**
 * What a test script says: a list of commands, each with the line it stands on.
 *
 * Units: times and steps are milliseconds.
 */
import type { Labels } from "../../series/labels.ts";
import type { Item } from "./series-values.ts";

/** Series of a load command or of an expectation. */
export interface ScriptSeries {
  readonly line: number;
  readonly labels: Labels;
  readonly items: readonly Item[];
}

/** Start time offsets of a series that a load command stores. */
export interface ScriptStartTimes {
  readonly labels: Labels;
  readonly offsetsMs: readonly (number | null)[];
}

export interface ClearCommand {
  readonly kind: "clear";
}

export interface LoadCommand {
  readonly kind: "load";
  readonly line: number;
  readonly stepMs: number;
  /** Also store histograms with custom buckets made of the classic ones. */
  readonly withCustomHistograms: boolean;
  readonly series: readonly ScriptSeries[];
  readonly startTimes: readonly ScriptStartTimes[];
}

/** How a text is to look: equal, matching, or anything. */
export type TextRule =
  | { readonly kind: "any" }
  | { readonly kind: "equal"; readonly text: string }
  | { readonly kind: "matches"; readonly pattern: string };

/** Steps of a range: from start to end. */
export interface ScriptRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** What the lines below an eval ask for. */
export interface Expectation {
  readonly fail: TextRule | null;
  readonly warnings: readonly TextRule[];
  readonly infos: readonly TextRule[];
  readonly noWarnings: boolean;
  readonly noInfos: boolean;
  readonly ordered: boolean;
  readonly string: string | null;
  readonly rangeVector: ScriptRange | null;
  readonly scalar: number | null;
  readonly series: readonly ScriptSeries[];
}

export interface EvalCommand {
  readonly kind: "eval";
  readonly line: number;
  readonly expression: string;
  /** Null = an instant query at `timeMs`. */
  readonly range: ScriptRange | null;
  readonly timeMs: number;
  readonly expectation: Expectation;
}

export type ScriptCommand = ClearCommand | LoadCommand | EvalCommand;
