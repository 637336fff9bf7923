/**
 * Marks on a chart: lines across it at moments, short ticks at its bottom, and samples of both for
 * a legend. Kinds differ in how their lines are broken too, and not in colour alone.
 *
 * Units: dashes and widths are CSS pixels.
 */
import type uPlot from "uplot";
import { el } from "./element.ts";
import { colour } from "./theme.ts";

export interface ChartMark {
  readonly x: number;
  /** Name of a colour in the style sheet. */
  readonly colour: string;
  /** Lengths of a dash and of the gap behind it; none for an unbroken line. */
  readonly dash?: readonly number[];
  /** What stands beside the line, at its top. */
  readonly name?: string;
  /** A short tick at the bottom instead. */
  readonly isTick?: boolean;
}

const TICK_PIXELS = 7;
const NAME_PIXELS = 5;
const NAME_LINE_PIXELS = 14;
const HALO_PIXELS = 4;
const FONT_PIXELS = 12;

/** Draws the marks that are in the chart's range. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox, scales } = plot;
  const { min, max } = scales["x"] as uPlot.Scale;
  if (min === undefined || max === undefined) return;
  const shown = marks.filter(({ x }) => x >= (min ?? 0) && x <= (max ?? 0));
  const scale = devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  // Asking the style sheet costs a look at all styles.
  const inks = new Map(shown.map((mark) => [mark.colour, ""]));
  for (const name of inks.keys()) inks.set(name, colour(name));
  ctx.save();
  ctx.lineWidth = Math.max(1, scale);
  for (const { x, colour: name, dash, isTick } of shown) {
    const at = Math.round(plot.valToPos(x, "x", true)) + 0.5;
    ctx.strokeStyle = inks.get(name) ?? "";
    ctx.setLineDash((dash ?? []).map((pixels) => pixels * scale));
    ctx.beginPath();
    ctx.moveTo(at, isTick === true ? bottom - TICK_PIXELS * scale : bbox.top);
    ctx.lineTo(at, bottom);
    ctx.stroke();
  }
  const named = shown.filter(({ name }) => name !== undefined);
  if (named.length > 0) drawNames(plot, named);
  ctx.restore();
}

/** Names of marks, each in a line of its own, on the side of the mark that has the room. */
function drawNames(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.setLineDash([]);
  ctx.font = `${FONT_PIXELS * scale}px system-ui, sans-serif`;
  ctx.textBaseline = "top";
  ctx.lineJoin = "round";
  ctx.lineWidth = HALO_PIXELS * scale;
  ctx.strokeStyle = colour("surface");
  ctx.fillStyle = colour("muted");
  marks.forEach(({ x, name = "" }, line) => {
    const at = plot.valToPos(x, "x", true);
    const hasRoom = at + ctx.measureText(name).width + NAME_PIXELS * scale < bbox.left + bbox.width;
    ctx.textAlign = hasRoom ? "left" : "right";
    const left = at + (hasRoom ? NAME_PIXELS : -NAME_PIXELS) * scale;
    const top = bbox.top + line * NAME_LINE_PIXELS * scale;
    ctx.strokeText(name, left, top);
    ctx.fillText(name, left, top);
  });
}

/** A short piece of such a line, for a legend. */
export function markSample(name: string, dash: readonly number[]): HTMLElement {
  const sample = el("i", { class: "mark-sample", "aria-hidden": "true" });
  const [drawn = 0, gap = 0] = dash;
  const ink = `var(--${name})`;
  sample.style.background =
    drawn === 0
      ? ink
      : `repeating-linear-gradient(${ink} 0 ${drawn}px, transparent ${drawn}px ${drawn + gap}px)`;
  return sample;
}
