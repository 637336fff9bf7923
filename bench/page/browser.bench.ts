/**
 * The page in a browser over a service with a large heap: what a frame costs while the span map is
 * panned and zoomed, and what viewers cost the service. Of a heap of 10 GiB it is told the spans
 * only (part `large`): a service that holds so much takes longer to fill than the bench runs.
 *
 *     npm run bench:page:browser
 *     npm run bench:page:browser -- --attach PID:PORT --parts frames --seconds 5
 *
 * A service of its own is filled first, 1 GiB of simulated heap in 100,000 series, which takes a
 * minute. Needs chromium and a build. A frame's figure is CPU time of the page's main thread, all
 * of it; on a machine that does something else too, wall time says little.
 *
 * Units: milliseconds a frame; percent of one processor; MiB of heap_inuse.
 */
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import type { HeapReply } from "../../src/http/api-types.ts";
import { appendResult, machine, printTable } from "../results.ts";
import { attachServer } from "../server-under-test.ts";
import { startFilledService } from "./filled-service.ts";
import { type Panning, panned, SCREENS } from "./panning.ts";
import { SyntheticHeap } from "./synthetic-heap.ts";
import { viewerCosts } from "./viewers.ts";

const MIB = 2 ** 20;
const VIEWERS = [0, 1, 5];
const VIEWER_SECONDS = 30;
const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    "chunk-bytes": { type: "string", default: "1500" },
    seconds: { type: "string", default: "8" },
    attach: { type: "string" },
    parts: { type: "string", default: "frames,large,viewers" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("../results/page.jsonl", import.meta.url)),
    },
  },
});

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

function frameRow({ screen, zoom, frames: { cpuMs, wallMs } }: Panning): Record<string, string> {
  const of = (values: readonly number[], part: number) => percentile(values, part).toFixed(1);
  return {
    ...{ screen, zoom, frames: String(cpuMs.length) },
    "CPU p50 ms": of(cpuMs, 0.5),
    "p95 ms": of(cpuMs, 0.95),
    "max ms": of(cpuMs, 1),
    "wall p50 ms": of(wallMs, 0.5),
    "wall p95 ms": of(wallMs, 0.95),
  };
}

async function heapFacts(origin: string): Promise<Record<string, string>> {
  const reply = await fetch(`${origin}/api/v1/status/heap`);
  const { memStats } = ((await reply.json()) as { data: HeapReply }).data;
  return {
    inuseMiB: (Number(memStats["HeapInuse"]) / MIB).toFixed(0),
    load: loadavg()[0]?.toFixed(1) ?? "",
  };
}

async function frameRows(
  browser: Browser,
  origin: string,
  heap: SyntheticHeap | null,
): Promise<Record<string, string>[]> {
  console.log(heap === null ? "the service's heap" : `10 GiB, ${heap.count} spans`);
  const rows: Record<string, string>[] = [];
  for (const screen of SCREENS) {
    const all = await panned(browser, origin, screen, Number(options.seconds), heap);
    rows.push(...all.map(frameRow));
  }
  printTable(rows);
  return rows;
}

async function measure(browser: Browser): Promise<void> {
  const parts = options.parts.split(",");
  const service =
    options.attach === undefined
      ? await startFilledService(Number(options.series), Number(options["chunk-bytes"]))
      : attachServer(options.attach);
  try {
    const origin = `http://127.0.0.1:${service.port}`;
    const facts = await heapFacts(origin);
    console.log(`${options.series} series, ${facts["inuseMiB"]} MiB, load ${facts["load"]}`);
    const rows = parts.includes("frames") ? await frameRows(browser, origin, null) : [];
    const heap = parts.includes("large") ? new SyntheticHeap() : null;
    const large = heap === null ? [] : await frameRows(browser, origin, heap);
    const viewers: Record<string, string>[] = [];
    if (parts.includes("viewers")) {
      const costs = await viewerCosts(browser, service, VIEWERS, VIEWER_SECONDS);
      viewers.push(
        ...costs.map((one) => ({
          viewers: String(one.viewers),
          "CPU %": one.cpuPercent.toFixed(2),
        })),
      );
      printTable(viewers);
    }
    const { series } = options;
    const figures = { frames: rows, framesAt10GiB: large, viewers };
    appendResult(options.results, { ...machine(), series, ...facts, ...figures });
  } finally {
    await service.stop();
  }
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
});
try {
  await measure(browser);
} finally {
  await browser.close();
}
