/**
 * The files of `--out`: curves.csv, drill.json, report.html, and the operation logs when kept.
 *
 * A file of an earlier drill is replaced.
 *
 * Units: as in reading.ts; gap and retained are computed from its figures.
 */
import { gzipSync } from "node:zlib";
import type { Disk } from "../base/disk.ts";
import type { GoComparison } from "./compare-go.ts";
import type { DrillResult } from "./drill.ts";
import { drillFigures } from "./figures.ts";
import { gapOf, type Reading, retainedOf } from "./reading.ts";
import { reportHtml } from "./report-html.ts";
import { conclusions } from "./summary.ts";

const CSV_HEAD = [
  ...["run", "label", "hour", "heap_alloc", "heap_inuse", "inuse_minus_alloc", "heap_objects"],
  ...["heap_sys", "heap_released", "sys_minus_released", "live_bytes", "total_alloc", "num_gc"],
  "never_asked_for",
];

/** Writes everything; returns the names of the files. */
export async function writeOutput(
  disk: Disk,
  directory: string,
  result: DrillResult,
  comparisons: readonly GoComparison[],
  writesLogs: boolean,
): Promise<string[]> {
  const files = new Map<string, Uint8Array | string>([
    ["curves.csv", curvesCsv(result)],
    ["drill.json", drillJson(result, comparisons)],
    ["report.html", reportHtml(result, comparisons)],
    ...(writesLogs ? logFiles(result) : []),
  ]);
  await disk.makeDirectory(directory);
  const present = new Set(await disk.list(directory));
  for (const [name, content] of files) {
    const path = `${directory}/${name}`;
    if (present.has(name)) await disk.remove(path);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const file = await disk.open(path, "create");
    try {
      await file.append(bytes, 0, bytes.length);
    } finally {
      await file.close();
    }
  }
  return [...files.keys()];
}

/** Every reading of every run; the shared hours before the restart stand once, as "before". */
export function curvesCsv({ before, runs }: DrillResult): string {
  const lines = [CSV_HEAD.join(",")];
  for (const reading of before.readings) lines.push(csvLine("before", reading));
  for (const { name, restore, readings } of runs) {
    if (restore !== null) lines.push(csvLine(name, restore.reading));
    for (const reading of readings) lines.push(csvLine(name, reading));
  }
  return `${lines.join("\n")}\n`;
}

function csvLine(run: string, reading: Reading): string {
  return [
    ...[run, reading.label, reading.hour, reading.allocBytes, reading.inuseBytes],
    ...[gapOf(reading), reading.objectCount, reading.sysBytes, reading.releasedBytes],
    ...[retainedOf(reading), reading.liveBytes, reading.totalAllocBytes, reading.cycleCount],
    reading.unaskedBytes,
  ].join(",");
}

/** Scenario, figures, conclusions and readings; without pictures and logs. */
export function drillJson(result: DrillResult, comparisons: readonly GoComparison[]): string {
  const { scenario, before, runs } = result;
  const content = {
    scenario,
    conclusions: conclusions(result),
    figures: drillFigures(result),
    comparedWithGo: comparisons,
    before: { readings: before.readings, snapshots: before.snapshots },
    runs: runs.map(({ name, policy, restore, readings }) => ({ name, policy, restore, readings })),
  };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** The traces, compressed: what came before the restart, then one per run. */
function logFiles({ before, runs }: DrillResult): [string, Uint8Array][] {
  const files: [string, Uint8Array][] = [];
  if (before.log !== null) files.push(["operations-before.trace.gz", gzipSync(before.log)]);
  for (const { name, log } of runs) {
    const word = name.replaceAll(/[+ ]/g, "-");
    if (log !== null) files.push([`operations-${word}.trace.gz`, gzipSync(log)]);
  }
  return files;
}
