/**
 * The figures of a drill as tables on a terminal.
 *
 * Units: MiB with two decimals; hours from the start of the simulation.
 */
import { type Curve, HOURS_AFTER, type RunFigures } from "./figures.ts";
import { sparkline } from "./sparkline.ts";

const MIB = 2 ** 20;
const SPARK_COLUMNS = 36;

/** All tables, one after the other. */
export function drillTables(figures: readonly RunFigures[]): string {
  return [
    "heap_inuse - heap_alloc (MiB): what fragmentation costs",
    curveTable(figures, ({ gap }) => gap, false),
    "",
    "heap_inuse (MiB): spans that hold an object",
    curveTable(figures, ({ inuse }) => inuse, true),
    "",
    "heap_sys - heap_released (MiB): what the operating system sees, and what is noticed first",
    curveTable(figures, ({ retained }) => retained, true),
    "",
    "inuse_space of a heap profile (MiB): difference from the profile before the restart",
    profileTable(figures),
    "",
    "Why: windows whose chunks share a span, dead slices left by the restore, and how much of the",
    "largest gap lies in classes that ingestion never asks for",
    causeTable(figures),
    "",
    "What it costs",
    costTable(figures),
  ].join("\n");
}

/** Bytes as MiB; "-" for a reading that was not taken. */
export function mib(bytes: number | null): string {
  return bytes === null ? "-" : (bytes / MIB).toFixed(2);
}

function curveTable(
  figures: readonly RunFigures[],
  curveOf: (figures: RunFigures) => Curve,
  showsClimb: boolean,
): string {
  const max = Math.max(...figures.flatMap((one) => curveOf(one).values));
  const after = HOURS_AFTER.map((hours) => `+${hours}h`);
  const climb = showsClimb ? ["climbs for"] : [];
  const head = ["policy", "before", "restored", ...after, "peak", "at", ...climb, "curve"];
  const rows = figures.map((one) => {
    const curve = curveOf(one);
    return [
      one.name,
      mib(curve.beforeBytes),
      mib(curve.restoredBytes),
      ...curve.afterBytes.map(mib),
      mib(curve.peakBytes),
      `h${curve.peakHour}`,
      ...(showsClimb ? [`${curve.climbHours} h`] : []),
      sparkline(curve.values, max, SPARK_COLUMNS),
    ];
  });
  return aligned([head, ...rows]);
}

function profileTable(figures: readonly RunFigures[]): string {
  const head = ["policy", ...HOURS_AFTER.map((hours) => `+${hours}h`)];
  const rows = figures.map((one) => [one.name, ...one.profileDifferenceBytes.map(signedMib)]);
  return aligned([head, ...rows]);
}

function signedMib(bytes: number | null): string {
  return bytes !== null && bytes >= 0 ? `+${mib(bytes)}` : mib(bytes);
}

function causeTable(figures: readonly RunFigures[]): string {
  const head = ["policy", "windows a span", "garbage MiB", "cycles", "never asked for"];
  const rows = figures.map((one) => [
    one.name,
    one.windowsPerSpan.toFixed(2),
    mib(one.garbageBytes),
    one.restoreCycles === null ? "-" : String(one.restoreCycles),
    `${(100 * one.unaskedRatio).toFixed(0)}%`,
  ]);
  return aligned([head, ...rows]);
}

function costTable(figures: readonly RunFigures[]): string {
  const head = [
    ...["policy", "wasted MiB x h", "gap / normal", "restore s", "snapshot s", "snapshot MiB"],
  ];
  const rows = figures.map((one) => [
    one.name,
    (one.wastedByteHours / MIB).toFixed(1),
    one.gapRatio.toFixed(2),
    seconds(one.restoreSeconds),
    seconds(one.snapshotSeconds),
    mib(one.snapshotBytes),
  ]);
  return aligned([head, ...rows]);
}

function seconds(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

/** Columns side by side: the first to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
