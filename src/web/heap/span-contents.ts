/**
 * What is in the span under the pointer, in a sentence: asked for once the pointer has rested on
 * it, kept until the map is listed anew.
 *
 * Units: …Ms milliseconds.
 */
import type { ChunkListing } from "../../http/api-types.ts";
import { ask } from "../base/api.ts";
import { countText } from "../base/figure-text.ts";
import type { SpanTable } from "./span-table.ts";

const REST_MS = 140;
/** More pages than this are a large object: one chunk, or none. */
const PAGES_MAX = 64;

function sentence({ chunk, series }: ChunkListing): string {
  if (chunk.length === 0) return "no chunk in it";
  const chunks = `${countText(chunk.length)} ${chunk.length === 1 ? "chunk" : "chunks"}`;
  return `${chunks} of ${countText(new Set(series).size)} series`;
}

export class SpanContents {
  private readonly onKnown: () => void;
  private table: SpanTable | null = null;
  private revision = 0;
  private readonly known = new Map<number, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `onKnown` is called when a sentence that was asked for has come. */
  constructor(onKnown: () => void) {
    this.onKnown = onKnown;
  }

  /** The sentence of a span, or "" while it is being asked for. */
  textOf(table: SpanTable, span: number): string {
    if (table !== this.table || table.revision !== this.revision) this.known.clear();
    this.table = table;
    this.revision = table.revision;
    clearTimeout(this.timer);
    const text = this.known.get(span);
    if (text === undefined) this.timer = setTimeout(() => void this.read(table, span), REST_MS);
    return text ?? "";
  }

  private async read(table: SpanTable, span: number): Promise<void> {
    const pages = Math.min(PAGES_MAX, table.pageCountOf(span));
    const { revision } = table;
    const query = `from=${table.pageOf(span)}&pages=${pages}`;
    try {
      const listing = await ask<ChunkListing>(`/api/v1/status/heap/chunks?${query}`);
      if (this.table !== table || this.revision !== revision) return;
      this.known.set(span, sentence(listing));
      this.onKnown();
    } catch {
      // The other lines stand without it.
    }
  }
}
