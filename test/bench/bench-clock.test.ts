/** A bench and its server see the same time, which is far from the ends of a window. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { BenchClock, MID_WINDOW_MS } from "../../bench/bench-clock.ts";
import { WINDOW_MS } from "../../bench/peers/stream-plan.ts";

const HOUR_MS = 3_600_000;
/** Longer than a process takes to start on any machine. */
const START_MS_MAX = 60_000;

/** Prints the time that the main thread sees, and a worker of it. */
const WORKER =
  'import { parentPort } from "node:worker_threads"; parentPort.postMessage(Date.now());';
const PROGRAM = `
  const { Worker } = require("node:worker_threads");
  const url = new URL("data:text/javascript,${encodeURIComponent(WORKER)}");
  const print = (timeMs) => console.log(JSON.stringify([Date.now(), timeMs]));
  new Worker(url).once("message", print);
`;

describe("a clock that starts at a fixed moment", () => {
  const clock = new BenchClock(MID_WINDOW_MS);

  it("is two hours from either end of a window", () => {
    expect(MID_WINDOW_MS % WINDOW_MS).toBe(2 * HOUR_MS);
    expect(WINDOW_MS).toBe(4 * HOUR_MS);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(MID_WINDOW_MS);
    expect(clock.nowMs()).toBeLessThan(MID_WINDOW_MS + START_MS_MAX);
  });

  it("is that of a server and its threads", () => {
    const fromMs = clock.nowMs();
    const seen = execFileSync("node", [clock.nodeOption, "-e", PROGRAM], { encoding: "utf8" });
    const toMs = clock.nowMs();
    for (const timeMs of JSON.parse(seen) as number[]) {
      expect(timeMs).toBeGreaterThanOrEqual(fromMs);
      expect(timeMs).toBeLessThanOrEqual(toMs);
    }
  });
});
