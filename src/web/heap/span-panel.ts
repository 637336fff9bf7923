/**
 * One span opened: its slots as a grid of buttons, and below the chunk that was chosen.
 *
 * Units: …Bytes bytes; pages are 8 KiB.
 */
import { el } from "../base/element.ts";
import { countText } from "../base/figure-text.ts";
import { showChunk } from "./chunk-panel.ts";
import { hexOf, type Palette } from "./palette.ts";
import type { PageSlots } from "./slots.ts";
import type { SpanTable } from "./span-table.ts";
import { spanSentence, windowsSentence } from "./span-text.ts";

const PAGE_BYTES = 8192;

/** A span and the chunks in it. */
export interface OpenedSpan {
  readonly table: SpanTable;
  readonly span: number;
  readonly slotBytes: number;
  readonly slots: PageSlots;
}

export class SpanPanel {
  readonly element: HTMLElement;
  private readonly body = el("div", {});
  private readonly chunk = el("div", {});

  constructor(onClose: () => void) {
    this.element = el(
      "aside",
      { class: "panel span-panel", hidden: true, "aria-label": "span" },
      el(
        "button",
        { type: "button", class: "close", "aria-label": "close", onclick: onClose },
        "×",
      ),
      this.body,
      this.chunk,
    );
  }

  close(): void {
    this.element.hidden = true;
  }

  /** Says that a span is being looked up. */
  wait(): void {
    this.element.hidden = false;
    this.body.replaceChildren(el("p", { class: "soft" }, "Looking up the span …"));
    this.chunk.replaceChildren();
  }

  fail(text: string): void {
    this.body.replaceChildren(el("p", { class: "notice bad" }, text));
  }

  /** Shows a span; `chosenByte`, counted from its page's first, opens the chunk that lies there. */
  show(opened: OpenedSpan, palette: Palette, page: number, chosenByte: number): void {
    const { table, span, slots } = opened;
    const first = table.pageOf(span);
    const last = first + table.pageCountOf(span) - 1;
    const held = Array.from(slots.listing.series);
    const seriesCount = new Set(held).size;
    const pages = first === last ? `Page ${first}` : `Pages ${first} – ${last}`;
    const state = [
      table.isCached(span) ? "served from now" : "",
      table.isUnswept(span) ? "waits to be swept" : "",
    ].filter((text) => text !== "");
    this.body.replaceChildren(
      el("h2", {}, pages),
      el("p", {}, `${spanSentence(table, span, opened.slotBytes)}.`),
      el(
        "p",
        { class: "soft" },
        `${capital(windowsSentence(table, span))}; ${countText(seriesCount)} series.`,
      ),
      ...(state.length === 0 ? [] : [el("p", { class: "soft" }, `It is ${state.join(" and ")}.`)]),
      this.grid(opened, palette),
    );
    this.chunk.replaceChildren(
      el(
        "p",
        { class: "soft" },
        held.length === 0 ? "No chunk lies here." : "Choose a slot to see its chunk.",
      ),
    );
    const chosen = slots.slotAt(page, chosenByte);
    if (chosen !== undefined) this.choose(opened, chosen.index);
  }

  private grid(opened: OpenedSpan, palette: Palette): HTMLElement {
    const { table, span, slots, slotBytes } = opened;
    const { listing } = slots;
    const bySlot = new Map(listing.slot.map((slot, index) => [slot, index]));
    const colours = palette.windows(listing.windowStartsMs.length).map(hexOf);
    const cells = Array.from({ length: table.slotsOf(span) }, (_, slot) => {
      const index = bySlot.get(slot);
      if (index === undefined)
        return el("i", { class: "slot free", title: `slot ${slot}: no chunk` });
      const samples = listing.samples[index];
      const title = `slot ${slot}: ${samples} samples, ${listing.bytes[index]} of ${slotBytes} B`;
      const button = el("button", {
        type: "button",
        class: "slot",
        title,
        "aria-label": title,
        "data-index": index,
        onclick: () => this.choose(opened, index),
      });
      button.style.background = colours[listing.window[index] as number] ?? "";
      return button;
    });
    return el("div", { class: "slots", "data-slots": cells.length }, ...cells);
  }

  private choose({ slots, slotBytes }: OpenedSpan, index: number): void {
    const { listing } = slots;
    for (const one of this.body.querySelectorAll<HTMLElement>(".slot")) {
      one.classList.toggle("chosen", one.dataset["index"] === String(index));
    }
    const page = listing.page[index] as number;
    const address = page * PAGE_BYTES + (listing.slot[index] as number) * slotBytes;
    void showChunk(this.chunk, listing.chunk[index] as number, address);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
