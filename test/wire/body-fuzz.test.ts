import { describe, expect, it } from "vitest";
import { Kernel } from "../../src/kernel/kernel.ts";
import { START_MS, storeAt } from "../engine/store-fixtures.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { fuzzBodies } from "./body-fuzz.ts";

/* `npm run fuzz:wire` sends a million. */
describe("a mutated request body", () => {
  for (const [name, kernel] of [
    ["compiled", new Kernel()],
    ["as plain TypeScript", new Kernel(plainFunctions)],
  ] as const) {
    it(`has the references' verdict and samples, kernel ${name}`, () => {
      const { store } = storeAt(START_MS, {}, kernel);
      const counts = fuzzBodies(store, START_MS, 4000, 7);
      expect(counts.accepted).toBeGreaterThan(700);
      expect(counts.refusedSnappy).toBeGreaterThan(300);
      expect(counts.refusedProtobuf).toBeGreaterThan(500);
      expect(counts.knownSeries).toBeGreaterThan(1000);
    });
  }
});
