/**
 * The report of a drill: one HTML file that needs nothing from anywhere.
 *
 * Charts, tables and texts are in the file as they are; the script only adds pointer, legend and
 * span maps, so the report can be read without it.
 *
 * Units: bytes are shown as MiB.
 */
import { formatDuration } from "../base/duration.ts";
import type { GoComparison } from "./compare-go.ts";
import type { DrillResult } from "./drill.ts";
import { drillFigures, HOURS_AFTER, type RunFigures } from "./figures.ts";
import { gapOf, type Reading, retainedOf } from "./reading.ts";
import { type ChartPlan, chartSvg, colourOf } from "./report-chart.ts";
import { REPORT_SCRIPT } from "./report-script.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { NO_RESTART, type RunResult } from "./run-policy.ts";
import type { SpanMap } from "./span-map.ts";
import { conclusions } from "./summary.ts";
import { mib } from "./table.ts";

const MIB = 2 ** 20;
const PLANS: readonly ChartPlan[] = [
  {
    title: "heap_inuse - heap_alloc (MiB)",
    note: "What fragmentation costs: slots of spans in use that hold no object.",
    of: gapOf,
    ofGo: (go) => go.inuseBytes - go.allocBytes,
    fromZero: true,
  },
  {
    title: "heap_inuse (MiB)",
    note: "Spans that hold at least one object.",
    of: (reading) => reading.inuseBytes,
    ofGo: (go) => go.inuseBytes,
    fromZero: true,
  },
  {
    title: "heap_sys - heap_released (MiB)",
    note: "What the operating system sees of the heap, and what is noticed first.",
    of: retainedOf,
    ofGo: null,
    fromZero: true,
  },
  {
    title: "live bytes (MiB)",
    note: "What a heap profile's inuse_space estimates: never above the run without a restart.",
    of: (reading) => reading.liveBytes,
    ofGo: null,
    fromZero: true,
  },
];

/** The whole document. */
export function reportHtml(result: DrillResult, comparisons: readonly GoComparison[]): string {
  const { scenario } = result;
  const windows = `${scenario.windowCount} windows of ${formatDuration(scenario.windowMs)}`;
  const heading =
    `${scenario.seriesCount} series, ${scenario.hours} hours, restart at hour ` +
    `${scenario.restartHour}, ${windows}, rules of Go ${scenario.goVersion}, seed ${scenario.seed}`;
  const body = [
    "<main><h1>Restart drill</h1>",
    `<p class="note">${escaped(heading)}</p>`,
    `<h2>What it shows</h2><ul>${conclusions(result).map(listItem).join("")}</ul>`,
    comparisons.length > 0 ? goSection(comparisons) : "",
    `<h2>On one clock</h2>${legend(result)}${charts(result, comparisons)}`,
    mapSection(result),
    `<h2>Figures</h2><div class="panel">${figureTable(drillFigures(result))}</div>`,
    `<h2>Scenario</h2><div class="panel">${scenarioTable(result)}</div></main>`,
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Restart drill</title><style>${REPORT_STYLE}</style></head><body>`,
    ...body,
    `<script id="data" type="application/json">${pageData(result)}</script>`,
    `<script>${REPORT_SCRIPT}</script></body></html>\n`,
  ].join("\n");
}

function listItem(text: string): string {
  return `<li>${escaped(text)}</li>`;
}

function legend(result: DrillResult): string {
  const labels = result.runs.map(
    ({ name }, place) =>
      `<label><input type="checkbox" value="${place}" checked>` +
      `<i style="background:${colourOf(place)}"></i>${escaped(name)}</label>`,
  );
  return `<div class="legend">${labels.join("")}</div>`;
}

function charts(result: DrillResult, comparisons: readonly GoComparison[]): string {
  return PLANS.map(
    (plan) =>
      `<h3>${escaped(plan.title)}</h3><p class="note">${escaped(plan.note)}</p>` +
      `<div class="panel">${chartSvg(result, plan, comparisons)}<div class="values"></div></div>`,
  ).join("");
}

function goSection(comparisons: readonly GoComparison[]): string {
  const rows = comparisons.map(({ run, goVersion, operationCount, readings, differenceMax }) => {
    const cells = [run, goVersion, operationCount, readings.length, `${differenceMax} B`];
    return `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join("")}</tr>`;
  });
  return (
    "<h2>Real Go on the same operations</h2><p>Each run's operations were repeated in a Go " +
    "process that collects where the drill did. Its readings are the dots in the charts.</p>" +
    '<div class="panel"><table><tr><th>run</th><th>Go</th><th>operations</th><th>readings</th>' +
    `<th>largest difference</th></tr>${rows.join("")}</table></div>`
  );
}

function mapSection(result: DrillResult): string {
  const side = (chosen: number) => {
    const options = result.runs.map(
      ({ name }, place) =>
        `<option value="${place}"${place === chosen ? " selected" : ""}>${escaped(name)}</option>`,
    );
    return (
      `<div><select aria-label="run">${options.join("")}</select><canvas></canvas>` +
      '<p class="small"></p></div>'
    );
  };
  const last = result.runs.length - 1;
  return (
    "<h2>Span maps</h2><p>Each cell is a page of the heap, in order of address. Its colour is " +
    "the part of its span's slots that are live: " +
    '0%<span class="scale"></span>100%; no colour is no span.</p><div class="panel">' +
    '<input type="range" id="moment" min="0" value="1" aria-label="moment">' +
    '<p class="small" id="moment-name"></p>' +
    `<div class="maps">${side(Math.min(1, last))}${side(last)}</div></div>`
  );
}

function figureTable(figures: readonly RunFigures[]): string {
  const after = HOURS_AFTER.map((hours) => `+${hours} h`);
  const head = [
    ...["run", "gap before", "restored", ...after, "peak", "at", "gap / normal"],
    ...["wasted MiB x h", "inuse climbs", "retained climbs", "windows a span"],
    ...["never asked for", "restore s", "garbage MiB", "snapshot s"],
  ];
  const rows = figures.map((one) => [
    ...[one.name, mib(one.gap.beforeBytes), mib(one.gap.restoredBytes)],
    ...one.gap.afterBytes.map(mib),
    ...[mib(one.gap.peakBytes), `h${one.gap.peakHour}`, one.gapRatio.toFixed(2)],
    ...[(one.wastedByteHours / MIB).toFixed(1), `${one.inuse.climbHours} h`],
    ...[`${one.retained.climbHours} h`, one.windowsPerSpan.toFixed(2)],
    ...[`${(100 * one.unaskedRatio).toFixed(0)}%`, one.restoreSeconds?.toFixed(2) ?? "-"],
    ...[mib(one.garbageBytes), one.snapshotSeconds?.toFixed(2) ?? "-"],
  ]);
  const cells = (row: readonly string[], tag: string) =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${cells(head, "th")}${rows.map((row) => cells(row, "td")).join("")}</table>`;
}

function scenarioTable({ scenario }: DrillResult): string {
  const rows = Object.entries(scenario).map(
    ([name, value]) => `<tr><td>${name}</td><td>${escaped(String(value))}</td></tr>`,
  );
  return `<table>${rows.join("")}</table>`;
}

/** What the script needs: see report-script.ts. */
function pageData(result: DrillResult): string {
  const { scenario, before, runs } = result;
  const pictures = runs.map((run) => [before.map, ...run.maps]);
  const inOrder = pictures.flat().sort((a, b) => a.hour - b.hour);
  const moments = [...new Set(inOrder.map(({ title }) => title))];
  const content = {
    hours: scenario.hours,
    moments,
    cellsMax: Math.max(...pictures.flat().map(({ cells }) => cells.length)),
    charts: PLANS.map(({ of }) => runs.map((run) => hourlyTexts(result, run, of))),
    runs: runs.map(({ name }, place) => ({ name, maps: pictures[place]!.map(pictureData) })),
  };
  return JSON.stringify(content).replaceAll("<", "\\u003c");
}

function pictureData({ title, pagesPerCell, cells }: SpanMap) {
  return { title, moment: title, pagesPerCell, cells: Buffer.from(cells).toString("base64") };
}

/** Values by hour as texts; null where a run has none. */
function hourlyTexts(
  { scenario, before }: DrillResult,
  run: RunResult,
  of: (reading: Reading) => number,
): (string | null)[] {
  const texts: (string | null)[] = new Array(scenario.hours + 1).fill(null);
  const earlier = run.name === NO_RESTART ? before.readings : [];
  const restored = run.restore === null ? [] : [run.restore.reading];
  for (const reading of [...earlier, ...restored, ...run.readings]) {
    texts[reading.hour] = mib(of(reading));
  }
  return texts;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
