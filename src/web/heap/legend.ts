/**
 * What the colours of the map mean, mode by mode.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import { el, swatch } from "../base/element.ts";
import { clockText, countText } from "../base/figure-text.ts";
import { NO_KEY } from "./cell-sum.ts";
import type { Colouring } from "./cells.ts";
import { hexOf, type Palette } from "./palette.ts";

const ORIGIN_TEXTS = ["made by ingestion", "grown by ingestion", "restored", "moved by compaction"];
const CLASSES_SHOWN = 12;
const RAMP_STOPS = 8;

function entry(colour: number, text: string, title = ""): HTMLElement {
  return el("li", title === "" ? {} : { title }, swatch(hexOf(colour)), text);
}

function ramp(low: string, high: string, colourAt: (part: number) => number): HTMLElement {
  const stops = Array.from({ length: RAMP_STOPS }, (_, i) => {
    return hexOf(colourAt(0.01 + (0.99 * i) / (RAMP_STOPS - 1)));
  });
  const bar = el("i", { class: "ramp", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(90deg, ${stops.join(",")})`;
  return el("li", { class: "ramp-entry" }, low, bar, high);
}

/** Some of many entries: the first, the last and evenly between. */
function thinned<Entry>(entries: readonly Entry[], most: number): Entry[] {
  if (entries.length <= most) return [...entries];
  const step = (entries.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => entries[Math.round(i * step)] as Entry);
}

/** The entries of a map that is coloured by occupancy. */
export function occupancyEntries(palette: Palette): HTMLElement[] {
  return [
    ramp("few slots live", "all", (part) => palette.occupancy(part)),
    entry(palette.empty, "none live"),
    entry(palette.idle, "idle page"),
  ];
}

/** The entries of a mode. `slotBytesOf` gives the slot size of a class. */
export function legendEntries(
  colouring: Colouring,
  windowStartsMs: readonly number[],
  slotBytesOf: (sizeClass: number) => number,
): HTMLElement[] {
  const { mode, palette, classes } = colouring;
  const always = [entry(palette.idle, "idle page")];
  if (mode === "occupancy") return occupancyEntries(palette);
  if (mode === "class") {
    const colours = palette.classes(classes.length);
    const all = classes.map((sizeClass, i) => ({ sizeClass, colour: colours[i] as number }));
    const shown = thinned(all, CLASSES_SHOWN).map(({ sizeClass, colour }) =>
      entry(colour, sizeClass === 0 ? "large" : `${slotBytesOf(sizeClass)} B`),
    );
    return [...shown, ...always];
  }
  if (mode === "origin") {
    const origins = palette.origins.map((colour, i) => entry(colour, ORIGIN_TEXTS[i] as string));
    return [...origins, entry(palette.emptyAmongKinds, "none live"), ...always];
  }
  const colours = palette.windows(windowStartsMs.length);
  const windows = windowStartsMs.map((startMs, i) =>
    entry(colours[i] as number, clockText(startMs), "window that begins then"),
  );
  return [...windows, entry(palette.emptyAmongKinds, "none live"), ...always];
}

/** What most pages of a cell have, in words; "" by occupancy, or when nothing in it is live. */
export function keyText(
  { mode }: Colouring,
  key: number,
  windowStartsMs: readonly number[],
  slotBytesOf: ReadonlyMap<number, number>,
): string {
  if (mode === "occupancy" || key === NO_KEY) return "";
  if (mode === "origin") return ORIGIN_TEXTS[key] ?? "";
  if (mode === "window") return `the window from ${clockText(windowStartsMs[key] as number)}`;
  return key === 0 ? "large objects" : `slots of ${countText(slotBytesOf.get(key) ?? 0)} B`;
}

/** What a cell's colour stands for, in one sentence. */
export const MODE_NOTES = {
  occupancy: "Part of a span’s slots that hold live data. What is not live is the gap.",
  class: "Size of a span’s slots.",
  window: "Youngest window in a span: when it has expired, the span is free.",
  origin: "How most of a span’s chunks came to lie there.",
} as const;
