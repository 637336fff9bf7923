import { spawnSync } from "node:child_process";
import { compress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { PrometheusPair } from "./prometheus-pair.ts";
import { isInstalled } from "./running-process.ts";

const SERIES_COUNT = 500;
const SAMPLE_COUNT = 200;
const STEP_MS = 60_000;

const installed = isInstalled("go");

/** Samples of the last hours, wild enough for their chunks to grow. */
function requestBody(): Buffer {
  const encoder = new WriteRequestEncoder();
  const nowMs = Date.now();
  encoder.clear();
  for (let series = 0; series < SERIES_COUNT; series++) {
    encoder.beginSeries();
    encoder.label("__name__", "wave");
    encoder.label("i", String(series));
    for (let k = 0; k < SAMPLE_COUNT; k++) {
      const value = series % 5 === 0 ? 1 : Math.sin(series * k) * 1e6;
      encoder.sample(nowMs - (SAMPLE_COUNT - k) * STEP_MS, value);
    }
    encoder.endSeries();
  }
  return Buffer.from(compress(Buffer.from(encoder.finish())));
}

describe.skipIf(!installed)("go tool pprof on a running Spandrel", () => {
  const pair = new PrometheusPair();

  /** Runs `go tool pprof` on a path of the server; fails with what it said. */
  function pprof(path: string, ...flags: string[]): string {
    const args = ["tool", "pprof", ...flags, pair.spandrelUrl(path)];
    const environment = { ...process.env, PPROF_TMPDIR: pair.directory, HOME: pair.directory };
    const { status, stdout, stderr } = spawnSync("go", args, {
      env: environment,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`go ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Total that -top shows, in bytes or counts. */
  function total(text: string): number {
    return Number(/of ([\d.]+)B? total/.exec(text)?.[1]);
  }

  async function memStats(): Promise<Record<string, number>> {
    const response = await fetch(pair.spandrelUrl("/api/v1/status/heap"));
    const { data } = (await response.json()) as { data: { memStats: Record<string, number> } };
    return data.memStats;
  }

  beforeAll(async () => {
    // No cycle of its own takes the garbage that a test looks for, whatever the time of day.
    await pair.startSpandrel("--self-scrape.interval=0", "--heap.gogc=off");
    const response = await fetch(pair.spandrelUrl("/api/v1/write"), {
      method: "POST",
      body: requestBody(),
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
      },
    });
    expect(response.status).toBe(204);
  });

  afterAll(() => pair.end());

  it("lists the bytes in use by window, and where they came from", () => {
    const text = pprof("/debug/pprof/heap", "-top");
    expect(text).toContain("Type: inuse_space");
    expect(text).toMatch(/ window \d{4}-\d\d-\d\dT\d\d:00:00Z/);
    expect(text).toContain("spandrel.ingest");
    expect(text).toContain("chunk.ChunkTable.growSlice");
  });

  it.each([
    ["inuse_space", "HeapAlloc"],
    ["inuse_objects", "HeapObjects"],
    ["alloc_space", "TotalAlloc"],
    ["alloc_objects", "Mallocs"],
  ])("shows with %s in all what MemStats has as %s", async (index, name) => {
    const unit = index.endsWith("space") ? ["-unit=B"] : [];
    const text = pprof("/debug/pprof/heap", "-top", `-sample_index=${index}`, ...unit);
    const stats = await memStats();
    expect(stats[name]).toBeGreaterThan(0);
    expect(total(text)).toBe(stats[name]);
  });

  it("reads the text form as well, whose addresses have no symbols", async () => {
    const text = pprof("/debug/pprof/heap?debug=1", "-top", "-unit=B", "-symbolize=none");
    expect(total(text)).toBe((await memStats())["HeapAlloc"]);
  });

  it("shows only what is referenced after gc=1", async () => {
    expect(pprof("/debug/pprof/heap", "-top")).toContain("waits for its sweep");
    const text = pprof("/debug/pprof/heap?gc=1", "-top", "-unit=B");
    expect(text).not.toContain("waits for its sweep");
    expect(total(text)).toBe((await memStats())["HeapAlloc"]);
  });

  it("takes allocations first from /debug/pprof/allocs", () => {
    expect(pprof("/debug/pprof/allocs", "-top")).toContain("Type: alloc_space");
  });

  it("finds a restart drill's chunks in its restore, and nothing of before", async () => {
    const url = pair.spandrelUrl("/api/v1/admin/drill/restart?capacity=exact&order=shuffled");
    const response = await fetch(url, { method: "POST" });
    expect(response.status).toBe(200);
    const text = pprof("/debug/pprof/heap", "-top", "-cum");
    expect(text).toContain("spandrel.restore");
    expect(text).not.toContain("spandrel.ingest");
    const metrics = await (await fetch(pair.spandrelUrl("/metrics"))).text();
    expect(metrics).toContain('spandrel_restore_info{capacity="exact",order="shuffled"} 1\n');
    expect(metrics).toMatch(/\nspandrel_heap_forecast_unused_bytes\{after="4h"\} \d+\n/);
  });
});
