/**
 * What the HTTP layer counts: requests by route and status, how long they took, and the volume of
 * writes.
 *
 * Routes bump plain fields and one map entry a request; the metrics copy them when scraped.
 *
 * Units: …Bytes bytes; the rest are counts since the start.
 */

import { DurationBuckets } from "../base/duration-buckets.ts";
import { DoorCounts } from "./door-counts.ts";
import type { LabelledBuckets } from "./metric-definition.ts";

/** One route's requests that got one status. */
export interface RequestCount {
  readonly handler: string;
  readonly status: number;
  readonly count: number;
}

export class RequestCounts {
  /** Who was turned away, and why. */
  readonly door = new DoorCounts();
  private readonly byHandler = new Map<string, Map<number, number>>();
  private readonly durations = new Map<string, DurationBuckets>();
  /** Compressed bytes of write requests that were read whole. */
  writeBodyBytes = 0;
  /** Bytes of write requests after decompression. */
  writeDecodedBytes = 0;
  /** Exemplars in write requests. */
  writeExemplars = 0;
  /** Metadata entries in write requests. */
  writeMetadata = 0;
  /** Data points of OTLP that could not be translated. */
  otlpPointsLeftOut = 0;
  /** Queries that wait for a place and queries under way. */
  queriesWaiting = 0;
  queriesRunning = 0;
  /** Queries that went on in a thread of their own. */
  queriesMoved = 0;

  /** Counts one answered request. */
  count(handler: string, status: number): void {
    let byStatus = this.byHandler.get(handler);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.byHandler.set(handler, byStatus);
    }
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }

  /** Counts how long a request took until its answer was sent. */
  time(handler: string, seconds: number): void {
    let buckets = this.durations.get(handler);
    if (buckets === undefined) {
      buckets = new DurationBuckets();
      this.durations.set(handler, buckets);
    }
    buckets.observe(seconds);
  }

  /** Every duration so far. */
  requestDurations(): LabelledBuckets[] {
    return [...this.durations].map(([handler, buckets]) => ({ labels: { handler }, buckets }));
  }

  /** Every count so far. */
  requests(): RequestCount[] {
    const counts: RequestCount[] = [];
    for (const [handler, byStatus] of this.byHandler) {
      for (const [status, count] of byStatus) counts.push({ handler, status, count });
    }
    return counts;
  }
}
