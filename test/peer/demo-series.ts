/**
 * The series that the compliance queries ask for: three instances of a demo service, a sample every
 * five seconds, the same for the same seed. Gauges that wander, counters that are reset at times,
 * histograms, a constant, a time of the last success, and a metric that comes and goes.
 *
 * Units: times are milliseconds since the epoch; `step` counts samples from 0.
 */
import { Prng } from "../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { literalSnappy } from "../http/write-bodies.ts";

export const SAMPLE_MS = 5000;
const REQUEST_SAMPLES = 5000;

/** What a series has at a step: a number, the end of the series, or nothing. */
type Point = number | "stale" | null;

interface DemoSeries {
  readonly labels: readonly (readonly [string, string])[];
  readonly next: (step: number) => Point;
}

const BOUNDS = Array.from({ length: 25 }, (_, i) => 0.0001 * 1.5 ** i);
const HANDLERS = [
  ...["/api/foo", "/api/bar"].flatMap((path) =>
    ["GET", "POST"].flatMap((method) => ["200", "500"].map((status) => ({ method, path, status }))),
  ),
  { method: "GET", path: "/api/nonexistent", status: "404" },
];

class Demo {
  readonly series: DemoSeries[] = [];
  private readonly prng: Prng;
  private readonly startMs: number;

  constructor(seed: number, startMs: number) {
    this.prng = new Prng(seed);
    this.startMs = startMs;
    for (const port of [10000, 10001, 10002]) this.addInstance(`demo.promlabs.com:${port}`);
  }

  private uniform(): number {
    return this.prng.below(2 ** 31) / 2 ** 31;
  }

  private add(name: string, labels: Readonly<Record<string, string>>, next: DemoSeries["next"]) {
    const all = Object.entries({ __name__: name, ...labels });
    this.series.push({ labels: all.sort(([a], [b]) => (a < b ? -1 : 1)), next });
  }

  private walk(mean: number): DemoSeries["next"] {
    let value = mean;
    return () => {
      value += ((this.uniform() - 0.5) * mean) / 25;
      value = Math.min(2 * mean, Math.max(0, value));
      return value;
    };
  }

  private counter(mean: number): DemoSeries["next"] {
    let value = 0;
    return () => {
      value = this.uniform() < 0.002 ? 0 : value + this.uniform() * 2 * mean;
      return value;
    };
  }

  private addInstance(instance: string): void {
    const base = { instance, job: "demo" };
    const memory = { buffers: 2e8, cached: 3e9, free: 8e8, used: 6e9 };
    for (const [type, mean] of Object.entries(memory)) {
      this.add("demo_memory_usage_bytes", { ...base, type }, this.walk(mean));
    }
    for (const mode of ["idle", "system", "user"]) {
      this.add("demo_cpu_usage_seconds_total", { ...base, mode }, this.counter(1.8));
    }
    this.add("demo_disk_usage_bytes", base, this.walk(5e10));
    this.add("demo_disk_total_bytes", base, () => 1e11);
    this.add("demo_num_cpus", base, () => 4);
    this.add("demo_is_holiday", base, () => 0);
    this.add("demo_batch_last_success_timestamp_seconds", base, (step) => {
      const last = step - (step % 60);
      return (this.startMs + last * SAMPLE_MS) / 1000;
    });
    this.add("up", base, () => (this.uniform() < 0.01 ? 0 : 1));
    const half = 40 + this.prng.below(30);
    this.add("demo_intermittent_metric", base, (step) => {
      const phase = step % (2 * half);
      return phase < half ? 1 : phase === half ? "stale" : null;
    });
    for (const handler of HANDLERS) this.addHistogram({ ...base, ...handler });
  }

  /** Buckets, count and sum of one handler; the first bucket of a step draws the requests. */
  private addHistogram(labels: Readonly<Record<string, string>>): void {
    const name = "demo_api_request_duration_seconds";
    const counts = new Array<number>(BOUNDS.length + 1).fill(0);
    let sum = 0;
    const draw = () => {
      for (let left = this.prng.below(9); left > 0; left--) {
        const seconds = Math.exp((this.uniform() + this.uniform() + this.uniform() - 1.5) * 2 - 4);
        sum += seconds;
        BOUNDS.forEach((bound, i) => {
          if (seconds <= bound) counts[i] = counts[i]! + 1;
        });
        counts[BOUNDS.length] = counts[BOUNDS.length]! + 1;
      }
    };
    BOUNDS.forEach((bound, i) => {
      this.add(`${name}_bucket`, { ...labels, le: String(bound) }, () => {
        if (i === 0) draw();
        return counts[i]!;
      });
    });
    const total = () => counts[BOUNDS.length]!;
    this.add(`${name}_bucket`, { ...labels, le: "+Inf" }, total);
    this.add(`${name}_count`, labels, total);
    this.add(`${name}_sum`, labels, () => sum);
  }
}

/** Bodies of write requests with `minutes` of the demo's samples, the last one at `endMs`. */
export function* demoRequests(
  seed: number,
  endMs: number,
  minutes: number,
): Generator<Uint8Array<ArrayBuffer>> {
  const stepCount = (minutes * 60_000) / SAMPLE_MS;
  const startMs = endMs - stepCount * SAMPLE_MS;
  const { series } = new Demo(seed, startMs);
  const encoder = new WriteRequestEncoder();
  let pending = 0;
  for (let step = 0; step <= stepCount; step++) {
    for (const { labels, next } of series) {
      const point = next(step);
      if (point === null) continue;
      encoder.beginSeries();
      for (const [name, value] of labels) encoder.label(name, value);
      const timeMs = startMs + step * SAMPLE_MS;
      if (point === "stale") encoder.staleMarker(timeMs);
      else encoder.sample(timeMs, point);
      encoder.endSeries();
      if (++pending < REQUEST_SAMPLES) continue;
      yield new Uint8Array(literalSnappy(encoder.finish()));
      encoder.clear();
      pending = 0;
    }
  }
  if (pending > 0) yield new Uint8Array(literalSnappy(encoder.finish()));
}
