/**
 * GOGC=100 left to itself: the gap at each hourly reading beside five runs of the Go that is
 * installed. Real Go's cycles depend on timing, so its own spread is part of what is allowed.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import type { HeapAddress } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import type { GoRules } from "../../src/heap/go-rules.ts";
import { installedGoRules } from "./go-replay.ts";
import { PacingTrace } from "./pacing-trace.ts";

const RUNS = 5;
const HOURS = 36;
const ALLOWED_RATIO = 0.1;
const ALLOWED_BYTES = 256 << 10;
/** Lines between two turns of the background sweeper. */
const LINES_PER_TURN = 1000;
const SPANS_PER_TURN = 100;

interface Slice {
  address: HeapAddress;
  capacity: number;
}

/** The gap at each `stat` of a trace in the simulated heap. */
function simulatedGaps(rules: GoRules, trace: string): number[] {
  const clock = new ManualClock(0);
  const heap = new GoHeap({ rules, gogcPercent: 100, limitBytes: 0, memory: null, clock });
  const slices = new Map<number, Slice>();
  const gaps: number[] = [];
  for (const [number, line] of trace.trimEnd().split("\n").entries()) {
    const [kind, id, size] = line.split(" ") as [string, string, string];
    const slice = slices.get(Number(id));
    if (kind === "gc") heap.collect();
    else if (kind === "stat") {
      heap.flushCaches();
      gaps.push(heap.inUseBytes - heap.allocatedBytes);
    } else if (kind === "f") {
      heap.drop(slice!.address, slice!.capacity);
      slices.delete(Number(id));
    } else if (kind === "a") {
      const address = heap.allocate(Number(size));
      slices.set(Number(id), { address, capacity: Number(size) });
    } else while (slice!.capacity < Number(size)) grow(heap, slice!);
    if (number % LINES_PER_TURN === 0) heap.background(SPANS_PER_TURN);
  }
  return gaps;
}

function grow(heap: GoHeap, slice: Slice): void {
  const capacity = heap.grownCapacity(slice.capacity, slice.capacity + 1);
  const address = heap.allocate(capacity);
  heap.drop(slice.address, slice.capacity);
  slice.address = address;
  slice.capacity = capacity;
}

const rules = installedGoRules();

describe.skipIf(rules === null)("GOGC=100 in real Go and in the simulated heap", () => {
  const folder = mkdtempSync(join(tmpdir(), "spandrel-pacing-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "pacing");

  const realGaps = (trace: string): number[][] => {
    writeFileSync(join(folder, "trace"), trace);
    const env = { ...process.env, GOGC: "100", GOMAXPROCS: "1" };
    return Array.from({ length: RUNS }, () =>
      execFileSync(program, [join(folder, "trace")], { encoding: "utf8", env })
        .trim()
        .split("\n")
        .map(Number),
    );
  };

  it.each(["ingest", "restored"] as const)("leave gaps alike at every hour: %s", (kind) => {
    execFileSync("go", ["build", "-o", program, "./pacing"], {
      cwd: resolve(import.meta.dirname, "../oracle"),
      env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
    });
    const trace = new PacingTrace(rules!)[kind](HOURS);
    const simulated = simulatedGaps(rules!, trace);
    const real = realGaps(trace);
    const far: string[] = [];
    for (const [i, own] of simulated.entries()) {
      const seen = real.map((run) => run[i]!);
      const middle = [...seen].sort((a, b) => a - b)[RUNS >> 1]!;
      const spread = Math.max(...seen) - Math.min(...seen);
      const allowed = Math.max(ALLOWED_RATIO * middle, ALLOWED_BYTES, spread);
      const text = `reading ${i}: ${own}, real Go ${seen.join(" ")}`;
      console.log(text);
      if (Math.abs(own - middle) > allowed) far.push(text);
    }
    expect(real[0]).toHaveLength(simulated.length);
    expect(far).toEqual([]);
  });
});
