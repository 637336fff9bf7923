/**
 * Where long queries go on: the thread that has fewest of them.
 *
 * I1  A thread is started when every one that there is has a query in it, up to as many as allowed.
 */
import { assert } from "../../base/assert.ts";
import type { FinishedJob, JobTerms } from "./pending-job.ts";
import { type QueryPlace, QueryThread, type SentJob } from "./query-thread.ts";

/** What is told of the threads. */
export interface ThreadEvents {
  /** A query goes on in one. */
  onJob(): void;
  /** One failed, with what was in it. */
  onFault(text: string): void;
}

export class QueryThreads implements QueryPlace {
  private readonly threads: readonly QueryThread[];
  private readonly events: ThreadEvents;

  /** `count` 0 = every query stays where it is. */
  constructor(count: number, events: ThreadEvents) {
    const onFault = (text: string) => events.onFault(text);
    this.threads = Array.from({ length: count }, () => new QueryThread(onFault));
    this.events = events;
  }

  isReady(): boolean {
    return this.place() !== null;
  }

  run(job: SentJob, terms: JobTerms): Promise<FinishedJob> {
    const thread = this.place();
    assert(thread !== null, "a query goes to a thread that is ready");
    this.events.onJob();
    return thread.run(job, terms);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  /** The ready thread with fewest queries; one more is started when all have some. */
  private place(): QueryThread | null {
    let best: QueryThread | null = null;
    for (const thread of this.threads) {
      if (thread.isReady() && (best === null || thread.load < best.load)) best = thread;
      if (thread.load === 0) break;
    }
    return best;
  }
}
