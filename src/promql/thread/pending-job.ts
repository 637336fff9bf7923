/**
 * A job in another thread, as the thread that sent it sees it: what it was promised, and what the
 * other one tells of it until it is over.
 *
 * I1  It is answered with the first portion of its text, and over with the last one: until then
 *     what the job was given is kept.
 */
import { assert } from "../../base/assert.ts";
import { TsdbError } from "../../base/errors.ts";
import type { ResultFacts } from "../result/result-facts.ts";
import { cancelJob, type JobControl, newJobControl } from "./job-control.ts";
import { JobText } from "./job-text.ts";
import type { QueryNews } from "./query-job.ts";

/** The result of a query that was evaluated elsewhere; its text may still be under way. */
export interface FinishedJob {
  /** UTF-8; joined, and the rest with them, the JSON of the result. */
  readonly pieces: readonly Uint8Array[];
  /** What follows, null = nothing. To be read to its end, or left early. */
  readonly rest: AsyncIterable<Uint8Array> | null;
  readonly facts: ResultFacts;
}

/** What goes with a job. */
export interface JobTerms {
  /** Buffers of the job, which change their owner. */
  readonly buffers: ArrayBuffer[];
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /** Called once, when nothing that the job was given is read any more. */
  readonly onOver: () => void;
}

export class PendingJob {
  readonly control: JobControl = newJobControl();
  readonly finished: Promise<FinishedJob>;
  private readonly text = new JobText(this.control);
  private readonly terms: JobTerms;
  private facts: ResultFacts | null = null;
  private resolve!: (finished: FinishedJob) => void;
  private reject!: (error: Error) => void;
  private isAnswered = false;
  private readonly cancel = () => cancelJob(this.control);

  constructor(terms: JobTerms) {
    this.terms = terms;
    terms.signal.addEventListener("abort", this.cancel);
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Takes what the thread tells; whether the job is over with it. */
  hear(news: QueryNews): boolean {
    if (news.kind === "failed") {
      this.fail(faultOf(news));
      return true;
    }
    if (news.kind === "result") {
      this.facts = news.facts;
      return false;
    }
    this.text.add(news.pieces, news.isLast);
    if (!this.isAnswered) this.answer();
    if (news.isLast) this.end();
    return news.isLast;
  }

  fail(error: Error): void {
    this.text.fail(error);
    this.reject(error);
    this.end();
  }

  private answer(): void {
    const { facts } = this;
    assert(facts !== null, "a text comes after the facts of its result");
    this.isAnswered = true;
    this.resolve({ ...this.text.opened(), facts });
  }

  private end(): void {
    this.terms.signal.removeEventListener("abort", this.cancel);
    this.terms.onOver();
  }
}

function faultOf({ code, text }: QueryNews & { kind: "failed" }): Error {
  if (code !== null) return new TsdbError(code, text);
  return new Error(`in the thread of long queries: ${text}`);
}
