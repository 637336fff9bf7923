/**
 * The whole heap as a narrow strip, with a frame around what the map shows; the frame can be moved.
 *
 * A row of the strip is what fits: each of its pixels is the colour of the cell that lies there.
 * While the map is panned only the frame's transform changes, which asks for no layout.
 */
import { el } from "../base/element.ts";
import type { Cells } from "./cells.ts";
import { type MapLayout, STRIP_COLUMNS, stripFrame } from "./map-layout.ts";

export class Minimap {
  readonly element: HTMLElement;
  private readonly canvas = el("canvas", {
    width: STRIP_COLUMNS,
    height: 1,
    "aria-hidden": "true",
  });
  private readonly frame = el("div", { class: "minimap-frame" });
  private shown = "";

  /** `onMove` is told the part of the heap, from 0 to 1, that shall be in the middle. */
  constructor(onMove: (part: number) => void) {
    this.element = el("div", { class: "minimap" }, this.canvas, this.frame);
    const move = (event: PointerEvent) => {
      const { top, height } = this.element.getBoundingClientRect();
      onMove((event.clientY - top) / height);
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      move(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) move(event);
    });
  }

  /** Paints the strip: rows of STRIP_COLUMNS cells, stretched to its height. */
  paint(cells: Cells): void {
    const { colours } = cells;
    const rows = Math.max(1, Math.ceil(colours.length / STRIP_COLUMNS));
    this.canvas.height = rows;
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const image = context.createImageData(STRIP_COLUMNS, rows);
    new Uint32Array(image.data.buffer).set(colours);
    context.putImageData(image, 0, 0);
  }

  /** Moves the frame to what is in view. */
  show(layout: MapLayout): void {
    const { top, height } = stripFrame(layout);
    this.frame.style.transform = `translateY(${Math.round(top)}px)`;
    const shown = `${height}px`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.frame.style.height = shown;
    this.element.classList.toggle("whole", layout.isWhole);
  }
}
