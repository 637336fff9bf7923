/**
 * The service scrapes itself: its own /metrics become samples in its own store, so that there is
 * something to query after the first interval.
 *
 * What a Prometheus adds to a scrape is added too: `job` and `instance`, `up`, the scrape's
 * duration and sample count, and a stale marker for each series that the scrape before had and this
 * one has not. The job is "spandrel-self", so that it never collides with a Prometheus that scrapes
 * Spandrel and writes back.
 *
 * Units: …Ms milliseconds; scrape_duration_seconds is seconds.
 */
import type { Clock } from "../base/clock.ts";
import { type ExpositionSample, parseExposition } from "../wire/exposition.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";
import { scanWriteRequest } from "../wire/scan-write-request.ts";
import { WriteBatch } from "../wire/write-batch.ts";
import type { MetricMetadata, WriteOutcome } from "./service.ts";

/** The job of the service's own samples. */
export const SELF_JOB = "spandrel-self";

type Pairs = readonly (readonly [string, string])[];

/** What a scrape writes to. */
export interface ScrapeTarget {
  write(batch: WriteBatch): WriteOutcome;
  keepMetadata(name: string, metadata: MetricMetadata): void;
}

export class SelfScrape {
  private readonly render: () => Promise<string>;
  private readonly target: ScrapeTarget;
  private readonly clock: Clock;
  private readonly instance: string;
  private readonly encoder = new WriteRequestEncoder();
  private readonly batch = new WriteBatch();
  /** The labels of the last scrape, by themselves as text. */
  private known = new Map<string, readonly string[]>();

  constructor(render: () => Promise<string>, target: ScrapeTarget, clock: Clock, instance: string) {
    this.render = render;
    this.target = target;
    this.clock = clock;
    this.instance = instance;
  }

  /** Scrapes once; every sample has the time at which the scrape began. */
  async scrape(): Promise<WriteOutcome> {
    const started = this.clock.monotonicMs();
    const timeMs = this.clock.nowMs();
    const { samples, families } = parseExposition(await this.render());
    this.encoder.clear();
    for (const sample of samples) {
      this.add(pairsOf(sample.labels), sample.value, sample.timeMs ?? timeMs);
    }
    this.addStaleMarkers(samples, timeMs);
    const seconds = (this.clock.monotonicMs() - started) / 1000;
    this.add([["__name__", "up"]], 1, timeMs);
    this.add([["__name__", "scrape_duration_seconds"]], seconds, timeMs);
    this.add([["__name__", "scrape_samples_scraped"]], samples.length, timeMs);
    for (const { name, type, help } of families) {
      this.target.keepMetadata(name, { type, help, unit: "" });
    }
    scanWriteRequest(this.encoder.finish(), this.batch);
    return this.target.write(this.batch);
  }

  private addStaleMarkers(samples: readonly ExpositionSample[], timeMs: number): void {
    const scraped = new Map(samples.map(({ labels }) => [labels.join("\0"), labels]));
    for (const [text, labels] of this.known) {
      if (!scraped.has(text)) this.addStaleMarker(pairsOf(labels), timeMs);
    }
    this.known = scraped;
  }

  private add(labels: Pairs, value: number, timeMs: number): void {
    this.beginSeries(labels);
    this.encoder.sample(timeMs, value);
    this.encoder.endSeries();
  }

  private addStaleMarker(labels: Pairs, timeMs: number): void {
    this.beginSeries(labels);
    this.encoder.staleMarker(timeMs);
    this.encoder.endSeries();
  }

  private beginSeries(labels: Pairs): void {
    const all = [...labels, ["instance", this.instance] as const, ["job", SELF_JOB] as const];
    all.sort(([a], [b]) => (a < b ? -1 : 1));
    this.encoder.beginSeries();
    for (const [name, text] of all) this.encoder.label(name, text);
  }
}

/** Pairs of a flat list of names and values; our own metrics have no job or instance. */
function pairsOf(flat: readonly string[]): Pairs {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i] as string, flat[i + 1] as string]);
  return pairs;
}
