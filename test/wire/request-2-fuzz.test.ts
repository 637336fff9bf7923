import { describe, expect, it } from "vitest";
import { Kernel } from "../../src/kernel/kernel.ts";
import { START_MS, storeAt } from "../engine/store-fixtures.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { fuzzRequests2 } from "./request-2-fuzz.ts";

/* `npm run fuzz:wire` sends a million. */
describe("a mutated 2.0 request", () => {
  for (const [name, kernel] of [
    ["compiled", new Kernel()],
    ["as plain TypeScript", new Kernel(plainFunctions)],
  ] as const) {
    it(`has the reference's verdict and samples, kernel ${name}`, () => {
      const { store } = storeAt(START_MS, {}, kernel);
      const counts = fuzzRequests2(store, START_MS, 4000, 7);
      expect(counts.accepted).toBeGreaterThan(1000);
      expect(counts.refused).toBeGreaterThan(500);
      expect(counts.knownSeries).toBeGreaterThan(1000);
      expect(counts.takenSeries).toBeGreaterThan(500);
      expect(counts.knownFamilies).toBeGreaterThan(300);
    });
  }
});
