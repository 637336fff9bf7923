/**
 * Line charts over time: uPlot in the page's colours, with marks for events and one shared pointer.
 *
 * I1  Charts with the same `group` show the pointer at the same time.
 *
 * Units: x is seconds since the epoch unless `isTime` is false; …Pixels CSS pixels.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type ChartMark, drawMarks } from "./chart-marks.ts";
import { el } from "./element.ts";
import { clockText, secondText, timeText } from "./figure-text.ts";
import { colour, onTheme } from "./theme.ts";

export interface ChartLine {
  readonly label: string;
  /** Name of a colour in the style sheet, or a colour. */
  readonly colour: string;
  readonly fill?: boolean;
  readonly dash?: readonly number[];
  readonly width?: number;
}

export interface ChartOptions {
  readonly lines: readonly ChartLine[];
  readonly heightPixels: number;
  readonly valueText: (value: number) => string;
  readonly group?: string;
  readonly isTime?: boolean;
  readonly label: string;
  readonly xText?: (x: number) => string;
  readonly marks?: () => readonly ChartMark[];
  /** Told the index under the pointer, null when there is none. */
  readonly onPointer?: (index: number | null) => void;
  /** Told the x that was clicked. */
  readonly onClick?: (x: number) => void;
  readonly range?: () => readonly [number, number] | null;
  readonly binary?: boolean;
}

/** Behind "#rrggbb". */
const FILL_ALPHA = "24";
/** Room beside the last time, and how much of it a character takes. */
const RIGHT_PIXELS = 20;
const CHARACTER_PIXELS = 7;
/** Above the highest value, as parts of it: more where names of marks stand. */
const ROOM = 0.08;
const ROOM_WITH_NAMES = 0.16;
const MINUTE_SECONDS = 60;
const FONT = "12px system-ui, sans-serif";
const BINARY_STEPS = Array.from({ length: 50 }, (_, i) => 2 ** i);

/** "#rrggbb" of a name in the style sheet or of a colour; "#rgb" is made longer. */
function resolved(name: string): string {
  const found = name.startsWith("#") ? name : colour(name);
  return found.length === 4 ? found.replaceAll(/[^#]/g, "$&$&") : found;
}

/** A moment as short as the distance of the ticks allows. */
function tickText(seconds: number, stepSeconds: number): string {
  if (stepSeconds < MINUTE_SECONDS) return secondText(seconds * 1000);
  const text = clockText(seconds * 1000);
  return text === "00:00" ? timeText(seconds * 1000).slice(5, 10) : text;
}

/** The text of a tick, unless it would be cut off at the right. */
function whole(plot: uPlot, x: number, text: string): string {
  const width = plot.bbox.width / devicePixelRatio;
  const end = plot.valToPos(x, "x") + (text.length * CHARACTER_PIXELS) / 2;
  return end > width + RIGHT_PIXELS ? "" : text;
}

export class Chart {
  readonly element: HTMLElement;
  private readonly options: ChartOptions;
  private data: uPlot.AlignedData;
  private plot: uPlot | null = null;
  private readonly stopTheme: () => void;
  private readonly observer: ResizeObserver;

  constructor(options: ChartOptions) {
    this.options = options;
    this.data = [[], ...options.lines.map(() => [])];
    this.element = el("div", { class: "chart", role: "img", "aria-label": options.label });
    this.stopTheme = onTheme(() => this.rebuild());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.element);
  }

  /** Replaces the data: x, then one column a line. */
  setData(data: uPlot.AlignedData): void {
    this.data = data;
    if (this.plot === null) this.rebuild();
    else this.plot.setData(data);
  }

  redraw(): void {
    this.plot?.redraw(false);
  }

  setShown(line: number, isShown: boolean): void {
    this.plot?.setSeries(line + 1, { show: isShown });
  }

  /** The picture as a canvas. */
  get canvas(): HTMLCanvasElement | null {
    return this.plot?.ctx.canvas ?? null;
  }

  destroy(): void {
    this.stopTheme();
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  private resize(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width < 10) return;
    if (this.plot === null) this.rebuild();
    else if (this.plot.width !== width) {
      this.plot.setSize({ width, height: this.options.heightPixels });
    }
  }

  private rebuild(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width < 10) return;
    this.plot?.destroy();
    this.plot = new uPlot(this.plotOptions(width), this.data, this.element);
  }

  private plotOptions(width: number): uPlot.Options {
    const { options } = this;
    const { range } = options;
    const isNamed = options.marks?.().some(({ name }) => name !== undefined) === true;
    const room = isNamed ? ROOM_WITH_NAMES : ROOM;
    return {
      width,
      height: options.heightPixels,
      legend: { show: false },
      padding: [10, RIGHT_PIXELS, 0, 0],
      cursor: {
        ...(options.group === undefined ? {} : { sync: { key: options.group } }),
        points: { size: 7 },
        drag: { x: false, y: false },
      },
      scales: {
        x: {
          time: options.isTime ?? true,
          ...(range === undefined
            ? {}
            : { range: (_u, min, max) => [...(range() ?? [min, max])] as [number, number] }),
        },
        y: { range: (_u, min, max) => [Math.min(0, min), max > 0 ? max * (1 + room) : 1] },
      },
      axes: this.axes(),
      series: [{}, ...options.lines.map((line) => this.series(line))],
      hooks: {
        draw: [(plot) => drawMarks(plot, options.marks?.() ?? [])],
        setCursor: [({ cursor }) => options.onPointer?.(cursor.idx ?? null)],
        ready: [(plot) => this.listen(plot)],
      },
    };
  }

  private listen(plot: uPlot): void {
    const { onClick } = this.options;
    if (onClick === undefined) return;
    plot.over.addEventListener("click", () => onClick(plot.posToVal(plot.cursor.left ?? 0, "x")));
  }

  private series({ label, colour: name, fill, dash, width }: ChartLine): uPlot.Series {
    const stroke = resolved(name);
    return {
      label,
      stroke,
      width: width ?? 1.75,
      points: { show: false },
      ...(dash === undefined ? {} : { dash: [...dash] }),
      ...(fill === true ? { fill: `${stroke}${FILL_ALPHA}` } : {}),
    };
  }

  private axes(): uPlot.Axis[] {
    const { valueText, xText, binary } = this.options;
    const shared = {
      stroke: colour("muted"),
      font: FONT,
      ticks: { show: false },
      grid: { stroke: colour("grid"), width: 1 },
    };
    return [
      {
        ...shared,
        grid: { show: false },
        size: 28,
        space: 70,
        values: (plot, xs, _axis, _space, step) =>
          xs.map((x) => whole(plot, x, xText?.(x) ?? tickText(x, step))),
      },
      {
        ...shared,
        size: 64,
        ...(binary === true ? { incrs: BINARY_STEPS } : {}),
        values: (_u, values) => values.map(valueText),
      },
    ];
  }
}
