/**
 * What a stretch of time was spent on: V8's profiler within the process, one stretch cut out of its
 * samples.
 *
 * Units: …Ms milliseconds of performance.now(); the profile's own times are µs of the monotonic
 * clock.
 */
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";

/** Between two samples. */
const INTERVAL_US = 100;
const LINES_MAX = 25;
/** Of a clock that the profiler shares with hrtime, where performance.now() is 0. */
const ORIGIN_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

function nameOf({ callFrame }: Profiler.ProfileNode): string {
  const { functionName, url, lineNumber } = callFrame;
  const place = url === "" ? "" : ` ${url.slice(url.lastIndexOf("/") + 1)}:${lineNumber + 1}`;
  return `${functionName || "(anonymous)"}${place}`;
}

export class TurnProfiler {
  private session: Session | null = null;

  async start(): Promise<void> {
    this.session = new Session();
    this.session.connect();
    await this.session.post("Profiler.enable");
    await this.session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    await this.session.post("Profiler.start");
  }

  /** Ends; the functions of [fromMs, toMs], by the time in themselves and in what they called. */
  async stop(fromMs: number, toMs: number): Promise<string[]> {
    if (this.session === null) return [];
    const { profile } = await this.session.post("Profiler.stop");
    this.session.disconnect();
    this.session = null;
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const parents = new Map<number, number>();
    for (const { id, children } of profile.nodes) {
      for (const child of children ?? []) parents.set(child, id);
    }
    const own = new Map<string, number>();
    const whole = new Map<string, number>();
    let atUs = profile.startTime;
    for (const [i, sample] of (profile.samples ?? []).entries()) {
      const deltaUs = profile.timeDeltas?.[i] ?? 0;
      atUs += deltaUs;
      const atMs = atUs / 1000 - ORIGIN_MS;
      if (atMs < fromMs || atMs > toMs) continue;
      const stack = new Set<string>();
      for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
        stack.add(nameOf(nodes.get(id)!));
      }
      const top = nameOf(nodes.get(sample)!);
      own.set(top, (own.get(top) ?? 0) + deltaUs / 1000);
      for (const name of stack) whole.set(name, (whole.get(name) ?? 0) + deltaUs / 1000);
    }
    const rows = [...whole].sort((a, b) => b[1] - a[1]).slice(0, LINES_MAX);
    return rows.map(
      ([name, ms]) =>
        `${ms.toFixed(1).padStart(7)} ${(own.get(name) ?? 0).toFixed(1).padStart(7)}  ${name}`,
    );
  }
}
