/**
 * One process of the drill: a store on a simulated clock, scraped and read hour after hour.
 *
 * I1  An hour's scrapes lie in [hour - 1, hour); its reading is taken before the next window may
 *     begin. Each scrape first does the background work that is due, purging included.
 * I2  Nothing depends on when the process was started: one that was restored goes on with the
 *     scrape that the stopped one would have made.
 *
 * Units: hours from the start of the simulation; …Ms milliseconds.
 */
import { assert } from "../base/assert.ts";
import { ManualClock } from "../base/clock.ts";
import { Store } from "../engine/store.ts";
import { DrillHeap } from "./drill-heap.ts";
import { KubernetesValues } from "./kubernetes-values.ts";
import type { OperationLog } from "./operation-log.ts";
import { type Reading, readHeap } from "./reading.ts";
import { HOUR_MS, type Scenario, startOf, storeSettings } from "./scenario.ts";
import { SizedValues } from "./sized-values.ts";
import { type SpanMap, spanMap } from "./span-map.ts";
import type { Workload } from "./workload.ts";

/** Told after each hour. */
export type HourDone = (hour: number) => void;

export class Simulation {
  readonly scenario: Scenario;
  readonly clock: ManualClock;
  readonly heap: DrillHeap;
  readonly store: Store;
  readonly log: OperationLog | null;
  /** Readings of whole hours, and pictures, so far. */
  readonly readings: Reading[] = [];
  readonly maps: SpanMap[] = [];
  private workload: Workload | null = null;
  private hour: number;
  private collectedMs = Number.NaN;

  /**
   * A process with an empty store at the end of `hour`, which compacts its heap when packing would
   * save more than `compactThresholdPercent`; null = never.
   */
  constructor(
    scenario: Scenario,
    hour: number,
    log: OperationLog | null,
    compactThresholdPercent: number | null = null,
  ) {
    this.scenario = scenario;
    this.hour = hour;
    this.log = log;
    const endOfHour = startOf(scenario) + hour * HOUR_MS - 1;
    this.clock = new ManualClock(hour === 0 ? startOf(scenario) : endOfHour);
    this.heap = new DrillHeap(scenario, this.clock, log);
    const settings = { ...storeSettings(scenario), compactThresholdPercent };
    this.store = new Store(settings, this.clock, this.heap);
  }

  /** Runs to the end of `hour`. */
  runTo(hour: number, onHour: HourDone): void {
    assert(hour <= this.scenario.hours, "a simulation ends with its scenario");
    while (this.hour < hour) {
      this.runHour();
      this.readings.push(this.read(`h${this.hour}`));
      onHour(this.hour);
    }
  }

  /** Collects, unless this moment has just been collected, and reads the heap. */
  read(label: string): Reading {
    if (this.collectedMs !== this.clock.nowMs()) this.heap.collect();
    this.log?.recorded(label);
    return readHeap(this.heap, label, this.hour);
  }

  /** Takes a picture of the heap. */
  picture(title: string): void {
    this.maps.push(spanMap(this.heap, title, this.hour));
  }

  private runHour(): void {
    const { scenario, store, clock } = this;
    const { scrapeMs, collectEveryMs } = scenario;
    // Made late: a series without a chunk is none, so they are registered with the first scrape.
    this.workload ??= newWorkload(scenario, store);
    const start = startOf(scenario);
    const end = start + (this.hour + 1) * HOUR_MS;
    for (let time = end - HOUR_MS; time < end; time += scrapeMs) {
      clock.set(time);
      const window = store.head.presentWindow;
      store.settle();
      if (store.head.presentWindow !== window) this.picture(`window dropped, hour ${this.hour}`);
      this.workload.scrape(time);
      if (collectEveryMs > 0 && (time + scrapeMs - start) % collectEveryMs === 0) {
        clock.set(time + scrapeMs - 1);
        this.heap.collect();
        this.collectedMs = clock.nowMs();
      }
    }
    clock.set(end - 1);
    this.hour++;
  }
}

function newWorkload(scenario: Scenario, store: Store): Workload {
  if (scenario.values === "kubernetes") return new KubernetesValues(scenario, store.head);
  return new SizedValues(scenario, store.head);
}
