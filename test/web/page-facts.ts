/**
 * The span map's naive twin: what every page of the heap has, page by page, and the colours that
 * cells should have by that, each counted out from its pages.
 *
 * Units: a colour is a word 0xAABBGGRR; pages are 8 KiB, counted from the heap's first.
 */
import type { ColourMode, Palette } from "../../src/web/heap/palette.ts";

/** Pages that are in no span. */
const IDLE = -2;
const NOTHING_LIVE = -1;
const KEYS = 80;
/** Sums of parts in another order differ by less. */
const ROUNDING = 1e-9;

/** Spans as columns, in any form that can be read by index. */
export interface SpanColumns {
  readonly page: ArrayLike<number>;
  readonly pages: ArrayLike<number>;
  readonly class: ArrayLike<number>;
  readonly slots: ArrayLike<number>;
  readonly live: ArrayLike<number>;
  /** Index of the youngest window of a span, -1 when nothing is live. */
  windowOf(span: number): number;
  /** Live slices of an origin in a span. */
  originCountOf(span: number, origin: number): number;
}

/** Size classes as a legend has them: smallest first, large objects (0) last, each once. */
export function sortedClasses(classes: Iterable<number>): number[] {
  return [...new Set(classes)].toSorted((a, b) => (a || Infinity) - (b || Infinity));
}

/** What each page has; a page in no span has IDLE everywhere. */
export class PageFacts {
  readonly fill: Float64Array;
  readonly keys: Readonly<Record<"class" | "origin" | "window", Int16Array>>;
  /** Size classes, smallest first, large objects last. */
  readonly classes: readonly number[];

  constructor(spans: SpanColumns, count: number, firstPage: number, pageCount: number) {
    const column = () => new Int16Array(pageCount).fill(IDLE);
    this.fill = new Float64Array(pageCount).fill(IDLE);
    this.keys = { class: column(), origin: column(), window: column() };
    const classes = new Set<number>();
    for (let span = 0; span < count; span++) {
      const counts = [0, 1, 2, 3].map((origin) => spans.originCountOf(span, origin));
      const most = Math.max(...counts);
      const from = spans.page[span]! - firstPage;
      const end = from + spans.pages[span]!;
      this.fill.fill(spans.live[span]! / spans.slots[span]!, from, end);
      this.keys.class.fill(spans.class[span]!, from, end);
      this.keys.window.fill(spans.windowOf(span), from, end);
      this.keys.origin.fill(most === 0 ? NOTHING_LIVE : counts.indexOf(most), from, end);
      classes.add(spans.class[span]!);
    }
    this.classes = sortedClasses(classes);
  }

  /** Pages in use of [from, end), and the parts of their spans' slots that are live, added up. */
  sumOf(from: number, end: number): { readonly used: number; readonly fill: number } {
    let used = 0;
    let fill = 0;
    for (const part of this.fill.subarray(from, end)) {
      if (part === IDLE) continue;
      used++;
      fill += part;
    }
    return { used, fill };
  }

  /** The lowest of the keys that most pages of [from, end) have. */
  private mainKey(mode: "class" | "origin" | "window", from: number, end: number): number {
    const keys = this.keys[mode];
    const counts = new Uint32Array(KEYS);
    for (let page = from; page < Math.min(end, keys.length); page++) counts[keys[page]! - IDLE]!++;
    const found = counts.subarray(-IDLE);
    const most = Math.max(...found, counts[NOTHING_LIVE - IDLE]!);
    const key = found.indexOf(most);
    return key < 0 ? NOTHING_LIVE : key;
  }

  /** The colours that the cell of [from, end) may have: more than one where rounding decides. */
  coloursOf(
    mode: ColourMode,
    palette: Palette,
    windowCount: number,
    from: number,
    end: number,
  ): number[] {
    const { used, fill } = this.sumOf(from, end);
    if (used === 0) return [palette.idle];
    const part = used / (end - from);
    if (mode === "occupancy") {
      const means = [-ROUNDING, 0, ROUNDING].map((off) => (fill === 0 ? 0 : fill / used + off));
      return means.map((mean) => faded(palette.occupancy(mean), palette.idle, part));
    }
    const key = this.mainKey(mode, from, end);
    const classes = palette.classes(this.classes.length);
    const found = {
      class: classes[this.classes.indexOf(key)],
      origin: palette.origins[key],
      window: palette.windows(windowCount)[key],
    };
    return [faded(found[mode] ?? palette.emptyAmongKinds, palette.idle, part)];
  }
}

/** A colour that has left that of idle pages so far, channel by channel. */
function faded(colour: number, idle: number, part: number): number {
  if (part === 1) return colour;
  const channels = [0, 8, 16].map((shift) => {
    const [from, to] = [(idle >>> shift) & 0xff, (colour >>> shift) & 0xff];
    return Math.floor(from + (to - from) * (0.35 + 0.65 * part)) * 2 ** shift;
  });
  return 0xff000000 + channels.reduce((sum, channel) => sum + channel, 0);
}
