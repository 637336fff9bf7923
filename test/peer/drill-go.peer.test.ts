/**
 * A drill repeated in the Go that is installed: equal figures at every reading, the whole incident
 * long.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NodeDisk } from "../../src/base/disk.ts";
import { compareWithGo } from "../../src/drill/compare-go.ts";
import { smallDrill } from "../drill/small-drill.ts";
import { installedGoRules } from "./go-replay.ts";

const rules = installedGoRules();
const note = rules === null ? " (skipped: no Go here)" : "";

describe.skipIf(rules === null)(`a drill in real Go${note}`, () => {
  it("is the same at every reading after a collection", async () => {
    const policies = "exact+time+copy,grow+time,oneshot+series";
    const result = await smallDrill(policies, { goVersion: rules!.version }, true);
    const directory = mkdtempSync(join(tmpdir(), "spandrel-drill-go-"));
    try {
      const place = { disk: new NodeDisk(), directory };
      const comparisons = await compareWithGo(result, place, () => {});
      expect(comparisons.map(({ run }) => run)).toEqual(result.runs.map(({ name }) => name));
      for (const { differenceMax, readings, operationCount } of comparisons) {
        expect(differenceMax).toBe(0);
        expect(readings.length).toBeGreaterThan(36);
        expect(operationCount).toBeGreaterThan(10_000);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
