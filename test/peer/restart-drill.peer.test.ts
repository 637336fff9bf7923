import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  differences,
  onceArrived,
  PrometheusPair,
  sampleCount,
  samplesBetween,
} from "./prometheus-pair.ts";
import { isInstalled } from "./running-process.ts";

const ALL = '{__name__=~".+",job=~"prometheus|spandrel"}';
const WRITING_MS = 12_000;
/** Remote write backs off for up to 5 s after a refusal; a busy machine takes longer. */
const SETTLE_MS = 12_000;

const installed = isInstalled("prometheus");

describe.skipIf(!installed)("a restart drill while a real Prometheus writes", () => {
  const pair = new PrometheusPair();
  let fromSeconds = 0;

  async function post(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(pair.spandrelUrl(path), { method: "POST" });
    expect(response.status).toBe(200);
    return ((await response.json()) as { data: Record<string, unknown> }).data;
  }

  beforeAll(async () => {
    await pair.startSpandrel();
    await pair.startPrometheus();
    fromSeconds = Math.floor(Date.now() / 1000);
    await sleep(WRITING_MS);
  });

  afterAll(() => pair.end());

  it("loses no sample, nor does a compaction behind it", async () => {
    const restart = "/api/v1/admin/drill/restart?capacity=exact&order=shuffled";
    expect(await post(restart)).toMatchObject({ capacity: "exact", order: "shuffled" });
    await sleep(WRITING_MS);
    const { durationSeconds, longestStepSeconds } = await post("/api/v1/admin/heap/compact");
    expect(durationSeconds).toBeGreaterThan(0);
    expect(longestStepSeconds).toBeGreaterThan(0);
    const untilSeconds = Math.floor(Date.now() / 1000);
    await sleep(SETTLE_MS);
    const { reference, own } = await onceArrived(async () => ({
      reference: await samplesBetween(pair.prometheusUrl(""), ALL, fromSeconds, untilSeconds),
      own: await samplesBetween(pair.spandrelUrl(""), ALL, fromSeconds, untilSeconds),
    }));
    expect(sampleCount(reference)).toBeGreaterThan(10_000);
    expect(differences(reference, own)).toEqual([]);
  });

  it("is on Prometheus' graphs as a change of the policy", async () => {
    const now = Math.floor(Date.now() / 1000);
    const name = 'spandrel_restore_info{capacity="exact",order="shuffled"}';
    const shown = await samplesBetween(pair.prometheusUrl(""), name, fromSeconds, now);
    expect(sampleCount(shown)).toBeGreaterThan(0);
  });
});
