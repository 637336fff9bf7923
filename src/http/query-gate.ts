/**
 * How many queries run at once: further ones wait in order of arrival, until their deadline.
 *
 * I1  At most `placeCount` queries hold a place; every place taken is given back once.
 * I2  A query that gave up waiting never gets a place.
 *
 * Units: …Ms milliseconds.
 */
import { assert } from "../base/assert.ts";
import { TsdbError } from "../base/errors.ts";

/** What the gate keeps up to date for others to see. */
export interface GateCounts {
  queriesRunning: number;
  queriesWaiting: number;
}

interface Waiting {
  readonly enter: () => void;
}

export class QueryGate {
  private readonly placeCount: number;
  private readonly counts: GateCounts;
  private readonly queue: Waiting[] = [];

  constructor(placeCount: number, counts: GateCounts) {
    assert(placeCount > 0, "query gate without a place");
    this.placeCount = placeCount;
    this.counts = counts;
  }

  /**
   * Waits for a place and runs `work` in it. Throws QUERY_TIMEOUT when `waitMs` passed before
   * there was one, QUERY_CANCELED when `signal` was aborted.
   */
  async run<Result>(
    waitMs: number,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (signal.aborted) throw canceled();
    if (this.counts.queriesRunning < this.placeCount) this.counts.queriesRunning++;
    else await this.wait(waitMs, signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Passes the place on to the next in the queue, or frees it. */
  private leave(): void {
    assert(this.counts.queriesRunning > 0, "query gate left by nobody");
    const next = this.queue.shift();
    if (next === undefined) this.counts.queriesRunning--;
    else next.enter();
    this.counts.queriesWaiting = this.queue.length;
  }

  private wait(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        enter: () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const giveUp = (error: TsdbError) => {
        this.queue.splice(this.queue.indexOf(waiting), 1);
        this.counts.queriesWaiting = this.queue.length;
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        reject(error);
      };
      const onAbort = () => giveUp(canceled());
      const onTimeout = () =>
        giveUp(new TsdbError("QUERY_TIMEOUT", "query timed out in query queue"));
      const timer = setTimeout(onTimeout, waitMs);
      signal.addEventListener("abort", onAbort);
      this.queue.push(waiting);
      this.counts.queriesWaiting = this.queue.length;
    });
  }
}

function canceled(): TsdbError {
  return new TsdbError("QUERY_CANCELED", "query was canceled");
}
