/**
 * Line charts of a drill as SVG: every run on one clock, the hours before the restart shared.
 *
 * I1  All charts of a report have the same width, margins and hours, so that one pointer position
 *     is the same hour in each.
 *
 * Units: values are bytes, shown as MiB; coordinates are those of the viewBox; hours count from
 * the start of the simulation.
 */
import type { GoComparison } from "./compare-go.ts";
import type { DrillResult } from "./drill.ts";
import type { Reading } from "./reading.ts";
import { NO_RESTART, type RunResult } from "./run-policy.ts";
import { expiryHour } from "./scenario.ts";

/** What a chart shows. */
export interface ChartPlan {
  readonly title: string;
  readonly note: string;
  readonly of: (reading: Reading) => number;
  /** The same of a reading by real Go, where it can be had. */
  readonly ofGo: ((go: GoComparison["readings"][number]) => number) | null;
  /** Whether the vertical axis begins at 0 or at the lowest value. */
  readonly fromZero: boolean;
}

export const CHART = { width: 960, height: 280, left: 56, right: 12, top: 14, bottom: 30 } as const;
const MIB = 2 ** 20;
const TICKS = 5;
const COLOURS: readonly string[] = [
  ...["#d1495b", "#e08e1b", "#8f5bd1", "#2a7fba", "#c2549d", "#2c9c69", "#7a6a3a", "#3bb3b0"],
  ...["#5563c9", "#a0522d"],
];

/** The line's colour of a run by its place. */
export function colourOf(place: number): string {
  return place === 0 ? "var(--muted)" : COLOURS[(place - 1) % COLOURS.length]!;
}

/** One chart. `comparisons` adds what real Go read, as dots. */
export function chartSvg(
  result: DrillResult,
  plan: ChartPlan,
  comparisons: readonly GoComparison[],
): string {
  const values = [...result.before.readings, ...result.runs.flatMap(readingsOf)].map(plan.of);
  const highest = Math.max(...values);
  const lowest = plan.fromZero ? 0 : Math.min(...values);
  const step = niceStep((highest - lowest) / MIB / TICKS) * MIB;
  const low = Math.floor(lowest / step) * step;
  const high = Math.max(low + step, Math.ceil(highest / step) * step);
  const x = (hour: number) => across(result, hour);
  const y = (bytes: number) => round(bottom() - ((bytes - low) / (high - low)) * plotHeight());
  const axes = [horizontalLines(low, high, step, y), hourMarks(result)].join("");
  const lines = result.runs.map((run, place) => runPath(result, run, place, plan, x, y)).join("");
  const dots = comparisons.map((one) => goDots(result, one, plan, x, y)).join("");
  return (
    `<svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img" ` +
    `aria-label="${plan.title}">${axes}${lines}${dots}` +
    `<line class="pointer" y1="${CHART.top}" y2="${bottom()}" x1="-9" x2="-9"/></svg>`
  );
}

/** The readings of a run that lie on the clock. */
function readingsOf(run: RunResult): readonly Reading[] {
  return run.restore === null ? run.readings : [run.restore.reading, ...run.readings];
}

function runPath(
  result: DrillResult,
  run: RunResult,
  place: number,
  plan: ChartPlan,
  x: (hour: number) => number,
  y: (bytes: number) => number,
): string {
  const earlier = run.name === NO_RESTART ? result.before.readings : [];
  const points = [...earlier, ...readingsOf(run)].map(
    (reading) => `${x(reading.hour)} ${y(plan.of(reading))}`,
  );
  const dash = place > COLOURS.length ? ' stroke-dasharray="6 3"' : "";
  const paint = `class="line run-${place}" stroke="${colourOf(place)}"${dash}`;
  return `<path ${paint} d="M${points.join("L")}"/>`;
}

function goDots(
  result: DrillResult,
  comparison: GoComparison,
  plan: ChartPlan,
  x: (hour: number) => number,
  y: (bytes: number) => number,
): string {
  const { ofGo } = plan;
  if (ofGo === null) return "";
  const place = result.runs.findIndex(({ name }) => name === comparison.run);
  const circles = comparison.readings.map(
    (reading) => `<circle cx="${x(reading.hour)}" cy="${y(ofGo(reading))}" r="2.2"/>`,
  );
  return `<g class="go run-${place}" fill="${colourOf(place)}">${circles.join("")}</g>`;
}

function horizontalLines(
  low: number,
  high: number,
  step: number,
  y: (bytes: number) => number,
): string {
  let marks = "";
  for (let bytes = low; bytes <= high + step / 2; bytes += step) {
    const at = y(bytes);
    const text = Number((bytes / MIB).toFixed(2));
    marks +=
      `<line class="grid" x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${at}" ` +
      `y2="${at}"/><text x="${CHART.left - 6}" y="${at + 4}" text-anchor="end">${text}</text>`;
  }
  return marks;
}

/** Hours along the bottom, the restart, and the moment when nothing restored is left. */
function hourMarks(result: DrillResult): string {
  const { hours, restartHour } = result.scenario;
  const step = Math.max(4, Math.ceil(hours / 18 / 4) * 4);
  let marks = "";
  for (let hour = 0; hour <= hours; hour += step) {
    const at = across(result, hour);
    marks += `<text x="${at}" y="${CHART.height - 10}" text-anchor="middle">${hour}</text>`;
  }
  const events: [number, string][] = [
    [restartHour, "restart"],
    [expiryHour(result.scenario), "last restored chunk dropped"],
  ];
  for (const [hour, name] of events) {
    if (hour > hours) continue;
    const at = across(result, hour);
    marks +=
      `<line class="event" x1="${at}" x2="${at}" y1="${CHART.top}" y2="${bottom()}"/>` +
      `<text class="event" x="${at - 4}" y="${CHART.top + 8}" text-anchor="end">${name}</text>`;
  }
  return marks;
}

function across(result: DrillResult, hour: number): number {
  const plotWidth = CHART.width - CHART.left - CHART.right;
  return round(CHART.left + (hour / result.scenario.hours) * plotWidth);
}

function bottom(): number {
  return CHART.height - CHART.bottom;
}

function plotHeight(): number {
  return bottom() - CHART.top;
}

function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least) ?? 10;
  return factor * power;
}
