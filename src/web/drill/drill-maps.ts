/**
 * Span maps of two runs side by side at the same simulated moment.
 *
 * Units: hours from the start of the simulation; pages are 8 KiB.
 */
import type { DrillMap, DrillReport } from "../../http/api-types.ts";
import { el, setText } from "../base/element.ts";
import { onTheme, theme } from "../base/theme.ts";
import { occupancyEntries } from "../heap/legend.ts";
import { hexOf, Palette } from "../heap/palette.ts";

const FULL = 62;
const COLUMNS = 96;

function cellsOf({ cells }: DrillMap): Uint8Array {
  return Uint8Array.from(atob(cells), (character) => character.charCodeAt(0));
}

class MapSide {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement;
  private readonly canvas = el("canvas", { class: "drill-map", role: "img" });
  private readonly note = el("p", { class: "soft" });

  constructor(names: readonly string[], chosen: number, onChange: () => void) {
    this.select = el("select", { "aria-label": "run", onchange: onChange });
    this.select.append(
      ...names.map((name, i) => el("option", { value: i, selected: i === chosen }, name)),
    );
    this.element = el("div", {}, this.select, this.canvas, this.note);
  }

  get run(): number {
    return Number(this.select.value);
  }

  paint(map: DrillMap, rows: number, palette: Palette): void {
    const cells = cellsOf(map);
    const size = Math.max(2, Math.floor((this.element.clientWidth * devicePixelRatio) / COLUMNS));
    this.canvas.width = size * COLUMNS;
    this.canvas.height = size * rows;
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const gap = size > 4 ? 1 : 0;
    cells.forEach((level, cell) => {
      const colour = level === 0 ? palette.idle : palette.occupancy((level - 1) / (FULL - 1));
      context.fillStyle = hexOf(colour);
      const [x, y] = [(cell % COLUMNS) * size, Math.floor(cell / COLUMNS) * size];
      context.fillRect(x, y, size - gap, size - gap);
    });
    const used = cells.reduce((sum, level) => sum + (level > 0 ? 1 : 0), 0);
    const pages = used * map.pagesPerCell;
    setText(this.note, `${map.title}: ${pages} pages in use`);
    this.canvas.setAttribute("aria-label", `span map, ${map.title}, ${pages} pages in use`);
  }
}

export class DrillMaps {
  readonly element: HTMLElement;
  private readonly report: DrillReport;
  private readonly sides: readonly MapSide[];
  private readonly hours: readonly number[];
  private readonly slider: HTMLInputElement;
  private readonly moment = el("output", { for: "drill-moment" });
  private readonly legend = el("ul", { class: "legend map-legend" });
  private readonly stopTheme: () => void;
  private readonly rows: number;

  constructor(report: DrillReport) {
    this.report = report;
    const names = report.runs.map(({ name }) => name);
    const show = () => this.show();
    this.sides = [
      Math.min(1, names.length - 1),
      names.length > 2 ? names.indexOf(bestOf(report)) : 0,
    ].map((chosen) => new MapSide(names, chosen, show));
    const all = [report.before.map, ...report.runs.flatMap(({ maps }) => maps)];
    this.hours = [...new Set(all.map(({ hour }) => hour))].sort((a, b) => a - b);
    this.rows = Math.max(...all.map((map) => Math.ceil(cellsOf(map).length / COLUMNS)));
    const last = this.hours.length - 1;
    this.slider = el("input", {
      id: "drill-moment",
      type: "range",
      min: 0,
      max: last,
      value: Math.ceil(last * 0.6),
      "aria-label": "simulated hour",
      oninput: show,
    });
    this.element = el(
      "section",
      { class: "panel", "aria-label": "span maps" },
      el("h2", {}, "Span maps at the same hour"),
      el("div", { class: "scrub" }, this.slider, this.moment),
      el("div", { class: "drill-sides" }, ...this.sides.map(({ element }) => element)),
      this.legend,
    );
    this.stopTheme = onTheme(show);
    new ResizeObserver(show).observe(this.element);
  }

  destroy(): void {
    this.stopTheme();
  }

  private show(): void {
    const hour = this.hours[Number(this.slider.value)] as number;
    setText(this.moment, `hour ${hour}`);
    const palette = new Palette(theme());
    this.legend.replaceChildren(...occupancyEntries(palette));
    for (const side of this.sides) {
      const maps = [this.report.before.map, ...(this.report.runs[side.run]?.maps ?? [])];
      const map = maps.findLast((one) => one.hour <= hour) ?? this.report.before.map;
      side.paint(map, this.rows, palette);
    }
  }
}

/** The restored run that wastes least. */
function bestOf({ figures, runs }: DrillReport): string {
  const restored = figures.filter(({ name }) => name !== runs[0]?.name);
  const sorted = restored.toSorted((a, b) => a.wastedByteHours - b.wastedByteHours);
  return sorted[0]?.name ?? "";
}
