/**
 * Spans and cells of a span map in words, for pointer and screen reader alike.
 *
 * Units: …Bytes bytes; pages are 8 KiB, counted from address 0.
 */
import { bytesText, clockText, countText, percentText } from "../base/figure-text.ts";
import type { CellSum } from "./cell-sum.ts";
import type { SpanTable } from "./span-table.ts";

const PAGE_BYTES = 8192;

/** A span in one sentence. */
export function spanSentence(table: SpanTable, span: number, slotBytes: number): string {
  const pages = table.pageCountOf(span);
  const live = table.liveOf(span);
  const slots = table.slotsOf(span);
  if (table.classOf(span) === 0) {
    return `large object of ${countText(pages)} pages, ${live === 0 ? "dead" : "live"}`;
  }
  const size = `${pages} ${pages === 1 ? "page" : "pages"}, slots of ${countText(slotBytes)} B`;
  return `${size}, ${live} of ${slots} live (${percentText(live, slots)})`;
}

/** Windows of a span in words. */
export function windowsSentence(table: SpanTable, span: number): string {
  const windows = table.windowsOf(span).map((i) => clockText(table.windowStartsMs[i] as number));
  if (windows.length === 0) return "holds nothing live";
  if (windows.length === 1) return `chunks of the window from ${windows[0]}`;
  return `chunks of ${windows.length} windows: ${windows.join(", ")}`;
}

/** A cell of the pages [fromPage, endPage); `main` is what most of them have, or "". */
export function cellSentences(
  sum: CellSum,
  fromPage: number,
  endPage: number,
  main: string,
): string[] {
  const pages = endPage - fromPage;
  const title = `${bytesText(pages * PAGE_BYTES)} from page ${fromPage}`;
  if (sum.usedPages === 0) return [title, "idle: in no span"];
  const spans = `${countText(sum.spanCount)} ${sum.spanCount === 1 ? "span" : "spans"}`;
  const idle = pages - sum.usedPages;
  const used = `${countText(sum.usedPages)} pages in ${spans}, ${countText(idle)} idle`;
  const live = `${percentText(sum.fillPages, sum.usedPages)} of their slots live`;
  return [title, used, live, ...(main === "" ? [] : [`most: ${main}`])];
}
