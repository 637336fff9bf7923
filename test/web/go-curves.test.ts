/**
 * What real Go read stands behind the curves of the drill that was measured, and of no other.
 *
 * Units: bytes; hours from the start of the simulation.
 */
import { describe, expect, it } from "vitest";
import { DEFAULT_SCENARIO } from "../../src/drill/scenario.ts";
import type { DrillReport } from "../../src/http/api-types.ts";
import { goCurves } from "../../src/web/drill/go-curves.ts";

const HOURS = 72;
const RESTART_HOUR = 36;
const VERSIONS = ["1.15", "1.19", "1.24", "1.26"];

function reportOf(changes: Readonly<Record<string, number | string>>): DrillReport {
  return { scenario: { ...DEFAULT_SCENARIO, ...changes } } as unknown as DrillReport;
}

describe("curves of real Go", () => {
  it.each(VERSIONS)("cover the hours of the default drill under Go %s", async (goVersion) => {
    const gap = await goCurves(reportOf({ goVersion }), "gap");
    const inuse = await goCurves(reportOf({ goVersion }), "inuse");
    expect(gap?.get("no restart")).toHaveLength(RESTART_HOUR);
    for (const [run, column] of gap ?? []) {
      if (run === "no restart") continue;
      expect([run, column.length]).toEqual([run, HOURS]);
      expect(column.findIndex((bytes) => bytes !== null)).toBe(RESTART_HOUR);
      const whole = inuse?.get(run) ?? [];
      expect(column.every((bytes, hour) => (bytes ?? 0) <= (whole[hour] ?? 0))).toBe(true);
    }
  });

  it("have the incident in them: shuffled climbs, ordered does not", async () => {
    const gap = await goCurves(reportOf({}), "gap");
    const peakOf = (run: string) => Math.max(...(gap?.get(run) ?? []).map((bytes) => bytes ?? 0));
    expect(peakOf("exact+shuffled")).toBeGreaterThan(7 * peakOf("exact+time"));
  });

  it("stay away from drills that were not measured", async () => {
    for (const changes of [{ seriesCount: 2001 }, { restartHour: 30 }, { goVersion: "1.18" }]) {
      expect(await goCurves(reportOf(changes), "gap")).toBe(null);
    }
  });
});
