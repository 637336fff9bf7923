/**
 * Sample values that make chunks of chosen sizes.
 *
 * A whole chunk of series s has about median * exp(sigma * z(s)) * (1 + 0.06 * z(s, window)) bytes,
 * z being normal, and grows evenly: a sample repeats the value before (2 bits) unless the chunk
 * lags behind, when it changes 45 bits of it (48 bits with time and control). The changed bits
 * are always the same ones, so the encoder's window stays as it is.
 *
 * I1  A value depends on seed, series and time, and on the chunk so far: nothing is kept here that
 *     a restart would lose.
 *
 * Units: …Bits bits, …Bytes bytes, …Ms milliseconds.
 */
import { windowOfTime } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { Head } from "../series/head.ts";
import { drawBits, drawNormal } from "./draws.ts";
import { type Scenario, samplesPerWindow } from "./scenario.ts";
import { registerSeries, seriesAt } from "./scraped-series.ts";
import type { Workload } from "./workload.ts";

/** Deviation of a window's size from the series' own. */
const JITTER = 0.06;
/** Bits of a changed sample: time, control, 45 bits of value. */
const CHANGE_BITS = 48;
const STEADY_BITS = 2;
/** The changed bits: 20 below sign and exponent, 25 above the last seven; both ends always. */
const HIGH_MASK = 0x7ffff;
const HIGH_EDGE = 0x80000;
const LOW_MASK = 0xffffff00;
const LOW_EDGE = 0x80;
/** High word of 1.0: what a series starts with. */
const ONE_HIGH = 0x3ff00000;
const JITTER_SEED = 0x6a09e667;
const SECOND_WORD = 0x3c6ef372;

/** The largest chunk that this many samples can be. */
export function chunkBytesMax(samples: number): number {
  return Math.floor((samples * CHANGE_BITS) / 8);
}

export class SizedValues implements Workload {
  private readonly scenario: Scenario;
  private readonly head: Head;
  private readonly series: Uint32Array;
  /** Bits that a sample adds on average, by series, in the window of `goalWindow`. */
  private readonly bitsPerSample: Float64Array;
  private goalWindow = Number.NaN;

  constructor(scenario: Scenario, head: Head) {
    this.scenario = scenario;
    this.head = head;
    this.series = registerSeries(head, scenario.seriesCount);
    this.bitsPerSample = new Float64Array(scenario.seriesCount);
  }

  scrape(timeMs: number): void {
    const { head, series, scenario } = this;
    const { chunks } = head;
    const window = windowOfTime(timeMs, scenario.windowMs);
    if (window !== this.goalWindow) this.setGoals(window);
    const newestOf = head.index.series;
    for (let i = 0; i < series.length; i++) {
      const ref = seriesAt(series, i);
      const chunk = newestOf.newestChunkOf(ref);
      let high = ONE_HIGH;
      let low = 0;
      let lag = CHANGE_BITS;
      if (chunk !== NO_CHUNK) {
        high = chunks.lastValueHighOf(chunk);
        low = chunks.lastValueLowOf(chunk);
        if (chunks.windowOf(chunk) === window) {
          const goalBits = this.bitsPerSample[i]! * (chunks.sampleCountOf(chunk) + 1);
          lag = goalBits - chunks.bitLengthOf(chunk);
        }
      }
      if (lag >= CHANGE_BITS / 2) {
        const moment = timeMs / scenario.scrapeMs;
        high ^= (drawBits(scenario.seed, i, moment) & HIGH_MASK) | HIGH_EDGE;
        low ^= (drawBits(scenario.seed ^ SECOND_WORD, i, moment) & LOW_MASK) | LOW_EDGE;
      }
      head.append(ref, timeMs, high >>> 0, low >>> 0);
    }
  }

  private setGoals(window: number): void {
    const { seed, chunkBytesMedian, chunkBytesSigma } = this.scenario;
    const samples = samplesPerWindow(this.scenario);
    for (let i = 0; i < this.bitsPerSample.length; i++) {
      const own = chunkBytesMedian * Math.exp(chunkBytesSigma * drawNormal(seed, i, 0));
      const bytes = own * (1 + JITTER * drawNormal(seed ^ JITTER_SEED, i, window));
      const bits = (bytes * 8) / samples;
      this.bitsPerSample[i] = Math.min(CHANGE_BITS, Math.max(STEADY_BITS, bits));
    }
    this.goalWindow = window;
  }
}
