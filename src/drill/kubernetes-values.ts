/**
 * Sample values as the scrapes of a Kubernetes cluster have them: most series hardly move.
 *
 *   share  kind      next value
 *   0.34   constant  the same (limits, info, up)
 *   0.26   rare      a whole number that grows now and then (buckets, restarts, errors)
 *   0.16   counter   a whole number that grows every time (requests, bytes)
 *   0.08   seconds   a decimal that grows (processor time, sums of durations)
 *   0.11   pages     a multiple of 4096 that goes up and down (memory)
 *   0.05   ratio     any fraction (load, utilisation)
 *
 * I1  A value depends on the one before, the seed, the series and the time, so that a restart
 *     changes nothing.
 *
 * Units: times are milliseconds.
 */
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { Head } from "../series/head.ts";
import { drawFraction } from "./draws.ts";
import type { Scenario } from "./scenario.ts";
import { registerSeries, seriesAt } from "./scraped-series.ts";
import type { Workload } from "./workload.ts";

type Step = (before: number, chance: number, rate: number) => number;

interface Kind {
  readonly share: number;
  readonly step: Step;
}

const PAGE_BYTES = 4096;
const MICROSECONDS = 1e6;
/** Part of the scrapes at which a rare counter grows. */
const RARE = 0.04;

const KINDS: readonly Kind[] = [
  { share: 0.34, step: (before) => before },
  { share: 0.26, step: (before, chance) => (chance < RARE ? before + 1 : before) },
  { share: 0.16, step: (before, chance, rate) => before + Math.floor(chance * rate) },
  {
    share: 0.08,
    step: (before, chance, rate) =>
      Math.round((before + chance * rate * 0.01) * MICROSECONDS) / MICROSECONDS,
  },
  {
    share: 0.11,
    step: (before, chance, rate) =>
      Math.max(0, before + Math.round((chance - 0.5) * rate) * PAGE_BYTES),
  },
  { share: 0.05, step: (_, chance) => chance },
];
const RATE_SEED = 0x510e527f;
const START_SEED = 0x1f83d9ab;
const RATE_MAX = 1000;
const START_MAX = 1_000_000;

const value = new Float64Array(1);
const words = new Uint32Array(value.buffer);

/** The kind of a series, as an index. */
function kindOf(fraction: number): number {
  let above = fraction;
  for (let kind = 0; kind < KINDS.length - 1; kind++) {
    above -= KINDS[kind]!.share;
    if (above < 0) return kind;
  }
  return KINDS.length - 1;
}

export class KubernetesValues implements Workload {
  private readonly scenario: Scenario;
  private readonly head: Head;
  private readonly series: Uint32Array;
  private readonly kinds: Uint8Array;
  private readonly rates: Float64Array;

  constructor(scenario: Scenario, head: Head) {
    const { seed, seriesCount } = scenario;
    this.scenario = scenario;
    this.head = head;
    this.series = registerSeries(head, seriesCount);
    this.kinds = new Uint8Array(seriesCount);
    this.rates = new Float64Array(seriesCount);
    for (let i = 0; i < seriesCount; i++) {
      this.kinds[i] = kindOf(drawFraction(seed, i, 0));
      this.rates[i] = RATE_MAX ** drawFraction(seed ^ RATE_SEED, i, 0);
    }
  }

  scrape(timeMs: number): void {
    const { head, series, scenario } = this;
    const { chunks } = head;
    for (let i = 0; i < series.length; i++) {
      const ref = seriesAt(series, i);
      const chunk = head.index.series.newestChunkOf(ref);
      if (chunk === NO_CHUNK) {
        value[0] = Math.floor(START_MAX * drawFraction(scenario.seed ^ START_SEED, i, 0));
      } else {
        words[0] = chunks.lastValueLowOf(chunk);
        words[1] = chunks.lastValueHighOf(chunk);
        const chance = drawFraction(scenario.seed, i, timeMs / scenario.scrapeMs);
        value[0] = KINDS[this.kinds[i]!]!.step(value[0]!, chance, this.rates[i]!);
      }
      head.append(ref, timeMs, words[1]!, words[0]!);
    }
  }
}
