/**
 * The span map as people handle it: a canvas that is panned, zoomed and walked with the keyboard.
 *
 * I1  At most one frame is painted between two of the screen's.
 * I2  Everything that a pointer can do, keys can do: arrows move the cursor, + and - zoom, Home and
 *     End go to the ends, Enter opens the span.
 * I3  The layout is as high as the map may be; the canvas ends with the map while the whole heap is
 *     shown, so that nothing blank lies below it.
 *
 * Units: pixels are CSS pixels; pages are 8 KiB.
 */
import { el } from "../base/element.ts";
import { colour } from "../base/theme.ts";
import type { FrameCells } from "./map-cells.ts";
import { LEVELS, MapLayout } from "./map-layout.ts";
import { MapPainter } from "./map-painter.ts";
import { MapPointers } from "./map-pointers.ts";
import { word } from "./palette.ts";
import { byteAt, type SlotColours } from "./slots.ts";

/** What the map tells its owner. */
export interface SpanMapEvents {
  /** The page under the pointer or the cursor, with the byte in it; null when none is. */
  point(page: number | null, byte: number, x: number, y: number): void;
  choose(page: number, byte: number): void;
  /** Pages in view have changed: level, scroll or size. */
  view(layout: MapLayout): void;
  /** Cells are wanted for a frame. */
  cells(layout: MapLayout): FrameCells | null;
}

const WHEEL_ROWS = 0.02;
/** So high is the map at least: what a span's panel and the pointer's words have room in. */
const HEIGHT_MIN = 240;

export class SpanMap {
  readonly layout = new MapLayout();
  readonly canvas: HTMLCanvasElement;
  readonly element: HTMLElement;
  slots: SlotColours | null = null;
  private readonly events: SpanMapEvents;
  private readonly painter: MapPainter;
  private readonly cursor = el("div", { class: "map-cursor", hidden: true });
  /** As high as the map may be, and as wide as it is. */
  private readonly ruler = el("div", { class: "map-ruler" });
  private readonly pointers: MapPointers;
  private cursorPage: number | null = null;
  private isFitted = true;
  private isAsked = false;
  private scale = 1;
  private shape = "";
  /** Height of the canvas. */
  private shownHeight = 0;
  /** Asked of the style sheet once a theme: asking costs a look at all styles. */
  private background = word(colour("surface"));

  constructor(events: SpanMapEvents) {
    this.events = events;
    this.canvas = el("canvas", {
      class: "map-canvas",
      tabindex: 0,
      role: "application",
      "aria-label":
        "Span map: every page of the heap in order of address. Arrow keys move, plus and minus " +
        "zoom, Enter opens the span.",
    });
    this.element = el("div", { class: "map-stage" }, this.canvas, this.cursor, this.ruler);
    this.painter = new MapPainter(this.canvas);
    new ResizeObserver(() => this.resize()).observe(this.ruler);
    this.pointers = this.listenToPointers();
    this.canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
    this.canvas.addEventListener("blur", () => this.setCursor(null));
  }

  /** Tells the extent of the heap; a map that shows all of it goes on doing so. */
  setExtent(firstPage: number, pageCount: number, pagesPerCellMin: number): void {
    const { layout } = this;
    layout.firstPage = firstPage;
    layout.pageCount = pageCount;
    layout.pagesPerCellMin = pagesPerCellMin;
    if (this.isFitted) this.fit();
    else if (layout.zoom.pagesPerCell < pagesPerCellMin) layout.zoomTo(layout.level, firstPage, 0);
    layout.scrollTo(layout.scrollRow);
    this.ask();
  }

  /** Whether a finger or a button is down on the map. */
  get isHeld(): boolean {
    return this.pointers.isHeld;
  }

  /** Shows the whole heap. */
  fit(): void {
    this.isFitted = true;
    this.layout.level = this.layout.fitLevel;
    this.layout.scrollTo(0);
    this.ask();
  }

  /** Zooms by levels around a height, by default the middle. */
  zoom(levels: number, y = this.layout.height / 2, x = this.layout.width / 2): void {
    const page = this.layout.pageAt(x, y) ?? this.cursorPage ?? this.layout.visiblePages[0];
    this.isFitted = false;
    this.layout.zoomTo(this.layout.level + levels, page, y);
    this.ask();
  }

  /** Scrolls so that a part of the heap, from 0 to 1, is in the middle. */
  scrollToPart(part: number): void {
    this.layout.scrollTo(part * this.layout.rows - this.layout.visibleRows / 2);
    this.ask();
  }

  /** Takes up the colours of a changed theme. */
  retheme(): void {
    this.background = word(colour("surface"));
    this.ask();
  }

  /** Asks for a new frame. */
  ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.paint();
    });
  }

  private paint(): void {
    const { layout, canvas } = this;
    const { pagesPerCell, cellPixels } = layout.zoom;
    const frame = this.events.cells(layout);
    this.endCanvas();
    if (frame !== null) {
      this.painter.paint(layout, frame, this.scale, this.background, this.slots);
      if (!frame.isWhole) this.ask();
    }
    // Written when changed only: it makes the browser look at styles again.
    const { isWhole } = layout;
    const shape = `${layout.columns} ${cellPixels} ${pagesPerCell} ${isWhole}`;
    if (shape !== this.shape) {
      this.shape = shape;
      canvas.classList.toggle("whole", isWhole);
      canvas.dataset["columns"] = String(layout.columns);
      canvas.dataset["cellPixels"] = String(cellPixels);
      canvas.dataset["pagesPerCell"] = String(pagesPerCell);
    }
    this.placeCursor();
    this.events.view(layout);
  }

  /** Gives the canvas the height of what is shown. */
  private endCanvas(): void {
    const { layout } = this;
    const end = Math.max(HEIGHT_MIN, layout.rows * layout.zoom.cellPixels);
    const isEnded = this.isFitted && layout.isWhole && layout.pageCount > 0;
    const height = isEnded ? Math.min(end, layout.height) : layout.height;
    if (height === this.shownHeight) return;
    this.shownHeight = height;
    this.canvas.height = Math.round(height * this.scale);
    this.element.style.height = `${height}px`;
  }

  private resize(): void {
    const { width, height } = this.ruler.getBoundingClientRect();
    if (width < 1 || height < 1) return;
    this.scale = Math.min(2, window.devicePixelRatio || 1);
    this.layout.width = width;
    this.layout.height = height;
    this.canvas.width = Math.round(width * this.scale);
    this.shownHeight = 0;
    if (this.isFitted) this.fit();
    else this.layout.scrollTo(this.layout.scrollRow);
    // At once: a canvas that is given a size is blank, and would be for a frame.
    this.paint();
  }

  private listenToPointers(): MapPointers {
    const { events, layout } = this;
    return new MapPointers(this.canvas, {
      point: (x, y) => this.pointAt(x, y, (page, byte) => events.point(page, byte, x, y)),
      leave: () => events.point(null, 0, 0, 0),
      pan: (pixels) => {
        layout.scrollTo(layout.scrollRow - pixels / layout.zoom.cellPixels);
        this.ask();
      },
      zoom: (levels, x, y) => this.zoom(levels, y, x),
      choose: (x, y) => this.pointAt(x, y, (page, byte) => events.choose(page, byte)),
    });
  }

  private pointAt(x: number, y: number, then: (page: number, byte: number) => void): void {
    const page = this.layout.pageAt(x, y);
    if (page === null) {
      this.events.point(null, 0, 0, 0);
      return;
    }
    const { cellPixels } = this.layout.zoom;
    const [left, top] = this.layout.cornerOf(page);
    then(page, byteAt((x - left) / cellPixels, (y - top) / cellPixels));
  }

  private onWheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1 : -1, event.offsetY, event.offsetX);
      return;
    }
    const before = this.layout.scrollRow;
    const rows = event.deltaY * WHEEL_ROWS * Math.max(1, 20 / this.layout.zoom.cellPixels);
    this.layout.scrollTo(before + rows);
    if (this.layout.scrollRow === before) return;
    event.preventDefault();
    this.isFitted = false;
    this.ask();
  }

  private onKey(event: KeyboardEvent): void {
    const { layout } = this;
    const { pagesPerCell } = layout.zoom;
    const row = layout.columns * pagesPerCell;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -pagesPerCell,
      ArrowRight: pagesPerCell,
      ArrowUp: -row,
      ArrowDown: row,
      PageUp: -row * Math.floor(layout.visibleRows),
      PageDown: row * Math.floor(layout.visibleRows),
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const move = moves[event.key];
    if (move !== undefined) this.moveCursor(move);
    else if (event.key === "+" || event.key === "=") this.zoomAtCursor(1);
    else if (event.key === "-") this.zoomAtCursor(-1);
    else if (event.key === "0") this.fit();
    else if (event.key === "Enter" && this.cursorPage !== null) {
      this.events.choose(this.cursorPage, 0);
    } else return;
    event.preventDefault();
  }

  private zoomAtCursor(levels: number): void {
    const page = this.cursorPage;
    if (page === null) this.zoom(levels);
    else this.zoom(levels, this.layout.cornerOf(page)[1] + 1, this.layout.cornerOf(page)[0] + 1);
  }

  private moveCursor(pages: number): void {
    const { layout } = this;
    const last = layout.firstPage + layout.pageCount - 1;
    const from = this.cursorPage ?? layout.visiblePages[0] - Math.max(0, pages);
    const page = Math.max(layout.firstPage, Math.min(last, from + pages));
    this.setCursor(page);
    layout.reveal(page);
    const [x, y] = layout.cornerOf(page);
    this.events.point(page, 0, x, y);
    this.ask();
  }

  private setCursor(page: number | null): void {
    this.cursorPage = page;
    this.cursor.hidden = page === null;
    this.placeCursor();
  }

  private placeCursor(): void {
    if (this.cursorPage === null) return;
    const [x, y] = this.layout.cornerOf(this.cursorPage);
    const size = Math.max(7, this.layout.zoom.cellPixels + 1);
    this.cursor.style.transform = `translate(${x - 1}px, ${y - 1}px)`;
    this.cursor.style.width = `${size}px`;
    this.cursor.style.height = `${size}px`;
  }
}

/** The level as a part of all levels, for a slider. */
export const LEVEL_MAX = LEVELS.length - 1;
