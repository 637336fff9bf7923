/**
 * Three nodes as deploy/cluster sets them up answer as one big node does, also while one of them is
 * dead, and after it has come back. vmagent writes, Prometheus reads; docs/scale.md has the figures
 * that this prints.
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cpuBetween, cpuOf } from "../../bench/process-figures.ts";
import { ClusterProcesses, metricSum } from "./cluster-processes.ts";
import { burst, postWrite, SERIES_COUNT, STEP_MS, SteadyWriter } from "./cluster-writes.ts";
import { freePort } from "./free-port.ts";
import {
  differences,
  onceArrived,
  type Samples,
  sampleCount,
  samplesBetween,
} from "./prometheus-pair.ts";
import { fetchText, isInstalled } from "./running-process.ts";

const ALL = '{job=~"api|db|web"}';
const NODES = 3;
/** From a sample's acknowledgement by vmagent until a node has it, unless the machine is busy. */
const SETTLE_MS = 5000;
const LOAD_MS = 8000;
const DOWN_MS = 8000;
/** How often answers are compared at least, however long that takes. */
const ROUNDS_MIN = 3;
/** vmagent asks a node that was down again after 1, 2, 4, 8, 16 s. */
const RETURN_MS = 120_000;
const BURST = { series: 5000, steps: 200, stepsInBody: 2 };
const BURST_MS = 60_000;

/**
 * No window is longer than LOAD_MS: before the first sample of a counter, Prometheus before 3
 * extrapolates otherwise than Prometheus 3 and Spandrel.
 */
const QUERIES = [
  "temperature",
  "sum by (job) (rate(requests_total[7s]))",
  "sum by (code) (increase(errors_total[6s]))",
  "topk(3, bytes_total)",
  "max by (instance) (max_over_time(queue_length[6s]))",
  "sum(errors_total) / sum(requests_total)",
  'count({job=~"api|db|web"})',
  "quantile(0.9, temperature offset 3s)",
];

/** A query's result with 12 digits, since releases round sums otherwise, in the order of labels. */
async function ask(url: string, query: string, atMs: number): Promise<string[]> {
  const form = new URLSearchParams({ query, time: String(atMs / 1000) });
  const text = await fetchText(`${url}/api/v1/query?${form}`);
  if (text === undefined) throw new Error(`${url} did not answer ${query}`);
  const { result } = (JSON.parse(text) as { data: { result: object[] } }).data;
  const rounded = (key: string, value: unknown) =>
    key === "1" ? Number(value).toPrecision(12) : value;
  return result.map((series) => JSON.stringify(series, rounded)).sort();
}

const installed = ["prometheus", "vmagent"].map(isInstalled).every(Boolean);

describe.skipIf(!installed)("three nodes, each series on two of them", () => {
  const cluster = new ClusterProcesses();
  const held = new Map<string, Set<string>>();
  let writer: SteadyWriter;
  let firstMs = 0;

  /** Newest time whose samples the nodes that are up have, unless the machine is busy. */
  const settledMs = () => writer.lastMs - SETTLE_MS;

  function samplesOf(url: string, untilMs: number): Promise<Samples> {
    return samplesBetween(url, ALL, firstMs / 1000, untilMs / 1000);
  }

  async function expectSameAnswers(): Promise<void> {
    const untilMs = settledMs();
    const atMs = untilMs + STEP_MS / 2;
    const { reference: expected, own: actual } = await onceArrived(async () => ({
      reference: await samplesOf(cluster.bigUrl, atMs),
      own: await samplesOf(cluster.prometheusUrl, atMs),
    }));
    const steps = (untilMs - firstMs) / STEP_MS;
    expect(sampleCount(expected)).toBe(SERIES_COUNT * steps);
    expect(differences(expected, actual)).toEqual([]);
    expect(sampleCount(actual)).toBe(sampleCount(expected));
    for (const query of QUERIES) {
      const answer = await ask(cluster.bigUrl, query, atMs);
      expect(answer.length, query).toBeGreaterThan(0);
      expect(await ask(cluster.prometheusUrl, query, atMs), query).toEqual(answer);
    }
  }

  async function answerFor(durationMs: number): Promise<void> {
    const untilMs = performance.now() + durationMs;
    let rounds = 0;
    for (; rounds < ROUNDS_MIN || performance.now() < untilMs; rounds++) {
      await expectSameAnswers();
      await sleep(500);
    }
  }

  /** True when a node has every settled sample of the series that it is to hold. */
  async function isComplete(name: string): Promise<true | undefined> {
    const untilMs = settledMs();
    const own = await samplesOf(cluster.nodeUrl(name), untilMs);
    const expected = await samplesOf(cluster.bigUrl, untilMs);
    expect(held.get(name)?.size).toBeGreaterThan(0);
    for (const series of expected.keys()) {
      if (!held.get(name)?.has(series)) expected.delete(series);
    }
    return differences(expected, own).length === 0 ? true : undefined;
  }

  /** Tries until it holds; gives the seconds that took. */
  async function secondsUntil(what: string, limitMs: number, holds: () => Promise<unknown>) {
    const from = performance.now();
    while ((await holds()) === undefined) {
      if (performance.now() - from > limitMs) throw new Error(`no ${what} within ${limitMs} ms`);
      await sleep(250);
    }
    return (performance.now() - from) / 1000;
  }

  const dropped = () => metricSum(cluster.vmagentUrl, "vmagent_remotewrite_packets_dropped_total");

  beforeAll(async () => {
    await cluster.start(NODES);
    await startWriting();
  });

  async function startWriting(): Promise<void> {
    writer = new SteadyWriter([cluster.vmagentUrl, cluster.bigUrl]);
    firstMs = writer.lastMs;
    writer.start();
    await sleep(LOAD_MS + SETTLE_MS);
  }

  /** Which series each node has been sent since a time. */
  async function holdings(sinceMs: number): Promise<Map<string, Set<string>>> {
    const holdings = new Map<string, Set<string>>();
    for (const { name } of cluster.nodes) {
      const from = sinceMs / 1000;
      const own = await samplesBetween(cluster.nodeUrl(name), ALL, from, settledMs() / 1000);
      holdings.set(name, new Set(own.keys()));
    }
    return holdings;
  }

  afterAll(async () => {
    await writer?.stop().finally(() => cluster.end());
  });

  it("hold each series twice, and nobody holds all", async () => {
    const holders = new Map<string, number>();
    for (const { name } of cluster.nodes) {
      const series = [...(await samplesOf(cluster.nodeUrl(name), settledMs())).keys()];
      held.set(name, new Set(series));
      expect(series.length).toBeLessThan(SERIES_COUNT * 0.9);
      for (const one of series) holders.set(one, (holders.get(one) ?? 0) + 1);
    }
    expect(holders.size).toBe(SERIES_COUNT);
    expect(new Set(holders.values())).toEqual(new Set([2]));
  });

  it("answer as one big node does", expectSameAnswers);

  it("answer everything while one is dead, killed under load", async () => {
    await cluster.kill("spandrel-2");
    await answerFor(DOWN_MS);
  });

  it("are complete again some seconds after the dead one has returned", async () => {
    const from = performance.now();
    await cluster.startNode("spandrel-2");
    const readySeconds = (performance.now() - from) / 1000;
    await expectSameAnswers();
    const caughtUpSeconds = await secondsUntil("complete node", RETURN_MS, () =>
      isComplete("spandrel-2"),
    );
    const [ready, complete] = [readySeconds.toFixed(1), caughtUpSeconds.toFixed(1)];
    console.log(`ready ${ready} s after its start, complete ${complete} s later`);
    await expectSameAnswers();
  });

  it("answer everything from the returned one when another dies", async () => {
    await cluster.kill("spandrel-3");
    await sleep(SETTLE_MS + STEP_MS);
    await expectSameAnswers();
    await cluster.startNode("spandrel-3");
    await secondsUntil("complete node", RETURN_MS, () => isComplete("spandrel-3"));
    await expectSameAnswers();
  });

  it("had no block dropped by vmagent", async () => {
    expect(await dropped()).toBe(0);
  });

  it("take a burst, each its share", async () => {
    await writer.stop();
    await sleep(SETTLE_MS);
    const flags = [`-remoteWrite.url=${cluster.bigUrl}/api/v1/write`, "-remoteWrite.queues=1"];
    const address = `127.0.0.1:${await freePort()}`;
    const single = await cluster.startVmagent("vmagent-single", flags, address);
    const names = cluster.nodes.map(({ name }) => name);
    await sendBurst("vmagent-single", single, ["big"], 1);
    await sendBurst("vmagent", cluster.vmagentUrl, names, 2);
    expect(await dropped()).toBe(0);
  });

  it("move to a node that is added under load its share and nothing else", async () => {
    await startWriting();
    const before = await holdings(firstMs);
    const added = await cluster.addNode();
    const addedMs = writer.lastMs + STEP_MS;
    await answerFor(LOAD_MS + SETTLE_MS);
    const after = await holdings(addedMs);
    const share = after.get(added.name) ?? new Set();
    const moved = new Map<string, number>();
    for (const [name, held] of before) {
      const now = after.get(name) ?? new Set();
      for (const series of now) expect(held.has(series), `${series} came to ${name}`).toBe(true);
      for (const series of held) {
        if (!now.has(series)) moved.set(series, (moved.get(series) ?? 0) + 1);
      }
    }
    expect(new Set(moved.keys())).toEqual(share);
    expect(new Set(moved.values())).toEqual(new Set([1]));
    expect(await dropped()).toBe(0);
    const part = ((100 * share.size) / (2 * SERIES_COUNT)).toFixed(1);
    console.log(`${share.size} of ${2 * SERIES_COUNT} copies moved, ${part} %`);
    await writer.stop();
  });

  /** Samples that a process has stored since it was started. */
  function storedBy(name: string): Promise<number> {
    const url = name === "big" ? cluster.bigUrl : cluster.nodeUrl(name);
    return metricSum(url, "spandrel_samples_stored_total");
  }

  async function storedByAll(names: readonly string[]): Promise<number> {
    const stored = await Promise.all(names.map(storedBy));
    return stored.reduce((sum, one) => sum + one, 0);
  }

  /** Sends the burst through a vmagent until the nodes have it; prints what it took. */
  async function sendBurst(sender: string, url: string, names: readonly string[], copies: number) {
    const total = BURST.series * BURST.steps * copies;
    const stored = await storedByAll(names);
    const before = [...names, sender].map((name) => ({ name, cpu: cpuOf(cluster.pidOf(name)) }));
    const from = performance.now();
    const bodies = burst(BURST.series, BURST.steps, Date.now(), BURST.stepsInBody);
    for (const body of bodies) await postWrite(url, body);
    await secondsUntil("burst in the nodes", BURST_MS, async () =>
      (await storedByAll(names)) === stored + total ? true : undefined,
    );
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    const cpu = before.map(
      (one) => `${one.name} ${cpuBetween(one.cpu, cpuOf(cluster.pidOf(one.name))).toFixed(2)}`,
    );
    console.log(`${total} samples stored in ${seconds} s; CPU seconds: ${cpu.join(", ")}`);
  }
});
