/**
 * The curves of all runs on one clock, with what real Go read behind them where that was measured.
 *
 * Units: bytes; hours from the start of the simulation.
 */
import type { DrillReading, DrillReport } from "../../http/api-types.ts";
import { Chart, type ChartLine } from "../base/chart.ts";
import type { ChartMark } from "../base/chart-marks.ts";
import { el, segments, setText, swatch } from "../base/element.ts";
import { bytesText } from "../base/figure-text.ts";
import { LINE_COLOURS, lineColour } from "../base/line-colours.ts";
import { type GoQuantity, goCurves } from "./go-curves.ts";

type Quantity = "gap" | "inuse" | "live" | "retained";

const QUANTITIES: readonly (readonly [Quantity, string])[] = [
  ["gap", "Gap"],
  ["inuse", "heap_inuse"],
  ["retained", "System"],
  ["live", "Live"],
];
const NOTES: Readonly<Record<Quantity, string>> = {
  gap: "heap_inuse − heap_alloc: what fragmentation costs.",
  inuse: "Spans that hold at least one object.",
  retained: "heap_sys − heap_released: what the operating system sees.",
  live: "What a heap profile estimates. No run holds more than the one without a restart.",
};
const OF: Readonly<Record<Quantity, (reading: DrillReading) => number>> = {
  gap: ({ inuseBytes, allocBytes }) => inuseBytes - allocBytes,
  inuse: ({ inuseBytes }) => inuseBytes,
  retained: ({ sysBytes, releasedBytes }) => sysBytes - releasedBytes,
  live: ({ liveBytes }) => liveBytes,
};

/** The colour of a run by its place; the first, without a restart, is grey. */
export function runColour(place: number): string {
  return lineColour(place - 1 + LINE_COLOURS.length);
}

export class DrillCharts {
  readonly element: HTMLElement;
  private readonly report: DrillReport;
  private readonly place = el("div", {});
  private readonly note = el("p", { class: "soft" });
  private readonly goNote = el("p", { class: "soft go-note" });
  private readonly hidden = new Set<number>();
  private readonly values: readonly HTMLElement[];
  private readonly goValues: readonly HTMLElement[];
  private chart: Chart | null = null;
  private columns: (number | null)[][] = [];
  private goColumns: (number | null)[][] = [];
  private quantity: Quantity = "gap";
  private hasGo = false;
  private isGone = false;

  constructor(report: DrillReport) {
    this.report = report;
    const rows = report.runs.map(({ name }, i) => {
      const box = el("input", {
        type: "checkbox",
        checked: true,
        onchange: () => this.setShown(i, box.checked),
      });
      const label = el("label", {}, box, swatch(runColour(i)), name);
      return el(
        "li",
        {},
        label,
        el("b", {}),
        el("span", { class: "soft go-value", "data-go": name }),
      );
    });
    this.values = rows.map((row) => row.querySelector("b") as HTMLElement);
    this.goValues = rows.map((row) => row.querySelector(".go-value") as HTMLElement);
    const choice = segments("quantity", QUANTITIES, this.quantity, (quantity) => {
      this.quantity = quantity;
      void this.draw();
    });
    this.element = el(
      "section",
      { class: "panel", "aria-label": "curves" },
      el("div", { class: "panel-head" }, el("h2", {}, "On one clock"), choice),
      this.note,
      this.place,
      el("ul", { class: "legend run-legend" }, ...rows),
      this.goNote,
    );
    void this.draw();
  }

  /** The chart as a canvas, for a picture. */
  get canvas(): HTMLCanvasElement | null {
    return this.chart?.canvas ?? null;
  }

  destroy(): void {
    this.isGone = true;
    this.chart?.destroy();
  }

  private async draw(): Promise<void> {
    const { report, quantity } = this;
    const isMeasured = quantity === "gap" || quantity === "inuse";
    const go = isMeasured ? await goCurves(report, quantity as GoQuantity) : null;
    // While the curves of real Go came, another quantity was chosen or the view was left.
    if (this.isGone || this.quantity !== quantity) return;
    this.hasGo = go !== null;
    const hours = Number(report.scenario["hours"]);
    const xs = Array.from({ length: hours }, (_, i) => i + 1);
    this.columns = report.runs.map((run, i) => this.columnOf(run.readings, hours, i === 0));
    const lines: ChartLine[] = report.runs.map(({ name }, i) => ({
      label: name,
      colour: runColour(i),
      width: i === 0 ? 2.5 : 1.75,
    }));
    this.goColumns = report.runs.map(({ name }) => {
      const measured = go?.get(name) ?? [];
      return xs.map((_, i) => measured[i] ?? null);
    });
    const goLines = report.runs.map(({ name }, i) => ({
      label: `real Go, ${name}`,
      colour: runColour(i),
      dash: [3, 4],
      width: 1.25,
    }));
    this.chart?.destroy();
    const marks = this.marks();
    const moments = marks.map(({ name, x }) => `${name} at hour ${x}`).join(", ");
    this.chart = new Chart({
      label: `${quantity} of every run by simulated hour; ${moments}`,
      heightPixels: 340,
      isTime: false,
      binary: true,
      lines: go === null ? lines : [...lines, ...goLines],
      valueText: bytesText,
      xText: (hour) => `h${hour}`,
      marks: () => marks,
      onPointer: (index) => this.showValues(index),
    });
    this.place.replaceChildren(this.chart.element);
    const columns = go === null ? this.columns : [...this.columns, ...this.goColumns];
    this.chart.setData([xs, ...columns] as never);
    for (const place of this.hidden) this.setShown(place, false);
    setText(this.note, NOTES[quantity]);
    setText(
      this.goNote,
      go === null
        ? ""
        : "Dashed: what real Go of this version read in the same drill, with chunk sizes " +
            "of its own.",
    );
    this.showValues(null);
  }

  /** Values of hours 1, 2, …; the hours before the restart belong to the first run. */
  private columnOf(readings: readonly DrillReading[], hours: number, isFirst: boolean) {
    const column: (number | null)[] = new Array(hours).fill(null);
    const all = isFirst ? [...this.report.before.readings, ...readings] : readings;
    for (const reading of all) column[reading.hour - 1] = OF[this.quantity](reading);
    return column;
  }

  private setShown(place: number, isShown: boolean): void {
    if (isShown) this.hidden.delete(place);
    else this.hidden.add(place);
    this.chart?.setShown(place, isShown);
    if (this.hasGo) this.chart?.setShown(this.report.runs.length + place, isShown);
  }

  private marks(): ChartMark[] {
    const { scenario } = this.report;
    const hour = 3_600_000;
    const restart = Number(scenario["restartHour"]);
    const windowHours = Number(scenario["windowMs"]) / hour;
    // The drill begins in the middle of a window.
    const turn = Math.floor((restart + windowHours / 2 - 1e-6) / windowHours);
    const expiry = (turn + Number(scenario["windowCount"])) * windowHours - windowHours / 2;
    return [
      { x: restart, colour: "restart", name: "restart" },
      { x: expiry, colour: "muted", dash: [4, 3], name: "last restored chunk dropped" },
    ];
  }

  /** The values of an hour, by default the last: of the run, and of real Go behind it. */
  private showValues(index: number | null): void {
    this.columns.forEach((column, i) => {
      const hour = index ?? column.length - 1;
      const value = column[hour] ?? null;
      setText(this.values[i] as HTMLElement, value === null ? "–" : bytesText(value));
      const measured = this.goColumns[i]?.[hour] ?? null;
      setText(
        this.goValues[i] as HTMLElement,
        measured === null ? "" : `Go ${bytesText(measured)}`,
      );
    });
  }
}
