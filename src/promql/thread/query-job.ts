/**
 * A query whose selections were captured by the thread that stores samples, evaluated in another
 * one: from the job to the text of the result.
 *
 * The text goes back in portions as it is made, as bytes that change their owner, so that neither
 * thread ever holds or reads all of it at once.
 *
 * I1  A job ends with one "done" or "failed"; no text comes after it.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "../../base/clock.ts";
import { type ErrorCode, TsdbError } from "../../base/errors.ts";
import { doneInSlices, nextTurn, Slices } from "../../base/slices.ts";
import { Engine } from "../engine.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import type { HandedSelections } from "../evaluate/query-context.ts";
import type { QueryRange } from "../evaluate/resolve.ts";
import { type Patterns, parsedInSteps } from "../parse/patterns.ts";
import type { QueryValue } from "../result/query-result.ts";
import { type ResultFacts, shownResult } from "../result/result-facts.ts";
import { resultPieces } from "../result/result-json.ts";
import { HandedSource } from "./handed-source.ts";

/** How long a job keeps its thread before others get it. */
const SLICE_MS = 5;
/** Pieces of text in a portion: about a megabyte. */
const PORTION_PIECES = 16;

/** What can be sent to a thread; `options.timeoutMs` is what is left of the time. */
export interface QueryJob {
  readonly id: number;
  readonly text: string;
  /** A step of 0 makes an instant query at the start. */
  readonly range: QueryRange;
  /** Series of a result at most, 0 = all. */
  readonly limit: number;
  readonly options: Omit<EngineOptions, "clock">;
  readonly selections: HandedSelections;
  /** Its first word turns 1 when nobody waits for the result any more. */
  readonly canceled: Int32Array<SharedArrayBuffer>;
}

/** What a job tells. */
export type QueryNews =
  | {
      readonly kind: "text";
      readonly id: number;
      readonly pieces: readonly Uint8Array<ArrayBuffer>[];
    }
  | { readonly kind: "done"; readonly id: number; readonly facts: ResultFacts }
  | {
      readonly kind: "failed";
      readonly id: number;
      /** Null = a bug. */
      readonly code: ErrorCode | null;
      readonly text: string;
    };

/** What the thread itself tells, once and first. */
export interface ThreadNews {
  readonly kind: "ready";
}

/** Takes what a job tells, with the buffers that change their owner. */
export type TellNews = (news: QueryNews, buffers: ArrayBuffer[]) => void;

/** Runs a job to its end; never rejects. */
export async function runQueryJob(job: QueryJob, clock: Clock, tell: TellNews): Promise<void> {
  const { id } = job;
  try {
    const facts = await evaluated(job, clock, tell);
    tell({ kind: "done", id, facts }, []);
  } catch (error) {
    const isFault = error instanceof TsdbError;
    const text = error instanceof Error ? error.message : String(error);
    tell({ kind: "failed", id, code: isFault ? error.code : null, text }, []);
  }
}

async function evaluated(job: QueryJob, clock: Clock, tell: TellNews): Promise<ResultFacts> {
  const slices = new Slices(clock, SLICE_MS);
  const evaluation = await begun(job, clock, slices);
  try {
    while (!evaluation.run(SLICE_MS)) await nextTurn();
    const { value, facts } = shownResult(evaluation.result(), job.limit);
    await slices.next();
    await tellText(job.id, value, slices, tell);
    return facts;
  } finally {
    evaluation.close();
  }
}

async function begun(job: QueryJob, clock: Clock, slices: Slices): Promise<Evaluation> {
  const { text, range, options, selections, canceled } = job;
  const engine = new Engine({ ...options, clock });
  const parse = (patterns: Patterns) => engine.parse(text, patterns);
  const query = await doneInSlices(parsedInSteps(parse), slices);
  const overrides = { isCanceled: () => Atomics.load(canceled, 0) === 1 };
  const source = new HandedSource(selections);
  const { startMs, endMs, stepMs } = range;
  if (stepMs === 0) return engine.beginInstant(source, query, startMs, overrides);
  return engine.beginRange(source, query, startMs, endMs, stepMs, overrides);
}

async function tellText(
  id: number,
  value: QueryValue,
  slices: Slices,
  tell: TellNews,
): Promise<void> {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  const flush = () => {
    const buffers = pieces.map((piece) => piece.buffer);
    tell({ kind: "text", id, pieces }, buffers);
    pieces = [];
  };
  for (const piece of resultPieces(value)) {
    pieces.push(piece);
    if (pieces.length === PORTION_PIECES) flush();
    if (slices.isOver()) await slices.next();
  }
  flush();
}
