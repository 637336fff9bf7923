/**
 * Main-thread time of every frame that a page draws, read from a trace of the browser.
 *
 * I1  A frame lasts from its begin to the next frame's; all tasks of the page's main thread that
 *     begin within it count: script, style, layout, paint, and what came by the network.
 *
 * Units: milliseconds; CPU is the thread's own time, wall includes what others on the machine took.
 */
import type { Browser, Page } from "playwright-core";

const CATEGORIES = ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"];
const MICROSECONDS = 1000;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: Readonly<Record<string, unknown>> };
}

export interface FrameTimes {
  readonly cpuMs: readonly number[];
  readonly wallMs: readonly number[];
}

/** The main thread that ran most script: a browser may have helpers of the same name. */
function mainThread(events: readonly TraceEvent[]): (event: TraceEvent) => boolean {
  const named = events.filter(
    ({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain",
  );
  const frames = (thread: TraceEvent) =>
    events.filter(
      ({ name, pid, tid }) =>
        name === "FireAnimationFrame" && pid === thread.pid && tid === thread.tid,
    ).length;
  const main = named.toSorted((a, b) => frames(b) - frames(a))[0];
  if (main === undefined) throw new Error("the trace names no main thread");
  return ({ pid, tid }) => pid === main.pid && tid === main.tid;
}

/** Frames in which the page drew, of the events of a trace. */
export function frameTimes(events: readonly TraceEvent[]): FrameTimes {
  const isMain = mainThread(events);
  const own = events.filter(isMain).toSorted((a, b) => a.ts - b.ts);
  const begins = own.filter(({ name }) => name === "FireAnimationFrame").map(({ ts }) => ts);
  const cpuMs = new Array<number>(begins.length).fill(0);
  const wallMs = new Array<number>(begins.length).fill(0);
  let frame = -1;
  let endTs = 0;
  for (const { ph, ts, dur = 0, tdur = 0 } of own) {
    if (ph !== "X" || ts < endTs) continue;
    endTs = ts + dur;
    while (frame + 1 < begins.length && begins[frame + 1]! < endTs) frame++;
    if (frame < 0) continue;
    cpuMs[frame]! += tdur / MICROSECONDS;
    wallMs[frame]! += dur / MICROSECONDS;
  }
  return { cpuMs, wallMs };
}

/** Frame times of a page while `work` is done to it. */
export async function traceFrames(
  browser: Browser,
  page: Page,
  work: () => Promise<void>,
): Promise<FrameTimes> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const trace = await browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString("utf8")) as { traceEvents: TraceEvent[] };
  return frameTimes(traceEvents);
}
