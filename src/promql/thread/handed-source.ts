/**
 * The selections of a query that another thread has captured, as the source of the same query.
 *
 * I1  A query begins its selections in the order of its text, so the n-th that is begun here is the
 *     n-th that was handed over.
 */
import { assert } from "../../base/assert.ts";
import { HandedHead, HandedSeriesSet } from "../../series/handed-series-set.ts";
import type { HandedSelections } from "../evaluate/query-context.ts";
import type { BegunSeriesSet, SeriesSet, SeriesSource } from "../series-source.ts";

export class HandedSource implements SeriesSource {
  private readonly handed: HandedSelections;
  private readonly head: HandedHead;
  private begun = 0;

  constructor(handed: HandedSelections) {
    this.handed = handed;
    this.head = new HandedHead(handed.head);
  }

  select(): SeriesSet {
    return this.begin();
  }

  begin(): BegunSeriesSet {
    const set = this.handed.sets[this.begun++];
    assert(set !== undefined, "a query begins as many selections as were handed over");
    return new HandedSeriesSet(this.head, set);
  }
}
