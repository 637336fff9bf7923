/**
 * Long queries in the threads of a built Spandrel: answered as by one that has none, given up when
 * their time is over or nobody waits, and beside them everything else goes on.
 */
import snappy from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { StartedServers } from "./started-servers.ts";

const SERIES = 20_000;
const SAMPLES = 40;
const STEP_MS = 15_000;
const NEWEST_MS = Math.floor(Date.now() / STEP_MS) * STEP_MS;
const FROM_MS = NEWEST_MS - (SAMPLES - 1) * STEP_MS;
const AT_ONCE = 4;
const START_TRIES = 100;
/** Longer than a text waits for its reader. */
const LATE_MS = 12_000;

const servers = new StartedServers("query-threads");
let threaded = "";
let alone = "";

/** One sample of every series. */
function bodyOf(sample: number): Uint8Array {
  const encoder = new WriteRequestEncoder();
  for (let i = 0; i < SERIES; i++) {
    encoder.beginSeries();
    encoder.label("__name__", i % 3 === 0 ? "gauge" : "count_total");
    encoder.label("instance", `höst-${i % 100}`);
    encoder.label("series", String(i));
    encoder.sample(FROM_MS + sample * STEP_MS, i % 3 === 0 ? (i * sample) % 17 : i + sample);
    encoder.endSeries();
  }
  return snappy.compress(encoder.finish());
}

async function write(origin: string, body: Uint8Array): Promise<number> {
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
  };
  const response = await fetch(`${origin}/api/v1/write`, { method: "POST", headers, body });
  return response.status;
}

interface Asked {
  readonly query: string;
  readonly [parameter: string]: string;
}

function request(origin: string, path: string, asked: Asked, signal?: AbortSignal) {
  const range = { start: `${FROM_MS / 1000}`, end: `${NEWEST_MS / 1000}`, step: "15s" };
  const times = path === "query" ? { time: `${NEWEST_MS / 1000}` } : range;
  const body = new URLSearchParams({ ...times, ...asked });
  return fetch(`${origin}/api/v1/${path}`, { method: "POST", body, signal: signal ?? null });
}

async function answer(origin: string, path: string, asked: Asked): Promise<string> {
  return (await request(origin, path, asked)).text();
}

async function metric(origin: string, name: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
}

const moved = (origin: string) => metric(origin, "spandrel_queries_moved_total");

/** Each takes several times as long as one that stays where it is. */
const LONG: readonly (readonly [path: string, asked: Asked])[] = [
  ["query_range", { query: "quantile_over_time(0.5, count_total[9m])" }],
  ["query_range", { query: "sum by (instance) (quantile_over_time(0.9, count_total[9m]))" }],
  ["query_range", { query: 'count_values by (series) ("v", gauge)' }],
  ["query_range", { query: "gauge - quantile_over_time(0.9, gauge[9m])", limit: "7" }],
  ["query", { query: "sort(quantile_over_time(0.5, deriv(count_total[5m])[10m:5s]))" }],
];

/** Asks long queries until the thread is there that the first of them has started. */
async function startThread(): Promise<void> {
  const [path, asked] = LONG[0]!;
  for (let i = 0; i < START_TRIES && (await moved(threaded)) === 0; i++) {
    await answer(threaded, path, asked);
  }
}

beforeAll(async () => {
  threaded = await servers.startSpandrel();
  alone = await servers.startSpandrel("--query.threads=0");
  for (let sample = 0; sample < SAMPLES; sample++) {
    const body = bodyOf(sample);
    for (const origin of [threaded, alone]) expect(await write(origin, body)).toBe(204);
  }
  await startThread();
});

afterAll(() => servers.end());

describe("a long query", () => {
  it.each(LONG)("by %s is answered as without threads: %j", async (path, asked) => {
    const before = await moved(threaded);
    expect(await answer(threaded, path, asked)).toBe(await answer(alone, path, asked));
    expect(await moved(threaded)).toBe(before + 1);
    expect(await moved(alone)).toBe(0);
  });

  it("tells what it has touched", async () => {
    const [path, asked] = LONG[0]!;
    const ask = async (origin: string) => {
      const text = await answer(origin, path, { ...asked, stats: "all" });
      return JSON.parse(text).data.stats.samples;
    };
    expect(await ask(threaded)).toEqual(await ask(alone));
  });

  it("is answered beside others like it", async () => {
    const [path, asked] = LONG[0]!;
    const all = Array.from({ length: AT_ONCE }, () => answer(threaded, path, asked));
    const one = await answer(alone, path, asked);
    for (const text of await Promise.all(all)) expect(text === one).toBe(true);
  });

  it("ends with its time", async () => {
    const [path, asked] = LONG[0]!;
    const before = await moved(threaded);
    const response = await request(threaded, path, { ...asked, timeout: "100ms" });
    expect(response.status).toBe(503);
    const error = "query timed out in expression evaluation";
    expect(await response.json()).toEqual({ status: "error", errorType: "timeout", error });
    expect(await moved(threaded)).toBe(before + 1);
  });

  it("ends when the client goes away", async () => {
    const [path, asked] = LONG[0]!;
    const before = await moved(threaded);
    const abort = new AbortController();
    const gone = request(threaded, path, asked, abort.signal).catch(() => "gone");
    await expect.poll(() => moved(threaded), { interval: 1 }).toBe(before + 1);
    abort.abort();
    expect(await gone).toBe("gone");
    await expect.poll(() => metric(threaded, "spandrel_queries_running")).toBe(0);
  });

  it("is read in part by one who goes away, and others are answered", async () => {
    const [path, asked] = LONG[0]!;
    const abort = new AbortController();
    const response = await request(threaded, path, asked, abort.signal);
    const reader = response.body!.getReader();
    expect((await reader.read()).value!.length).toBeGreaterThan(0);
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    expect((await answer(threaded, path, asked)) === (await answer(alone, path, asked))).toBe(true);
  });

  it("is answered whole to one who reads late", async () => {
    const [path, asked] = LONG[0]!;
    const response = await request(threaded, path, asked);
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    expect((await response.text()) === (await answer(alone, path, asked))).toBe(true);
  });

  it("lets writes through, and does not see them", async () => {
    const [path, asked] = LONG[0]!;
    const before = await moved(threaded);
    const asking = answer(threaded, path, asked);
    await expect.poll(() => moved(threaded), { interval: 1 }).toBe(before + 1);
    expect(await write(threaded, bodyOf(SAMPLES))).toBe(204);
    expect((await asking) === (await answer(alone, path, asked))).toBe(true);
    expect(await write(alone, bodyOf(SAMPLES))).toBe(204);
  });
});
