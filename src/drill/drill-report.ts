/**
 * The result of a drill as plain data for the page: readings, span maps, figures, conclusions.
 */
import type { DrillResult } from "./drill.ts";
import { drillFigures, type RunFigures } from "./figures.ts";
import type { SpanMap } from "./span-map.ts";
import { conclusions } from "./summary.ts";

function mapData({ title, hour, pagesPerCell, cells }: SpanMap) {
  return { title, hour, pagesPerCell, cells: Buffer.from(cells).toString("base64") };
}

function figureData({ gap, inuse, ...rest }: RunFigures) {
  return {
    name: rest.name,
    gapBeforeBytes: gap.beforeBytes,
    gapPeakBytes: gap.peakBytes,
    gapPeakHour: gap.peakHour,
    gapRatio: rest.gapRatio,
    wastedByteHours: rest.wastedByteHours,
    climbHours: inuse.climbHours,
    windowsPerSpan: rest.windowsPerSpan,
    restoreSeconds: rest.restoreSeconds,
  };
}

/** Everything that the page shows of a finished drill. */
export function drillReport(
  number: number,
  parameters: Readonly<Record<string, string>>,
  result: DrillResult,
) {
  const { scenario, before, runs } = result;
  return {
    number,
    parameters,
    scenario: { ...scenario },
    conclusions: conclusions(result),
    figures: drillFigures(result).map(figureData),
    before: { readings: before.readings, map: mapData(before.map) },
    runs: runs.map(({ name, restore, readings, maps }) => ({
      name,
      restored: restore?.reading ?? null,
      readings,
      maps: maps.map(mapData),
    })),
  };
}
