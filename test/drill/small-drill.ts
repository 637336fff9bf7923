/**
 * A drill that runs in a few seconds: fewer series, everything else as the real one.
 */
import type { Clock } from "../../src/base/clock.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { type DrillResult, runDrill } from "../../src/drill/drill.ts";
import type { DrillMessage } from "../../src/drill/drill-job.ts";
import { launchHere } from "../../src/drill/launch.ts";
import { parsePolicies } from "../../src/drill/policies.ts";
import { DEFAULT_SCENARIO, type Scenario } from "../../src/drill/scenario.ts";

/** Half as many samples as the real drill, twice as far apart. */
export const SMALL: Scenario = {
  ...DEFAULT_SCENARIO,
  seriesCount: 240,
  scrapeMs: 30_000,
  chunkBytesMedian: 1400,
};

/** A clock that counts how often it was asked. */
export function countingClock(): Clock {
  let count = 0;
  return { nowMs: () => 0, monotonicMs: () => count++ };
}

export function smallDrill(
  policies: string,
  scenario: Partial<Scenario> = {},
  keepsLog = false,
  onMessage: (message: DrillMessage) => void = () => {},
): Promise<DrillResult> {
  return runDrill({
    scenario: { ...SMALL, ...scenario },
    policies: parsePolicies(policies)!,
    directory: "drill",
    keepsLog,
    threadCount: 1,
    launch: launchHere(new MemoryDisk(1), countingClock()),
    onMessage,
  });
}
