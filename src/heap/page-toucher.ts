/**
 * Real memory for a heap that will be filled soon, taken by a thread beside the one that fills it.
 *
 * The system gives a page when it is first written, and lets the writer wait some microseconds for
 * it: for a heap of 200 MB as long as copying its bytes takes. A restore knows beforehand how much
 * it will write, and has other things to do first (docs/adr/0025-pages-touched-ahead.md).
 *
 * I1  Whether the thread runs, and when, changes no result: whoever writes a page that it has not
 *     come to waits for it as ever.
 *
 * Threads need compiled files: from TypeScript nothing is done.
 *
 * Units: bytes.
 */
import { Worker } from "node:worker_threads";
import type { PageRange } from "./touch-pages.ts";

/** Less is not worth a thread. */
export const TOUCHED_BYTES_MIN = 32 << 20;

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const THREAD = new URL("./touch-thread.ts", import.meta.url);
THREAD.pathname = THREAD.pathname.replace(/\.ts$/, EXTENSION);
/** The thread makes next to no objects: MiB. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/** Lets a thread take real memory for ranges, if they are large. */
export function touchBeside(ranges: readonly PageRange[]): void {
  const bytes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  if (EXTENSION === ".ts" || bytes < TOUCHED_BYTES_MIN) return;
  const worker = new Worker(THREAD, { workerData: ranges, resourceLimits: LIMITS });
  worker.unref();
  // See I1: what it could not do is done without it.
  worker.on("error", () => {});
}
