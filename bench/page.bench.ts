/**
 * What the page costs the service: CPU of one look, of one map for the history, and of listing all
 * spans for a viewer, in a store with a full history.
 *
 *     npm run bench:page -- --series 100000
 *
 * Units: milliseconds of CPU; percent of one processor.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import type { Engine } from "../src/engine/engine.ts";
import { HeapRecorder } from "../src/engine/heap-recorder.ts";
import { listSpans } from "../src/engine/heap-status-spans.ts";
import { eventText } from "../src/http/event-stream.ts";
import { encodeSpans } from "../src/observe/span-bytes.ts";
import { filledStore } from "./filled-store.ts";

const MAPS = 5;
const PORTION = 32_768;
const { values } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    samples: { type: "string", default: "60" },
  },
});

function cpuMs(work: () => void, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

const store = filledStore(Number(values.series), Number(values.samples));
const snapshots = { writtenTotal: 0, failedTotal: 0, last: null };
const persistence = { snapshots, restored: null, restores: [] };
const engine = { state: "ready", hasStore: true, store, persistence } as unknown as Engine;
const recorder = new HeapRecorder(engine, systemClock);
const news = { state: "ready", timeMs: 0, figures: recorder.figures.frames[0] ?? null, events: [] };

const lookMs = cpuMs(() => {
  recorder.look();
  eventText("heap", { ...news, figures: recorder.figures.frames.at(-1) });
}, 200);
const before = process.cpuUsage();
for (let i = 0; i < MAPS; i++) await recorder.drawMap(store, systemClock.nowMs());
const { user, system } = process.cpuUsage(before);
const mapMs = (user + system) / 1000 / MAPS;
const listMs = cpuMs(() => {
  for (let page = 0, more = true; more; ) {
    const listing = listSpans(store, page, PORTION);
    encodeSpans(listing);
    page = listing.nextPage;
    more = page !== 0;
  }
}, 5);
const spans = store.heap.store.spans.inUseCount;
// As src/web/heap/heap-view.ts has it.
const pauseMs = Math.max(2000, (spans / 1000) * 200);
const heapMib = (store.heap.stats().heapInuseBytes / 2 ** 20).toFixed(0);
console.log(
  `${values.series} series, ${store.chunks.count} chunks, ${spans} spans, ${heapMib} MiB`,
);
console.log(`a look, each second, for all viewers: ${lookMs.toFixed(3)} ms`);
console.log(`a map for the history, every 15 s at first: ${mapMs.toFixed(1)} ms`);
console.log(
  `all spans, for a viewer of the whole map: ${listMs.toFixed(1)} ms every ${pauseMs} ms`,
);
const percent = (100 * (listMs / pauseMs)).toFixed(2);
console.log(`a viewer costs ${percent} %, the look ${(lookMs / 10).toFixed(3)} %`);
