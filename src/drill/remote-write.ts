/**
 * Sends the curves of a drill to a Prometheus (or anything else that takes remote write 1.0), as
 * the go_memstats_* that each simulated process would have exposed.
 *
 * An hour of the drill becomes `stepMs`, and the last reading is sent as of now: a Prometheus
 * refuses samples that are more than an hour behind its newest one.
 *
 * Units: …Ms milliseconds (times since the epoch).
 */
import snappyjs from "snappyjs";
import { TsdbError } from "../base/errors.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";
import type { DrillResult } from "./drill.ts";
import { type Reading, retainedOf } from "./reading.ts";
import { NO_RESTART, type RunResult } from "./run-policy.ts";

const TIMEOUT_MS = 30_000;
const SHOWN_CHARACTERS = 500;

interface SentMetric {
  readonly name: string;
  readonly of: (reading: Reading) => number;
}

const METRICS: readonly SentMetric[] = [
  { name: "go_gc_cycles_total_gc_cycles_total", of: ({ cycleCount }) => cycleCount },
  { name: "go_memstats_alloc_bytes_total", of: ({ totalAllocBytes }) => totalAllocBytes },
  { name: "go_memstats_heap_alloc_bytes", of: ({ allocBytes }) => allocBytes },
  { name: "go_memstats_heap_inuse_bytes", of: ({ inuseBytes }) => inuseBytes },
  { name: "go_memstats_heap_objects", of: ({ objectCount }) => objectCount },
  { name: "go_memstats_heap_released_bytes", of: ({ releasedBytes }) => releasedBytes },
  { name: "go_memstats_heap_sys_bytes", of: ({ sysBytes }) => sysBytes },
  { name: "spandrel_drill_retained_bytes", of: retainedOf },
];

/** The body of one write request with all curves, before compression. */
export function curvesRequest(result: DrillResult, endMs: number, stepMs: number): Uint8Array {
  const encoder = new WriteRequestEncoder();
  const lastHour = result.scenario.hours;
  for (const { name, of } of METRICS) {
    for (const run of result.runs) {
      encoder.beginSeries();
      encoder.label("__name__", name);
      encoder.label("job", "spandrel-drill");
      encoder.label("policy", run.name);
      for (const reading of sentReadings(result, run)) {
        encoder.sample(endMs - (lastHour - reading.hour) * stepMs, of(reading));
      }
      encoder.endSeries();
    }
  }
  return encoder.finish();
}

/** Sends the curves; returns how many series. TsdbError UNAVAILABLE with what the receiver said. */
export async function sendCurves(
  url: string,
  result: DrillResult,
  endMs: number,
  stepMs: number,
): Promise<number> {
  const body = new Uint8Array(snappyjs.compress(curvesRequest(result, endMs, stepMs)));
  const headers = {
    "content-encoding": "snappy",
    "content-type": "application/x-protobuf",
    "user-agent": "spandrel-drill",
    "x-prometheus-remote-write-version": "0.1.0",
  };
  const response = await post(url, headers, body);
  if (!response.ok) {
    const said = (await response.text()).slice(0, SHOWN_CHARACTERS).trim();
    throw new TsdbError("UNAVAILABLE", `remote write to ${url}: ${response.status} ${said}`);
  }
  return METRICS.length * result.runs.length;
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await fetch(url, { method: "POST", headers, body, signal });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.cause ?? cause) : cause;
    throw new TsdbError("UNAVAILABLE", `remote write to ${url} failed: ${String(why)}`, { cause });
  }
}

/** A restarted process has the hours before the restart in common with the one that goes on. */
function sentReadings({ before }: DrillResult, run: RunResult): readonly Reading[] {
  const last = before.readings.at(-1)!;
  return run.name === NO_RESTART ? [...before.readings, ...run.readings] : [last, ...run.readings];
}
