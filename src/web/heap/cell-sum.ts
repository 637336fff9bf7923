/**
 * What the spans on a run of pages add up to: the content of one cell of a span map.
 *
 * I1  A span counts with as many pages as it has in the run, so the cells of a level have together
 *     all pages in use, each once.
 * I2  mainKey is what most of these pages have, of several equal ones the lowest.
 *
 * One sum serves all cells of a map, one after the other, and makes no object.
 *
 * Units: pages are 8 KiB, counted from address 0.
 */
import type { ColourMode } from "./palette.ts";
import type { SpanTable } from "./span-table.ts";

/** Key of a span that holds nothing live. */
export const NO_KEY = 255;
const KEY_COUNT = 256;

/** What a span is coloured by: its class, or the index of a window or an origin. */
export function keyOf(table: SpanTable, span: number, mode: ColourMode): number {
  if (mode === "occupancy") return 0;
  if (mode === "class") return table.classOf(span);
  const key = mode === "window" ? table.lastWindowOf(span) : table.mainOriginOf(span);
  return key < 0 ? NO_KEY : key;
}

export class CellSum {
  /** Pages that are in a span. */
  usedPages = 0;
  /** Spans with a page in the run. */
  spanCount = 0;
  /** Sum over the pages in use of the part of their span's slots that is live. */
  fillPages = 0;
  mainKey = NO_KEY;
  private readonly pagesOfKey = new Uint32Array(KEY_COUNT);
  private readonly keys = new Uint8Array(KEY_COUNT);

  /**
   * Adds up the run [fromPage, endPage). `span` is the first that ends behind fromPage; the answer
   * is the first that ends behind endPage.
   */
  take(
    table: SpanTable,
    mode: ColourMode,
    span: number,
    fromPage: number,
    endPage: number,
  ): number {
    let at = span;
    let keyCount = 0;
    let most = 0;
    this.usedPages = 0;
    this.spanCount = 0;
    this.fillPages = 0;
    this.mainKey = NO_KEY;
    for (; at < table.count; at++) {
      const spanPage = table.pageOf(at);
      if (spanPage >= endPage) break;
      const spanEnd = spanPage + table.pageCountOf(at);
      const pages = Math.min(spanEnd, endPage) - Math.max(spanPage, fromPage);
      const key = keyOf(table, at, mode);
      const before = this.pagesOfKey[key] as number;
      if (before === 0) this.keys[keyCount++] = key;
      const now = before + pages;
      this.pagesOfKey[key] = now;
      if (now > most || (now === most && key < this.mainKey)) {
        most = now;
        this.mainKey = key;
      }
      this.usedPages += pages;
      this.spanCount++;
      this.fillPages += (table.liveOf(at) / table.slotsOf(at)) * pages;
      if (spanEnd > endPage) break;
    }
    for (let i = 0; i < keyCount; i++) this.pagesOfKey[this.keys[i] as number] = 0;
    return at;
  }
}
