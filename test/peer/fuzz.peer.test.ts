/**
 * The HTTP surface of a real process, fuzzed for half a minute; `npm run fuzz` is the long form.
 */
import { expect, it } from "vitest";
import { fuzz } from "../../bench/fuzz/fuzz.ts";

it("outlives damaged bodies, hostile queries and lazy connections, and loses nothing", async () => {
  const report = await fuzz({
    seed: 1,
    first: 0,
    bodies: 10_000,
    queries: 300,
    connections: 200,
    restMs: 2000,
    // Of so short a run the memory of its first part says little.
    growthMax: 1,
    say: () => {},
  });
  expect(report.faults).toEqual([]);
  expect(report.truthSamples).toBe(2500);
  expect(report.statuses.get(400)).toBeGreaterThan(5000);
  expect(report.statuses.get(204)).toBeGreaterThan(100);
});
