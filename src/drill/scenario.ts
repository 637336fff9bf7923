/**
 * What a drill simulates: so many series, so long, with a restart in between.
 *
 * I1  Time starts in the middle of a window, so that a restart at a multiple of the window's length
 *     falls into the middle of one too.
 * I2  Scrapes fall on every hour and every window's start: scrapeMs divides both.
 *
 * Plain data: it goes to worker threads and into the report as it is.
 *
 * Units: …Ms milliseconds, …Bytes bytes; hours count from the start of the simulation.
 */
import { type WindowNumber, windowOfTime, windowStart } from "../base/units.ts";
import type { StoreSettings } from "../engine/store.ts";
import type { SnapshotConfiguration } from "../journal/snapshot-manifest.ts";

export const HOUR_MS = 3_600_000;
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Where sample values come from: chunks of given sizes, or the kinds that a cluster exposes. */
export type ValueSource = "sized" | "kubernetes";

export interface Scenario {
  readonly seriesCount: number;
  /** Hours simulated in all, and the hour of the restart. */
  readonly hours: number;
  readonly restartHour: number;
  readonly windowMs: number;
  readonly windowCount: number;
  readonly scrapeMs: number;
  readonly values: ValueSource;
  /** Of the lognormal distribution of full chunks ("sized"). */
  readonly chunkBytesMedian: number;
  readonly chunkBytesSigma: number;
  readonly goVersion: string;
  readonly gogcPercent: number | null;
  /** Collections beside those that the runtime starts; 0 is none. */
  readonly collectEveryMs: number;
  readonly seed: number;
}

/** The drill that is told of in docs/fragmentation.md. */
export const DEFAULT_SCENARIO: Scenario = {
  seriesCount: 2000,
  hours: 72,
  restartHour: 36,
  windowMs: 4 * HOUR_MS,
  windowCount: 8,
  scrapeMs: 15_000,
  values: "sized",
  chunkBytesMedian: 1900,
  chunkBytesSigma: 0.35,
  goVersion: "1.26",
  gogcPercent: 100,
  collectEveryMs: 0,
  seed: 1,
};

/** First moment of the simulation: the middle of a window. */
export function startOf(scenario: Scenario): number {
  const { windowMs } = scenario;
  return windowStart(windowOfTime(EPOCH_MS, windowMs), windowMs) + windowMs / 2;
}

/** The window that is open at the end of an hour, before the next one may begin. */
export function windowAtEndOf(scenario: Scenario, hour: number): WindowNumber {
  return windowOfTime(startOf(scenario) + hour * HOUR_MS - 1, scenario.windowMs);
}

/** The hour at which the last restored chunk has been dropped. */
export function expiryHour(scenario: Scenario): number {
  const turn = windowAtEndOf(scenario, scenario.restartHour) + scenario.windowCount;
  return (turn * scenario.windowMs - startOf(scenario)) / HOUR_MS;
}

/** Scrapes in a whole window: samples of a whole chunk. */
export function samplesPerWindow(scenario: Scenario): number {
  return scenario.windowMs / scenario.scrapeMs;
}

/** The store of a scenario. */
export function storeSettings(scenario: Scenario): StoreSettings {
  const { windowMs, windowCount, goVersion, gogcPercent, seed } = scenario;
  const unlimited = { outOfOrderMs: 0, seriesMax: 0, heapLimitBytes: 0 };
  return { windowMs, windowCount, goVersion, gogcPercent, seed, ...unlimited };
}

/** What the snapshots of a scenario are written under. */
export function snapshotConfiguration(scenario: Scenario): SnapshotConfiguration {
  const { windowMs, windowCount, goVersion } = scenario;
  return { chunkWindowMs: windowMs, chunksPerSeries: windowCount, goVersion };
}
