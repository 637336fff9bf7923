/**
 * The map with what is around it: modes, zoom, minimap, legend, what the pointer is on, and the
 * span that was opened.
 *
 * I1  Far away the tip tells of a whole cell, near of the span that is pointed at.
 * I2  Chunks of the pages in view are asked for once the view has rested, and only when cells are
 *     large enough to show slots.
 *
 * Units: …Ms milliseconds; pages are 8 KiB.
 */
import type { ChunkListing, HeapMapReply, HeapReply } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el, segments, setText } from "../base/element.ts";
import { colour, type Theme } from "../base/theme.ts";
import { CellSum } from "./cell-sum.ts";
import { type Colouring, colouringOf, recordedClasses } from "./cells.ts";
import { keyText, legendEntries, MODE_NOTES } from "./legend.ts";
import { type FrameCells, MapCells } from "./map-cells.ts";
import { LEVELS, type MapLayout, SLOT_PIXELS } from "./map-layout.ts";
import { Minimap } from "./minimap.ts";
import { type ColourMode, Palette, word } from "./palette.ts";
import { PageSlots, SlotColours } from "./slots.ts";
import { SpanContents } from "./span-contents.ts";
import { LEVEL_MAX, SpanMap } from "./span-map.ts";
import { SpanPanel } from "./span-panel.ts";
import type { SpanTable } from "./span-table.ts";
import { cellSentences, spanSentence, windowsSentence } from "./span-text.ts";

const REST_MS = 180;
const CHUNK_PAGES_MAX = 1024;
const MODES: readonly (readonly [ColourMode, string])[] = [
  ["occupancy", "Occupancy"],
  ["class", "Size class"],
  ["window", "Window"],
  ["origin", "Origin"],
];

export class MapPanel {
  readonly element: HTMLElement;
  private readonly map: SpanMap;
  private readonly minimap = new Minimap((part) => this.map.scrollToPart(part));
  private readonly span = new SpanPanel(() => this.closeSpan());
  private readonly contents = new SpanContents(() => this.onContents());
  private pointed: readonly [number, number, number] | null = null;
  private readonly tip = el("div", { class: "tip", hidden: true });
  private readonly spoken = el("p", { class: "visually-hidden", "aria-live": "polite" });
  private readonly legend = el("ul", { class: "legend map-legend" });
  private readonly note = el("span", {});
  private readonly reading = el("span", { role: "status" });
  private readonly past = el("p", { class: "past", hidden: true });
  private readonly slider: HTMLInputElement;
  private readonly slotBytes = new Map<number, number>();
  private palette: Palette;
  private mode: ColourMode = "occupancy";
  private table: SpanTable | null = null;
  private recorded: HeapMapReply | null = null;
  private colouring: Colouring | null = null;
  private colouringKey = "";
  private readonly cells = new MapCells();
  private stripRevision = -1;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private slotsKey = "";

  constructor(theme: Theme) {
    this.palette = new Palette(theme);
    this.map = new SpanMap({
      point: (page, _byte, x, y) => this.onPoint(page, x, y),
      choose: (page, byte) => void this.open(page, byte),
      view: (layout) => this.onView(layout),
      cells: (layout) => this.frameCells(layout),
    });
    this.slider = el("input", {
      type: "range",
      min: 0,
      max: LEVEL_MAX,
      "aria-label": "zoom",
      oninput: () => this.map.zoom(Number(this.slider.value) - this.map.layout.level),
    });
    this.element = this.build();
  }

  /** Pages [from, end) that are in view. */
  get pagesInView(): readonly [number, number] {
    return this.map.layout.visiblePages;
  }

  /** Whether less than half of the heap is in view. */
  get isZoomed(): boolean {
    return this.map.layout.visibleRows * 2 < this.map.layout.rows;
  }

  /** Whether the map is being panned, so that frames should be its own. */
  get isHeld(): boolean {
    return this.map.isHeld;
  }

  setTheme(theme: Theme): void {
    this.palette = new Palette(theme);
    this.map.retheme();
    this.recolour();
  }

  setClasses(classes: HeapReply["classes"]): void {
    for (const { sizeClass, slotBytes } of classes) this.slotBytes.set(sizeClass, slotBytes);
    this.showLegend();
  }

  /** Shows the heap of the present, of which the pages [fromPage, endPage) were listed anew. */
  showTable(table: SpanTable, fromPage: number, endPage: number): void {
    this.table = table;
    this.recorded = null;
    this.past.hidden = true;
    this.cells.setTable(table, fromPage, endPage);
    this.map.setExtent(table.firstPage, table.endPage - table.firstPage, 1);
    this.slotsKey = "";
    this.recolour();
  }

  /** Tells how much of the heap has been read, null when all of it has. */
  showReading(part: number | null): void {
    this.element.dataset["whole"] = String(part === null);
    setText(this.reading, part === null ? "" : ` Reading the spans: ${Math.floor(part * 100)} %.`);
  }

  /** Shows a recorded moment. */
  showRecorded(map: HeapMapReply, moment: string): void {
    this.recorded = map;
    this.cells.setRecorded(map);
    this.past.hidden = false;
    setText(this.past, `The heap as it was at ${moment}`);
    this.map.slots = null;
    this.map.setExtent(map.firstPage, map.endPage - map.firstPage, map.pagesPerCell);
    this.recolour();
  }

  private build(): HTMLElement {
    const zoom = (levels: number) => () => this.map.zoom(levels);
    const button = (text: string, label: string, onclick: () => void) =>
      el("button", { type: "button", "aria-label": label, title: label, onclick }, text);
    const modes = segments("colour by", MODES, this.mode, (mode) => {
      this.mode = mode;
      this.recolour();
    });
    const zoomer = el(
      "div",
      { class: "zoomer" },
      button("−", "zoom out", zoom(-1)),
      this.slider,
      button("+", "zoom in", zoom(1)),
      button("Fit", "show the whole heap", () => this.map.fit()),
    );
    return el(
      "section",
      { class: "panel map-panel", "aria-label": "span map" },
      el("div", { class: "panel-head" }, el("h2", {}, "Span map"), modes, zoomer),
      el("p", { class: "soft map-note" }, this.note, this.reading),
      this.past,
      el("div", { class: "map-row" }, this.map.element, this.minimap.element, this.tip),
      this.legend,
      this.spoken,
      this.span.element,
    );
  }

  /** Makes the colouring anew if it is to be another one. */
  private recolour(): void {
    const { table, recorded, palette, mode } = this;
    const shown = recorded ?? table;
    if (shown === null) return;
    const starts = shown.windowStartsMs;
    const classes = "cells" in shown ? recordedClasses(shown) : shown.classes;
    const key = `${mode} ${classes.join()} ${starts.join()}`;
    if (key !== this.colouringKey || palette !== this.colouring?.palette) {
      this.colouringKey = key;
      this.colouring = colouringOf(mode, palette, classes, starts.length);
      this.cells.setColouring(this.colouring);
      this.slotsKey = "";
      this.showLegend();
    }
    this.map.ask();
  }

  private frameCells({ visiblePages, zoom }: MapLayout): FrameCells | null {
    const frame = this.cells.frame(zoom.pagesPerCell, ...visiblePages);
    if (frame !== null && this.cells.stripRevision !== this.stripRevision) {
      this.stripRevision = this.cells.stripRevision;
      this.minimap.paint(frame.strip);
    }
    return frame;
  }

  private showLegend(): void {
    const { colouring, table, recorded } = this;
    if (colouring === null) return;
    const starts = (recorded ?? table)?.windowStartsMs ?? [];
    const size = (sizeClass: number) => this.slotBytes.get(sizeClass) ?? 0;
    this.legend.replaceChildren(...legendEntries(colouring, starts, size));
    setText(this.note, MODE_NOTES[this.mode]);
  }

  private onView(layout: MapLayout): void {
    this.minimap.show(layout);
    const { pagesPerCell, cellPixels } = LEVELS[layout.level] as (typeof LEVELS)[number];
    if (this.slider.value !== String(layout.level)) {
      this.slider.value = String(layout.level);
      const text = pagesPerCell === 1 ? "one page a cell" : `${pagesPerCell} pages a cell`;
      this.slider.setAttribute("aria-valuetext", text);
    }
    clearTimeout(this.rest);
    if (cellPixels < SLOT_PIXELS || this.recorded !== null || this.table === null) {
      this.map.slots = null;
      this.slotsKey = "";
      return;
    }
    this.rest = setTimeout(() => void this.loadSlots(), REST_MS);
  }

  private async loadSlots(): Promise<void> {
    const { table } = this;
    const [from, end] = this.pagesInView;
    const key = `${from}-${end}`;
    if (table === null || key === this.slotsKey) return;
    const pages = Math.min(CHUNK_PAGES_MAX, end - from);
    try {
      const { revision } = table;
      const slots = await this.slotsOf(table, from, pages);
      if (this.table !== table || table.revision !== revision) return;
      this.slotsKey = key;
      this.map.slots = this.slotColours(table, slots);
      this.map.ask();
    } catch {
      this.map.slots = null;
    }
  }

  private slotColours(table: SpanTable, slots: PageSlots): SlotColours {
    const classes = this.colouring?.classes ?? [];
    const { palette, mode } = this;
    const ramp = palette.classes(classes.length);
    const classColour = (page: number) =>
      ramp[classes.indexOf(table.classOf(table.spanAt(page)))] ?? palette.empty;
    return new SlotColours(slots, mode, palette, word(colour("slot-free")), classColour);
  }

  private async slotsOf(table: SpanTable, from: number, pages: number): Promise<PageSlots> {
    const query = `from=${from}&pages=${pages}`;
    const listing = await ask<ChunkListing>(`/api/v1/status/heap/chunks?${query}`);
    return new PageSlots(listing, (page) => this.slotBytesAt(table, page));
  }

  private slotBytesAt(table: SpanTable, page: number): number {
    const span = table.spanAt(page);
    return span < 0 ? 1 : this.slotBytesOf(table, span);
  }

  private slotBytesOf(table: SpanTable, span: number): number {
    const sizeClass = table.classOf(span);
    const known = sizeClass === 0 ? undefined : this.slotBytes.get(sizeClass);
    return known ?? (table.pageCountOf(span) * 8192) / table.slotsOf(span);
  }

  private onPoint(page: number | null, x: number, y: number): void {
    this.pointed = page === null ? null : [page, x, y];
    const text = page === null ? [] : this.describe(page);
    this.tip.hidden = text.length === 0;
    setText(this.spoken, text.join(", "));
    if (text.length === 0) return;
    const [title, ...rest] = text;
    this.tip.replaceChildren(el("b", {}, title), ...rest.map((line) => el("span", {}, line)));
    const { width } = this.map.layout;
    // To the side that has more room; asking for the tip's width would cost a layout.
    const left = x < width / 2 ? `${x + 14}px` : `calc(${x - 14}px - 100%)`;
    this.tip.style.transform = `translate(${left}, ${y + 16}px)`;
  }

  private onContents(): void {
    if (this.pointed !== null && !this.tip.hidden) this.onPoint(...this.pointed);
  }

  private describe(page: number): string[] {
    const { table, recorded } = this;
    if (recorded !== null || table === null) return [`page ${page}`];
    const { pagesPerCell } = this.map.layout.zoom;
    if (pagesPerCell > 1) return this.describeCell(table, page, pagesPerCell);
    const span = table.spanAt(page);
    if (span < 0) return [`page ${page}`, "idle: in no span"];
    const sentence = spanSentence(table, span, this.slotBytesOf(table, span));
    const contents = this.contents.textOf(table, span);
    const lines = [`page ${page}`, sentence, windowsSentence(table, span)];
    return contents === "" ? lines : [...lines, contents];
  }

  private describeCell(table: SpanTable, page: number, pagesPerCell: number): string[] {
    const colouring = this.colouring as Colouring;
    const from = page - ((page - table.firstPage) % pagesPerCell);
    const end = Math.min(table.endPage, from + pagesPerCell);
    const sum = new CellSum();
    sum.take(table, colouring.mode, table.firstBehind(from), from, end);
    const main = keyText(colouring, sum.mainKey, table.windowStartsMs, this.slotBytes);
    return cellSentences(sum, from, end, main);
  }

  /** The keys are the map's again. */
  private closeSpan(): void {
    this.span.close();
    this.map.canvas.focus({ preventScroll: true });
  }

  private async open(page: number, byte: number): Promise<void> {
    const { table } = this;
    const span = table?.spanAt(page) ?? -1;
    if (table === null || span < 0 || this.recorded !== null) return;
    this.tip.hidden = true;
    this.span.wait();
    try {
      const spanPage = table.pageOf(span);
      const pages = Math.min(CHUNK_PAGES_MAX, table.pageCountOf(span));
      const slots = await this.slotsOf(table, spanPage, pages);
      // The table may have been listed anew meanwhile.
      const now = table.spanAt(page);
      if (now < 0 || table.pageOf(now) !== spanPage) throw new Error("The span is gone.");
      const slotBytes = this.slotBytesOf(table, now);
      this.span.show({ table, span: now, slots, slotBytes }, this.palette, page, byte);
    } catch (error) {
      this.span.fail(errorText(error));
    }
  }
}
