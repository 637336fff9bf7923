/**
 * Memory under churn: a tenth of the series is replaced every hour, for `hours` and then 32 more.
 *
 * With 0 it is a fresh store that holds the same as one that has seen any number of hours before.
 */
import { ManualClock } from "../../src/base/clock.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import { Store } from "../../src/engine/store.ts";
import { END_MS, STORE_SETTINGS, WINDOW_COUNT, WINDOW_MS } from "../filled-store.ts";
import { residentMib } from "./measure.ts";
import { PlainSeries } from "./plain-series.ts";
import type { Figures } from "./points.ts";

const SERIES = 20_000;
const SCRAPE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Every six minutes a hundredth of the series makes room for others. */
const REPLACED_EVERY_SCRAPES = 6;
const REPLACED = SERIES / 100;
/** A round in which every series is replaced once, scrapes. */
const ROUND_SCRAPES = (REPLACED_EVERY_SCRAPES * SERIES) / REPLACED;

/** How often the series at a place was replaced up to a scrape. */
function generationAt(place: number, scrape: number): number {
  const firstScrape = Math.floor(place / REPLACED) * REPLACED_EVERY_SCRAPES;
  return Math.floor((scrape - firstScrape) / ROUND_SCRAPES) + 1;
}

/** A counter with an uneven pace. */
function valueAt(place: number, scrape: number): number {
  return scrape * (place % 97) + ((place * 31 + scrape * 17) % 89);
}

export async function measureChurn(hours: number): Promise<Figures> {
  const firstMs = END_MS + 1 - WINDOW_COUNT * WINDOW_MS;
  const scrapesMax = (WINDOW_COUNT * WINDOW_MS) / SCRAPE_MS;
  const firstScrape = (-hours * HOUR_MS) / SCRAPE_MS;
  const clock = new ManualClock(firstMs + firstScrape * SCRAPE_MS);
  const store = new Store(STORE_SETTINGS, clock);
  const series = new PlainSeries(store);
  const refs: SeriesRef[] = new Array(SERIES);
  const generations = new Int32Array(SERIES).fill(-1_000_000);
  for (let scrape = firstScrape; scrape < scrapesMax; scrape++) {
    clock.set(firstMs + scrape * SCRAPE_MS);
    store.head.advance(clock.nowMs());
    for (let place = 0; place < SERIES; place++) {
      const generation = generationAt(place, scrape);
      if (generation !== generations[place]) {
        generations[place] = generation;
        refs[place] = series.add(`client-${place}-${generation}`);
      }
      series.append(refs[place]!, clock.nowMs(), valueAt(place, scrape));
    }
    store.settle();
  }
  store.verify();
  return {
    "memory, MiB": await residentMib(),
    "heap in use, MiB": store.heap.inUseBytes / 2 ** 20,
    series: store.head.index.series.liveCount,
  };
}
