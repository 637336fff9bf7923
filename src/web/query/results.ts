/**
 * Answers as people read them: a graph with its series, a table, and what was touched.
 *
 * I1  At most GRAPH_SERIES_MAX series are drawn and TABLE_ROWS_MAX rows shown; more are counted.
 *
 * Units: times in answers are seconds.
 */
import type { QueryReply, QueryStatistics, ResultSeries } from "../../http/api-types.ts";
import { Chart } from "../base/chart.ts";
import { el, swatch } from "../base/element.ts";
import { countText } from "../base/figure-text.ts";
import { lineColour } from "../base/line-colours.ts";

const GRAPH_SERIES_MAX = 60;
const TABLE_ROWS_MAX = 500;
const GRAPH_PIXELS_MIN = 320;
const GRAPH_PIXELS_MAX = 560;
/** A label set as it is written in PromQL. */
export function metricText(metric: Readonly<Record<string, string>>): string {
  const { __name__: name = "", ...rest } = metric;
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  if (pairs.length === 0) return name === "" ? "{}" : name;
  return `${name}{${pairs.join(", ")}}`;
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e12 || size < 1e-4) return value.toExponential(2);
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(4))} G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(4))} M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(4))} k`;
  return String(Number(value.toPrecision(4)));
}

function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Times and values of some series as the columns of a chart. */
export function columnsOf(
  series: readonly ResultSeries[],
): readonly [readonly number[], ...(readonly (number | null)[])[]] {
  const points = series.map(
    ({ values, histograms }) =>
      new Map([
        ...(values ?? []).map(([time, text]) => [time, finite(text)] as const),
        ...(histograms ?? []).map(([time, { count }]) => [time, finite(count)] as const),
      ]),
  );
  const times = [...new Set(points.flatMap((map) => [...map.keys()]))].sort((a, b) => a - b);
  return [times, ...points.map((map) => times.map((time) => map.get(time) ?? null))];
}

/** As high as leaves the series below it in view. */
function graphPixels(): number {
  const part = Math.round(window.innerHeight * 0.45);
  return Math.min(GRAPH_PIXELS_MAX, Math.max(GRAPH_PIXELS_MIN, part));
}

/** A graph, its chart and what stands below it. */
export class Graph {
  readonly element = el("div", { class: "graph" });
  private readonly chart: Chart;

  constructor(reply: QueryReply) {
    const all = reply.resultType === "matrix" ? reply.result : [];
    const shown = all.slice(0, GRAPH_SERIES_MAX);
    this.chart = new Chart({
      label: `graph of ${all.length} series`,
      heightPixels: graphPixels(),
      lines: shown.map((_, i) => ({ label: String(i), colour: lineColour(i) })),
      valueText: shortNumber,
      onPointer: (index) => this.showValues(index),
    });
    const data = columnsOf(shown);
    this.chart.setData(data as never);
    const rows = shown.map(({ metric }, i) => {
      const box = el("input", {
        type: "checkbox",
        checked: true,
        onchange: () => this.chart.setShown(i, box.checked),
      });
      const value = el("b", { class: "series-value" });
      return el("li", {}, el("label", {}, box, swatch(lineColour(i)), metricText(metric)), value);
    });
    const more = all.length - shown.length;
    const note = more > 0 ? `${countText(more)} further series are not drawn.` : "";
    this.element.append(
      this.chart.element,
      el("ul", { class: "series-list", "data-series": all.length }, ...rows),
      el("p", { class: "soft" }, note),
    );
    this.values = rows.map((row) => row.querySelector("b") as HTMLElement);
    this.columns = data;
    this.showValues(null);
  }

  private values: readonly HTMLElement[] = [];
  private columns: ReturnType<typeof columnsOf> = [[]];

  destroy(): void {
    this.chart.destroy();
  }

  private showValues(index: number | null): void {
    this.values.forEach((element, i) => {
      const column = this.columns[i + 1] ?? [];
      const value = column[index ?? column.length - 1];
      element.textContent = value === null || value === undefined ? "–" : shortNumber(value);
    });
  }
}

function shownValue({ value, histogram, values }: ResultSeries): string {
  if (value !== undefined) return value[1];
  if (histogram !== undefined) return `count ${histogram[1].count}, sum ${histogram[1].sum}`;
  return `${values?.length ?? 0} samples`;
}

/** An instant answer as a table. */
export function resultTable(reply: QueryReply): HTMLElement {
  if (reply.resultType === "scalar" || reply.resultType === "string") {
    return el("p", { class: "scalar", "data-value": reply.result[1] }, reply.result[1]);
  }
  const result = reply.result as readonly ResultSeries[];
  if (result.length === 0) return el("p", { class: "soft" }, "No series matches at this moment.");
  const rows = result
    .slice(0, TABLE_ROWS_MAX)
    .map((series) =>
      el(
        "tr",
        {},
        el("td", {}, el("code", {}, metricText(series.metric))),
        el("td", {}, shownValue(series)),
      ),
    );
  const head = el("thead", {}, el("tr", {}, el("th", {}, "series"), el("th", {}, "value")));
  const more = result.length - rows.length;
  return el(
    "div",
    { class: "scroll" },
    el("table", { "data-rows": result.length }, head, el("tbody", {}, ...rows)),
    el("p", { class: "soft" }, more > 0 ? `${countText(more)} further rows are not shown.` : ""),
  );
}

/** What the query touched, selector by selector. */
export function explanation(statistics: QueryStatistics | undefined): HTMLElement {
  if (statistics === undefined) return el("p", { class: "soft" }, "Nothing was measured.");
  const { touched, timings, samples } = statistics;
  const sum = (of: (one: QueryStatistics["touched"][number]) => number) =>
    touched.reduce((total, one) => total + of(one), 0);
  const facts: [string, string][] = [
    ["series", countText(sum(({ series }) => series))],
    ["chunks read", countText(sum(({ chunks }) => chunks))],
    ["samples read", countText(samples.totalQueryableSamples)],
    ["most held at once", countText(samples.peakSamples)],
    ["took", `${(timings.evalTotalTime * 1000).toFixed(1)} ms`],
    ["waited", `${(timings.execQueueTime * 1000).toFixed(1)} ms`],
  ];
  const cells = ({ selector, series, chunks, samples: read }: (typeof touched)[number]) => [
    el("td", {}, el("code", {}, selector)),
    ...[series, chunks, read].map((count) => el("td", {}, countText(count))),
  ];
  const names = ["selector", "series", "chunks", "samples"];
  return el(
    "div",
    { class: "explain" },
    el(
      "dl",
      { class: "facts wide" },
      ...facts.map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", { "data-figure": name }, value)),
      ),
    ),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...names.map((name) => el("th", {}, name)))),
        el("tbody", {}, ...touched.map((one) => el("tr", {}, ...cells(one)))),
      ),
    ),
  );
}
