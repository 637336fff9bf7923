/**
 * What a simulation sent, and what of it must be there after a crash: the naive twin of the store.
 *
 * I1  A sample is sent once at most with one value; whoever repeats it sends the same bits.
 *
 * Units: …Ms milliseconds since the epoch.
 */

/** How sure the sender may be of a sample. */
export type Assurance = "sent" | "acknowledged" | "durable";

interface SentSample {
  readonly value: number;
  assurance: Assurance;
  /** Deleted for certain, or by a request without an answer. */
  deleted: "no" | "maybe" | "yes";
}

const RANK: Readonly<Record<Assurance, number>> = { sent: 0, acknowledged: 1, durable: 2 };

export class SentSamples {
  private readonly bySeries = new Map<string, Map<number, SentSample>>();

  /** Notes a sample that is on its way. */
  send(series: string, timeMs: number, value: number): void {
    const samples = this.bySeries.get(series) ?? new Map<number, SentSample>();
    this.bySeries.set(series, samples);
    if (!samples.has(timeMs)) samples.set(timeMs, { value, assurance: "sent", deleted: "no" });
  }

  /** Raises what is known of a sample. */
  raise(series: string, timeMs: number, assurance: Assurance): void {
    const sample = this.bySeries.get(series)?.get(timeMs);
    if (sample && RANK[assurance] > RANK[sample.assurance]) sample.assurance = assurance;
  }

  /** Notes that what was sent of a series is being deleted, or that what was is. */
  delete(series: string, deleted: "maybe" | "yes"): void {
    for (const sample of this.bySeries.get(series)?.values() ?? []) {
      if (deleted === "maybe" && sample.deleted === "no") sample.deleted = "maybe";
      if (deleted === "yes" && sample.deleted === "maybe") sample.deleted = "yes";
    }
  }

  /**
   * After a restart: what is there is sure from now on. What is not is forgotten when the disk has
   * it that way for good; otherwise it may come back.
   */
  settle(found: ReadonlyMap<string, ReadonlyMap<number, number>>, isForGood: boolean): void {
    for (const [series, samples] of this.bySeries) {
      for (const [timeMs, sample] of samples) {
        if (found.get(series)?.has(timeMs)) {
          sample.assurance = isForGood ? "durable" : "acknowledged";
          sample.deleted = "no";
        } else if (isForGood) samples.delete(timeMs);
        else sample.deleted = "maybe";
      }
    }
  }

  /**
   * Compares with what was found; the first fault in words, or null. Samples of at least
   * `assurance` and from `sinceMs` on must be there; nothing may be that was not sent.
   */
  faultOf(
    found: ReadonlyMap<string, ReadonlyMap<number, number>>,
    assurance: Assurance,
    sinceMs: number,
  ): string | null {
    for (const [series, samples] of this.bySeries) {
      for (const [timeMs, sample] of samples) {
        if (RANK[sample.assurance] < RANK[assurance] || timeMs < sinceMs) continue;
        const value = found.get(series)?.get(timeMs);
        const place = `${series} at ${timeMs}`;
        if (value === undefined && sample.deleted === "no") return `${place} is missing`;
        if (value !== undefined && sample.deleted === "yes")
          return `${place} is deleted, and there`;
      }
    }
    return this.inventedIn(found);
  }

  private inventedIn(found: ReadonlyMap<string, ReadonlyMap<number, number>>): string | null {
    for (const [series, samples] of found) {
      for (const [timeMs, value] of samples) {
        const sent = this.bySeries.get(series)?.get(timeMs);
        if (sent === undefined) return `${series} at ${timeMs} was never sent`;
        if (!Object.is(sent.value, value)) {
          return `${series} at ${timeMs} is ${value}; sent was ${sent.value}`;
        }
      }
    }
    return null;
  }
}
