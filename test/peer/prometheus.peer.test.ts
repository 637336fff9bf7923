import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  differences,
  onceArrived,
  PrometheusPair,
  sampleCount,
  samplesBetween,
} from "./prometheus-pair.ts";
import { fetchText, isInstalled } from "./running-process.ts";

const ALL = '{__name__=~".+",job=~"prometheus|spandrel"}';
const WRITING_MS = 62_000;
/** Remote write sends what it has after this long, unless the machine is busy. */
const SETTLE_MS = 6_000;
const CAPACITIES = ["class", "grow", "exact"];
const ORDERS = ["time", "series", "shuffled"];

const installed = isInstalled("prometheus");

describe.skipIf(!installed)("a real Prometheus that writes to Spandrel", () => {
  const pair = new PrometheusPair();
  let fromSeconds = 0;
  let toSeconds = 0;

  beforeAll(async () => {
    await pair.startSpandrel();
    await pair.startPrometheus();
    fromSeconds = Math.floor(Date.now() / 1000);
    await sleep(WRITING_MS);
    toSeconds = Math.floor(Date.now() / 1000);
    await sleep(SETTLE_MS);
  });

  afterAll(() => pair.end());

  const both = async (from: number, to: number) => ({
    reference: await samplesBetween(pair.prometheusUrl(""), ALL, from, to),
    own: await samplesBetween(pair.spandrelUrl(""), ALL, from, to),
  });

  it("finds every series and sample again with the same time and value", async () => {
    const { reference, own } = await onceArrived(() => both(fromSeconds, toSeconds));
    expect(toSeconds - fromSeconds).toBeGreaterThanOrEqual(60);
    expect(reference.size).toBeGreaterThan(500);
    expect(sampleCount(reference)).toBeGreaterThan(30_000);
    expect(differences(reference, own)).toEqual([]);
    expect(differences(own, reference)).toEqual([]);
    console.log(`${reference.size} series, ${sampleCount(reference)} samples equal`);
  });

  it("has its simulated heap on Prometheus' own graphs", async () => {
    const metric = "go_memstats_heap_inuse_bytes";
    const selector = `${metric}{job="spandrel"}`;
    const shown = await samplesBetween(pair.prometheusUrl(""), selector, fromSeconds, toSeconds);
    const values = [...shown.values()].flatMap((series) => [...series.values()].map(Number));
    expect(values.length).toBeGreaterThan(30);
    expect(Math.max(...values)).toBeGreaterThan(0);
    const text = await fetchText(pair.spandrelUrl("/metrics"));
    expect(text).toContain(metric);
  });

  const policies = CAPACITIES.flatMap((capacity) => ORDERS.map((order) => [capacity, order]));
  it.each(policies)("answers the same after a restart with %s capacity, %s order", async (c, o) => {
    const before = await samplesBetween(pair.spandrelUrl(""), ALL, fromSeconds, toSeconds);
    // The first start reads what the former process wrote; the second one what this policy wrote.
    for (let start = 0; start < 2; start++) {
      expect(await pair.stopSpandrel()).toBe(0);
      await pair.startSpandrel(`--restore.capacity=${c}`, `--snapshot.order=${o}`);
    }
    const after = await samplesBetween(pair.spandrelUrl(""), ALL, fromSeconds, toSeconds);
    expect(sampleCount(after)).toBe(sampleCount(before));
    expect(differences(before, after)).toEqual([]);
  });

  it("was written to without a gap through all the restarts", async () => {
    const untilSeconds = Math.floor(Date.now() / 1000);
    await sleep(SETTLE_MS);
    const { reference, own } = await onceArrived(() => both(fromSeconds, untilSeconds));
    expect(differences(reference, own)).toEqual([]);
    const shards = "prometheus_remote_storage_samples_failed_total";
    const failed = await samplesBetween(
      pair.prometheusUrl(""),
      shards,
      untilSeconds - 5,
      untilSeconds,
    );
    for (const series of failed.values()) {
      for (const value of series.values()) expect(value).toBe("0");
    }
  });
});
