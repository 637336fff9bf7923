/**
 * Keeps a table of all spans up to date, a portion at a time: first all of them in order of
 * address, then those in view, or all again in turn.
 *
 * I1  At most one portion is asked for at a time.
 * I2  When windows have come or gone, all spans are read anew, as at first; the old table stays
 *     what is shown until the new one is whole.
 *
 * Units: pages are 8 KiB, counted from address 0; parts go from 0 to 1.
 */
import { PORTION_SPANS, type Renewal, SpanTable } from "./span-table.ts";

export class SpanListing {
  private shown: SpanTable | null = null;
  /** Being read from its first page on. */
  private coming: SpanTable | null = new SpanTable();
  private nextPage = 0;
  private running: Promise<Renewal> | null = null;

  /** What there is to show, null before the first portion. */
  get table(): SpanTable | null {
    if (this.shown !== null) return this.shown;
    return (this.coming?.revision ?? 0) > 0 ? this.coming : null;
  }

  /** Whether all spans have been listed at least once. */
  get isWhole(): boolean {
    return this.coming === null;
  }

  /** How much of the heap has been read while it is not whole. */
  get part(): number {
    if (this.coming === null || this.coming.revision === 0) return this.isWhole ? 1 : 0;
    const { firstPage, endPage } = this.coming;
    return Math.min(1, Math.max(0, (this.nextPage - firstPage) / (endPage - firstPage)));
  }

  /** Lists the next portion: of the pages in view, of all with null. */
  step(view: readonly [number, number] | null, signal?: AbortSignal): Promise<Renewal> {
    this.running ??= this.take(view, signal).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async take(
    view: readonly [number, number] | null,
    signal: AbortSignal | undefined,
  ): Promise<Renewal> {
    if (this.coming !== null) return this.read(this.coming, signal);
    const table = this.shown as SpanTable;
    const [from, end] = view ?? [table.firstPage, table.endPage];
    const page = this.nextPage > from && this.nextPage < end ? this.nextPage : from;
    const limit = Math.max(1, Math.min(PORTION_SPANS, end - page));
    const renewal = await table.renew(page, limit, signal);
    if (renewal !== null) {
      this.nextPage = renewal.endPage;
      return renewal;
    }
    this.coming = new SpanTable();
    this.nextPage = 0;
    return this.read(this.coming, signal);
  }

  private async read(coming: SpanTable, signal: AbortSignal | undefined): Promise<Renewal> {
    const renewal = await coming.renew(this.nextPage, PORTION_SPANS, signal);
    if (renewal === null) {
      this.coming = new SpanTable();
      this.nextPage = 0;
      return this.read(this.coming, signal);
    }
    this.nextPage = renewal.endPage;
    if (renewal.endPage !== Number.POSITIVE_INFINITY) return renewal;
    this.shown = coming;
    this.coming = null;
    this.nextPage = 0;
    return renewal;
  }
}
