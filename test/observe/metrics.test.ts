import { describe, expect, it } from "vitest";
import { DEFINED_METRICS, Metrics } from "../../src/observe/metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { parseExposition } from "../../src/wire/exposition.ts";
import { smallReading } from "../http/fake-reading.ts";
import { goMetricTable } from "./go-metric-table.ts";

const requests = new RequestCounts();
const build = { version: "1.2.3", revision: "abc", nodeVersion: "v20.0.0" };
let reading = smallReading;
let readings = 0;
const metrics = new Metrics(
  () => {
    readings++;
    return reading;
  },
  requests,
  build,
);

async function values(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const line of (await metrics.render()).split("\n")) {
    const space = line.lastIndexOf(" ");
    if (!line.startsWith("#") && space > 0) {
      found.set(line.slice(0, space), Number(line.slice(space + 1)));
    }
  }
  return found;
}

describe("/metrics", () => {
  it("shows the simulated heap under the names of a Go program", async () => {
    const shown = await values();
    const { heap } = smallReading;
    expect(shown.get("go_memstats_heap_alloc_bytes")).toBe(heap.metricsAllocBytes);
    expect(shown.get("go_memstats_alloc_bytes")).toBe(heap.metricsAllocBytes);
    expect(shown.get("go_memstats_heap_inuse_bytes")).toBe(heap.heapInuseBytes);
    expect(shown.get("go_memstats_heap_idle_bytes")).toBe(heap.heapIdleBytes);
    expect(shown.get("go_memstats_heap_sys_bytes")).toBe(heap.heapInuseBytes + heap.heapIdleBytes);
    expect(shown.get("go_memstats_next_gc_bytes")).toBe(4_194_304);
    expect(shown.get("go_memstats_last_gc_time_seconds")).toBe(1_700_000_000.5);
    expect(shown.get('go_info{version="go1.26"}')).toBe(1);
    expect(shown.get("go_gc_gogc_percent")).toBe(100);
    expect(shown.get("go_gc_gomemlimit_bytes")).toBe(2 ** 63);
    expect(shown.get("go_sched_gomaxprocs_threads")).toBe(1);
  });

  it("shows the collector's pauses as the heap computes them", async () => {
    const gcPauseQuantilesSeconds = [1, 2, 3, 4, 5] as const;
    const heap = {
      ...smallReading.heap,
      gcPauseQuantilesSeconds,
      gcPauseSumSeconds: 9,
      gcCount: 7,
    };
    reading = { ...smallReading, heap };
    const text = await metrics.render();
    reading = smallReading;
    expect(text).toContain(
      "# TYPE go_gc_duration_seconds summary\n" +
        'go_gc_duration_seconds{quantile="0"} 1\n' +
        'go_gc_duration_seconds{quantile="0.25"} 2\n' +
        'go_gc_duration_seconds{quantile="0.5"} 3\n' +
        'go_gc_duration_seconds{quantile="0.75"} 4\n' +
        'go_gc_duration_seconds{quantile="1"} 5\n' +
        "go_gc_duration_seconds_sum 9\n" +
        "go_gc_duration_seconds_count 7\n",
    );
  });

  it("shows what is switched off as Go shows it", async () => {
    reading = { ...smallReading, heap: { ...smallReading.heap, gogcPercent: null, limitBytes: 5 } };
    const shown = await values();
    reading = smallReading;
    expect(shown.get("go_gc_gogc_percent")).toBe(2 ** 64);
    expect(shown.get("go_gc_gomemlimit_bytes")).toBe(5);
  });

  it("shows the size classes that were used", async () => {
    const shown = await values();
    expect(shown.get('spandrel_heap_class_spans{class="1408"}')).toBe(1);
    expect(shown.get('spandrel_heap_class_slots_used{class="1408"}')).toBe(1);
    expect(shown.get('spandrel_heap_class_slots_free{class="1408"}')).toBe(10);
    expect(shown.get('spandrel_heap_class_slots_live{class="128"}')).toBe(2);
    expect(shown.get('spandrel_heap_class_unused_bytes{class="1408"}')).toBe(16_384 - 1408);
    expect(shown.get('spandrel_heap_class_spans{class="large"}')).toBe(1);
    expect(shown.has('spandrel_heap_class_spans{class="2048"}')).toBe(false);
  });

  it("shows the service's counts", async () => {
    requests.count("/api/v1/write", 204);
    requests.count("/api/v1/write", 204);
    requests.count("/api/v1/query", 400);
    requests.writeBodyBytes = 77;
    const shown = await values();
    expect(shown.get("spandrel_samples_stored_total")).toBe(1_234_567);
    expect(shown.get('spandrel_samples_refused_total{reason="out_of_order"}')).toBe(4);
    expect(shown.get('spandrel_samples_refused_total{reason="duplicate"}')).toBe(0);
    expect(shown.get('spandrel_http_requests_total{handler="/api/v1/write",code="204"}')).toBe(2);
    expect(shown.get('spandrel_http_requests_total{handler="/api/v1/query",code="400"}')).toBe(1);
    expect(shown.get("spandrel_write_body_bytes_total")).toBe(77);
    expect(shown.get("spandrel_series")).toBe(10);
    expect(shown.get("spandrel_snapshot_last_bytes")).toBe(5000);
    expect(shown.get("spandrel_restore_chunks")).toBe(70);
    const info = 'spandrel_build_info{version="1.2.3",revision="abc",nodeversion="v20.0.0"}';
    expect(shown.get(info)).toBe(1);
  });

  it("shows how long requests took, as a histogram", async () => {
    const counts = new RequestCounts();
    for (const seconds of [0.001, 0.0011, 0.2, 500]) counts.time("/api/v1/query", seconds);
    const text = await new Metrics(() => reading, counts, build).render();
    const name = "spandrel_http_request_duration_seconds";
    const lines = text.split("\n").filter((line) => line.includes(name));
    expect(lines[1]).toBe(`# TYPE ${name} histogram`);
    const bucket = (le: string, value: number) =>
      `${name}_bucket{le="${le}",handler="/api/v1/query"} ${value}`;
    expect(lines.slice(2, 5)).toEqual([bucket("0.001", 1), bucket("0.003", 2), bucket("0.01", 2)]);
    expect(lines).toContain(bucket("0.3", 3));
    expect(lines).toContain(bucket("120", 3));
    expect(lines.slice(-3)).toEqual([
      bucket("+Inf", 4),
      `${name}_sum{handler="/api/v1/query"} 500.2021`,
      `${name}_count{handler="/api/v1/query"} 4`,
    ]);
  });

  it("shows how full the spans are", async () => {
    const shown = await values();
    const spans = [...shown].filter(([key]) => key.startsWith("spandrel_heap_spans{"));
    expect(spans.map(([key]) => key.slice(31, -2))).toEqual(
      ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90"]
        .map((from) => `${from}-${Number(from) + 10}%`)
        .concat("full"),
    );
    expect(shown.get('spandrel_heap_spans{occupancy="full"}')).toBe(1);
  });

  it("shows the process beside them", async () => {
    const shown = await values();
    expect(shown.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(shown.has("process_cpu_seconds_total")).toBe(true);
    expect(shown.has("nodejs_active_handles_total")).toBe(false);
  });

  it("does not add up from one rendering to the next", async () => {
    const first = await values();
    const second = await values();
    for (const [name, value] of first) {
      if (name.startsWith("go_") || name.startsWith("spandrel_")) {
        expect([name, second.get(name)]).toEqual([name, value]);
      }
    }
  });

  it("reads the engine once for each rendering", async () => {
    readings = 0;
    await Promise.all([metrics.render(), metrics.render()]);
    expect(readings).toBe(2);
  });

  it("is what the self-scrape reads", async () => {
    const text = await metrics.render();
    const { samples, families } = parseExposition(text);
    expect(samples.length).toBe((await values()).size);
    expect(families.length).toBe((text.match(/^# TYPE /gm) ?? []).length);
  });
});

describe("the metric definitions", () => {
  it("have different names, and counters end in _total", () => {
    const names = DEFINED_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type } of DEFINED_METRICS) {
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
    }
  });

  const table = goMetricTable();
  it.runIf(table !== null)("say of go_… what client_golang says", () => {
    const own = new Map(DEFINED_METRICS.map(({ name, help }) => [name, help]));
    const go = [...own].filter(
      ([name]) => name.startsWith("go_memstats") || name.startsWith("go_gc"),
    );
    for (const [name, help] of table ?? []) {
      if (name !== "go_gc_duration_seconds") expect([name, own.get(name)]).toEqual([name, help]);
    }
    const older = new Set(["go_memstats_lookups_total"]);
    for (const [name] of go)
      expect([name, older.has(name) || table?.has(name)]).toEqual([name, true]);
  });
});
