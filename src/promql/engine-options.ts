/** Every switch and limit of the query engine, with Prometheus' defaults. */
import { type Clock, systemClock } from "../base/clock.ts";
import { type ParseOptions, STABLE_SYNTAX } from "./parse/parse-options.ts";

export interface EngineOptions {
  readonly syntax: ParseOptions;
  /** How far back an instant selector looks for a sample: milliseconds. */
  readonly lookbackMs: number;
  /** Step of a subquery that names none: milliseconds. */
  readonly subqueryStepMs: number;
  /** Samples held in memory at a time by one query. */
  readonly samplesMax: number;
  /** Longest evaluation: milliseconds, 0 = no limit. */
  readonly timeoutMs: number;
  /** Remove metric names at the end of the query instead of at each function. */
  readonly delayedNameRemoval: boolean;
  /** Let rate() and increase() judge counters by their label __type__, not by their name. */
  readonly typeAndUnitLabels: boolean;
  /** Let rate() and its like use the start times of samples. */
  readonly startTimestamps: boolean;
  readonly clock: Clock;
}

export const DEFAULT_ENGINE_OPTIONS: EngineOptions = {
  syntax: STABLE_SYNTAX,
  lookbackMs: 300_000,
  subqueryStepMs: 60_000,
  samplesMax: 50_000_000,
  timeoutMs: 120_000,
  delayedNameRemoval: false,
  typeAndUnitLabels: false,
  startTimestamps: false,
  clock: systemClock,
};
