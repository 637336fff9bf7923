/**
 * Fresh random traces in the Go that is installed, against the simulated heap: equal figures at
 * every reading. GO_HEAP_SEED=n repeats a run.
 */
import { randomInt } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { replayTrace } from "../../src/heap/replay.ts";
import { randomTrace } from "../heap/random-trace.ts";
import { GoReplay, installedGoRules } from "./go-replay.ts";

const rules = installedGoRules();
const seed = Number(process.env["GO_HEAP_SEED"] ?? randomInt(2 ** 31));
const note = rules === null ? " (skipped: no Go here)" : "";
const TRACES = 5;

interface OurRecord {
  readonly line: number;
  readonly label: string;
  readonly heap_alloc: number;
  readonly heap_inuse: number;
  readonly heap_objects: number;
  readonly ms: { readonly Mallocs: number; readonly Frees: number; readonly TotalAlloc: number };
}

describe.skipIf(rules === null)(`real Go, seed ${seed}${note}`, () => {
  const go = rules === null ? null : new GoReplay(rules);
  afterAll(() => go?.dispose());

  for (let i = 0; i < TRACES; i++) {
    it(`says the same as the simulated heap about random trace ${i}`, () => {
      const shape = { operations: 30_000, ids: 2000 + 3000 * i, collectEvery: 900, statEvery: 400 };
      const trace = randomTrace(seed + i, shape);
      const ours: object[] = [];
      replayTrace(
        [new TextEncoder().encode(trace)],
        { rules: rules! },
        {
          record: (text) => {
            const { ms, ...record } = JSON.parse(text) as OurRecord;
            const { line, label, heap_alloc, heap_inuse, heap_objects } = record;
            ours.push({
              line,
              label,
              heap_alloc,
              heap_inuse,
              heap_objects,
              mallocs: ms.Mallocs,
              frees: ms.Frees,
              total_alloc: ms.TotalAlloc,
            });
          },
        },
      );
      const { readings } = go!.run(trace);
      expect(readings.length).toBeGreaterThan(30);
      const different = readings.findIndex((reading, at) => {
        return JSON.stringify(sorted(reading)) !== JSON.stringify(sorted(ours[at] ?? {}));
      });
      expect([different, readings[different] ?? null, ours[different] ?? null]).toEqual([
        -1,
        null,
        null,
      ]);
      expect(ours.length).toBe(readings.length);
    });
  }
});

function sorted(record: object): object {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
