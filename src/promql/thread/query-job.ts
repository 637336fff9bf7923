/**
 * A query whose selections were captured by the thread that stores samples, evaluated in another
 * one: from the job to the text of the result.
 *
 * The text goes back in portions as it is made, as bytes that change their owner, so that neither
 * thread ever holds or reads all of it at once.
 *
 * I1  A job tells the facts of its result, then the text in at least one portion, the last of which
 *     says so; or that it failed, in place of any of these. Nothing comes after either.
 * I2  The text waits for who takes it, but not for long: what the job reads is kept for it.
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
import { isJobCanceled, type JobControl, textMayGoOn } from "./job-control.ts";

/** How long a job keeps its thread before others get it. */
const SLICE_MS = 5;
/** Pieces of text in a portion: about a megabyte. */
const PORTION_PIECES = 16;
/** How long a text waits for who takes it, in all; then the rest of it is sent as it is made. */
const HOLD_MS = 10_000;

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
  readonly control: JobControl;
}

/** What a job tells. */
export type QueryNews =
  | { readonly kind: "result"; readonly id: number; readonly facts: ResultFacts }
  | {
      readonly kind: "text";
      readonly id: number;
      readonly pieces: readonly Uint8Array<ArrayBuffer>[];
      readonly isLast: boolean;
    }
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
    await evaluate(job, clock, tell);
  } catch (error) {
    const isFault = error instanceof TsdbError;
    const text = error instanceof Error ? error.message : String(error);
    tell({ kind: "failed", id, code: isFault ? error.code : null, text }, []);
  }
}

async function evaluate(job: QueryJob, clock: Clock, tell: TellNews): Promise<void> {
  const slices = new Slices(clock, SLICE_MS);
  const evaluation = await begun(job, clock, slices);
  try {
    while (!evaluation.run(SLICE_MS)) await nextTurn();
    const { value, facts } = shownResult(evaluation.result(), job.limit);
    tell({ kind: "result", id: job.id, facts }, []);
    await slices.next();
    await new TextTeller(job, clock, tell).tellAll(value, slices);
  } finally {
    evaluation.close();
  }
}

async function begun(job: QueryJob, clock: Clock, slices: Slices): Promise<Evaluation> {
  const { text, range, options, selections, control } = job;
  const engine = new Engine({ ...options, clock });
  const parse = (patterns: Patterns) => engine.parse(text, patterns);
  const query = await doneInSlices(parsedInSteps(parse), slices);
  const overrides = { isCanceled: () => isJobCanceled(control) };
  const source = new HandedSource(selections);
  const { startMs, endMs, stepMs } = range;
  if (stepMs === 0) return engine.beginInstant(source, query, startMs, overrides);
  return engine.beginRange(source, query, startMs, endMs, stepMs, overrides);
}

/** Tells the text of a result in portions. */
class TextTeller {
  private readonly job: QueryJob;
  private readonly clock: Clock;
  private readonly tell: TellNews;
  private pieces: Uint8Array<ArrayBuffer>[] = [];
  private sent = 0;
  private heldMs = 0;

  constructor(job: QueryJob, clock: Clock, tell: TellNews) {
    this.job = job;
    this.clock = clock;
    this.tell = tell;
  }

  async tellAll(value: QueryValue, slices: Slices): Promise<void> {
    for (const piece of resultPieces(value)) {
      if (this.pieces.length === PORTION_PIECES) await this.portion();
      this.pieces.push(piece);
      if (slices.isOver()) await slices.next();
    }
    this.send(true);
  }

  /** A portion that is not the last, once it may go. */
  private async portion(): Promise<void> {
    this.send(false);
    const { control } = this.job;
    const fromMs = this.clock.monotonicMs();
    const hasWaited = await textMayGoOn(control, this.sent, Math.max(0, HOLD_MS - this.heldMs));
    if (hasWaited) this.heldMs += this.clock.monotonicMs() - fromMs;
    if (isJobCanceled(control)) throw new TsdbError("QUERY_CANCELED", "query was canceled");
  }

  private send(isLast: boolean): void {
    const { pieces } = this;
    this.pieces = [];
    this.sent++;
    const buffers = pieces.map((piece) => piece.buffer);
    this.tell({ kind: "text", id: this.job.id, pieces, isLast }, buffers);
  }
}
