/**
 * The figures that matter, in one row: the gap first, since it is what fragmentation costs.
 *
 * Units: …Bytes bytes. Each value carries its number in data-value.
 */
import type { HeapFigures } from "../../http/api-types.ts";
import { el, setText } from "../base/element.ts";
import { bytesText, countText, percentText } from "../base/figure-text.ts";

interface Figure {
  readonly name: string;
  readonly title: string;
  readonly of: (figures: HeapFigures) => number;
  readonly show: (value: number) => string;
}

const FIGURES: readonly Figure[] = [
  {
    name: "heap_alloc",
    title: "slots that hold an object",
    of: (f) => f.allocBytes,
    show: bytesText,
  },
  {
    name: "heap_inuse",
    title: "spans that hold an object",
    of: (f) => f.inuseBytes,
    show: bytesText,
  },
  { name: "heap_idle", title: "mapped pages in no span", of: (f) => f.idleBytes, show: bytesText },
  {
    name: "heap_released",
    title: "idle pages given back",
    of: (f) => f.releasedBytes,
    show: bytesText,
  },
  { name: "GC cycles", title: "collections so far", of: (f) => f.gcCount, show: countText },
  { name: "series", title: "series held", of: (f) => f.seriesCount, show: countText },
  { name: "chunks", title: "chunks held", of: (f) => f.chunkCount, show: countText },
];

export class FigureStrip {
  readonly element: HTMLElement;
  private readonly gap = el("dd", { class: "hero", "data-figure": "gap" }, "–");
  private readonly part = el("p", { class: "soft" }, "");
  private readonly values: readonly HTMLElement[];

  constructor() {
    this.values = FIGURES.map(({ name }) => el("dd", { "data-figure": name }, "–"));
    const pairs = FIGURES.map(({ name, title }, i) =>
      el("div", { title }, el("dt", {}, name), this.values[i]),
    );
    this.element = el(
      "section",
      { class: "strip", "aria-label": "figures" },
      el(
        "dl",
        { class: "strip-gap" },
        el("div", {}, el("dt", {}, "gap = heap_inuse − heap_alloc"), this.gap),
      ),
      this.part,
      el("dl", { class: "strip-rest" }, ...pairs),
    );
  }

  show(figures: HeapFigures | undefined): void {
    if (figures === undefined) return;
    const gap = figures.inuseBytes - figures.allocBytes;
    setText(this.gap, bytesText(gap));
    this.gap.dataset["value"] = String(gap);
    setText(this.part, `${percentText(gap, figures.inuseBytes)} of heap_inuse holds nothing`);
    FIGURES.forEach(({ of, show }, i) => {
      const element = this.values[i] as HTMLElement;
      setText(element, show(of(figures)));
      element.dataset["value"] = String(of(figures));
    });
  }
}
