/**
 * The member `stats` of a query's answer: how long its parts took and how many samples it touched.
 *
 * The engine times a query as a whole: evaluation stands for all of it, sorting and preparation
 * are part of it and written as 0. A sample counts once however many steps look at it.
 *
 * Units: the answer has seconds, the arguments are milliseconds of the monotonic clock.
 */
import type { TouchedSelection } from "../promql/result/touched-selection.ts";

/** Selections that are listed at most; all are counted. */
const SELECTIONS_MAX = 100;

/** When a query arrived, got its place and was done. */
export interface QueryTimes {
  readonly startedMs: number;
  readonly enteredMs: number;
  readonly endedMs: number;
}

/** The JSON text of `stats`. `touched` is ours: what each selector has touched. */
export function statisticsJson(
  samplesPeak: number,
  touched: readonly TouchedSelection[],
  { startedMs, enteredMs, endedMs }: QueryTimes,
): string {
  const runSeconds = (endedMs - enteredMs) / 1000;
  const timings = {
    evalTotalTime: runSeconds,
    resultSortTime: 0,
    queryPreparationTime: 0,
    innerEvalTime: runSeconds,
    execQueueTime: (enteredMs - startedMs) / 1000,
    execTotalTime: (endedMs - startedMs) / 1000,
  };
  const samplesRead = touched.reduce((sum, { samples }) => sum + samples, 0);
  const samples = { totalQueryableSamples: samplesRead, peakSamples: samplesPeak };
  const listed = touched.slice(0, SELECTIONS_MAX);
  return JSON.stringify({ timings, samples, touched: listed });
}
