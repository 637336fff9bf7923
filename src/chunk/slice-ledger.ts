/**
 * Where the heap's bytes came from and when they will go: slices by origin, by window and by span.
 *
 * I1  An origin is who asked (the source at that moment: ingestion, restore, compaction) and how
 *     (made, grown, remade); a live slice's origin is kept by chunk, one byte each.
 * I2  allocated… counts slices ever made, by origin and window; those of a window that no longer
 *     holds a slice are added up in `expired`. live… counts the slices that chunks hold now.
 * I3  Sums over all origins and windows are the heap's: allocated is TotalAlloc, Mallocs, live is
 *     liveBytes; objects below 16 bytes, which no chunk of our times has, are counted singly.
 *
 * Kept up to date when slices change, so that reading costs nothing and is exact at any moment.
 *
 * Units: bytes are those of slots.
 */
import { assert } from "../base/assert.ts";
import {
  type ChunkRef,
  type HeapAddress,
  PAGE_BYTES,
  pageOfAddress,
  type SpanRef,
  type WindowNumber,
} from "../base/units.ts";
import type { GoRules } from "../heap/go-rules.ts";
import { GrowingBuffer } from "../heap/growing-buffer.ts";
import { slotBytesOf } from "../heap/growth.ts";
import type { HeapParts } from "../heap/heap-parts.ts";
import type { SpanTable } from "../heap/spans.ts";
import type { ChunkTable } from "./chunk-table.ts";
import type { SliceObserver } from "./slice-observer.ts";
import { SpanOrigin, SpanOrigins } from "./span-origins.ts";
import { SpanWindows } from "./span-windows.ts";
import { COLUMNS_MAX, WindowColumns } from "./window-columns.ts";

/** Who asks for slices. */
export const SliceSource = { ingestion: 0, restore: 1, compaction: 2 } as const;
export type SliceSource = (typeof SliceSource)[keyof typeof SliceSource];
/** How a slice came about: with its chunk, as a larger one, as one that is no larger. */
export const SliceKind = { made: 0, grown: 1, remade: 2 } as const;
export type SliceKind = (typeof SliceKind)[keyof typeof SliceKind];

const KIND_COUNT = 3;
const ORIGIN_COUNT = 9;
const CELLS = ORIGIN_COUNT * COLUMNS_MAX;

/** Slices of one origin and window; `window` null is all windows that hold nothing any more. */
export interface OriginFigures {
  readonly source: SliceSource;
  readonly kind: SliceKind;
  readonly window: WindowNumber | null;
  readonly allocatedObjects: number;
  readonly allocatedBytes: number;
  readonly liveObjects: number;
  readonly liveBytes: number;
}

/** What a window holds, and what its expiry will free for good. */
export interface WindowFigures {
  readonly window: WindowNumber;
  readonly liveObjects: number;
  readonly liveBytes: number;
  /** Pages of the spans that hold slices of this window and of no later one. */
  readonly lastPages: number;
}

export class SliceLedger implements SliceObserver {
  /** Who asks now. */
  source: SliceSource = SliceSource.ingestion;
  readonly columns = new WindowColumns();
  readonly spanWindows = new SpanWindows(this.columns);
  readonly spanOrigins = new SpanOrigins();
  private readonly rules: GoRules;
  private readonly spans: SpanTable;
  private readonly allocatedObjects = new Float64Array(CELLS);
  private readonly allocatedBytes = new Float64Array(CELLS);
  private readonly liveObjects = new Float64Array(CELLS);
  private readonly liveBytes = new Float64Array(CELLS);
  private readonly windowObjects = new Float64Array(COLUMNS_MAX);
  private readonly expiredObjects = new Float64Array(ORIGIN_COUNT);
  private readonly expiredBytes = new Float64Array(ORIGIN_COUNT);
  private readonly originBuffer = new GrowingBuffer();
  private origins: Uint8Array = new Uint8Array(0);

  constructor(heap: Pick<HeapParts, "rules" | "store">) {
    this.rules = heap.rules;
    this.spans = heap.store.spans;
  }

  /** Bytes of the tables that grow with the store. */
  get bytes(): number {
    return this.spanWindows.bytes + this.spanOrigins.bytes + this.origins.byteLength;
  }

  made(chunk: ChunkRef, window: WindowNumber, address: HeapAddress, capacity: number): void {
    this.take(chunk, SliceKind.made, window, address, capacity);
  }

  madeMany(
    chunks: Uint32Array,
    count: number,
    window: WindowNumber,
    addresses: Float64Array,
    capacity: number,
  ): void {
    const origin = this.source * KIND_COUNT + SliceKind.made;
    const column = this.columns.columnOf(window);
    for (let i = 0; i < count; i++) this.setOrigin(chunks[i]!, origin);
    this.count(origin, column, count, slotBytesOf(this.rules, capacity));
    for (let i = 0; i < count; ) {
      const span = this.spanOf(addresses[i]! as HeapAddress);
      const end = spanEnd(this.spans, span);
      const first = i;
      while (i < count && addresses[i]! < end && addresses[i]! >= addresses[first]!) i++;
      this.spanWindows.add(span, column, this.spans.pageCountOf(span), i - first);
      this.spanOrigins.add(span, spanOriginOf(origin), i - first);
    }
  }

  moved(
    chunk: ChunkRef,
    window: WindowNumber,
    oldAddress: HeapAddress,
    oldCapacity: number,
    address: HeapAddress,
    capacity: number,
  ): void {
    const origin = this.origins[chunk]!;
    const kind = capacity > oldCapacity ? SliceKind.grown : SliceKind.remade;
    this.take(chunk, kind, window, address, capacity);
    this.give(origin, window, oldAddress, oldCapacity);
  }

  released(chunk: ChunkRef, window: WindowNumber, address: HeapAddress, capacity: number): void {
    this.give(this.origins[chunk]!, window, address, capacity);
    const column = this.columns.columnOf(window);
    if (this.windowObjects[column] === 0) this.expire(column);
  }

  /** How a live chunk's slice came about. */
  spanOriginOf(chunk: ChunkRef): SpanOrigin {
    return spanOriginOf(this.origins[chunk]!);
  }

  /** The windows that hold slices, oldest first. */
  windows(): WindowFigures[] {
    return this.columns.ordered().map((column) => ({
      window: this.columns.windowOf(column),
      liveObjects: this.windowObjects[column]!,
      liveBytes: sumOfColumn(this.liveBytes, column),
      lastPages: this.spanWindows.lastPagesOf(column),
    }));
  }

  /** Figures of every origin and window that ever had a slice, windows from the oldest on. */
  byOrigin(): OriginFigures[] {
    const figures: OriginFigures[] = [];
    const columns = this.columns.ordered();
    for (let origin = 0; origin < ORIGIN_COUNT; origin++) {
      if (this.expiredObjects[origin]! > 0) figures.push(this.expiredOf(origin));
      for (const column of columns) {
        if (this.allocatedObjects[cellOf(origin, column)]! > 0) {
          figures.push(this.figuresOf(origin, column));
        }
      }
    }
    return figures;
  }

  /** Recomputes what is live from the chunks; throws on any difference. */
  verify(chunks: ChunkTable): void {
    const objects = new Float64Array(CELLS);
    const bytes = new Float64Array(CELLS);
    const counted = new SpanWindows(this.columns);
    const countedOrigins = new SpanOrigins();
    for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
      if (!chunks.isLive(chunk)) continue;
      const column = this.columns.columnOf(chunks.windowOf(chunk));
      const cell = cellOf(this.origins[chunk]!, column);
      objects[cell] = objects[cell]! + 1;
      bytes[cell] = bytes[cell]! + slotBytesOf(this.rules, chunks.capacityOf(chunk));
      const span = this.spanOf(chunks.addressOf(chunk));
      counted.add(span, column, this.spans.pageCountOf(span));
      countedOrigins.add(span, this.spanOriginOf(chunk));
    }
    for (let cell = 0; cell < CELLS; cell++) {
      assert(objects[cell] === this.liveObjects[cell], "live slices of an origin differ");
      assert(bytes[cell] === this.liveBytes[cell], "live bytes of an origin differ");
    }
    for (let column = 0; column < COLUMNS_MAX; column++) {
      const held = sumOfColumn(objects, column);
      assert(held === this.windowObjects[column], "slices of a window differ");
    }
    this.spanWindows.assertEqual(counted);
    this.spanOrigins.assertEqual(countedOrigins);
  }

  private take(
    chunk: ChunkRef,
    kind: SliceKind,
    window: WindowNumber,
    address: HeapAddress,
    capacity: number,
  ): void {
    const origin = this.source * KIND_COUNT + kind;
    this.setOrigin(chunk, origin);
    const column = this.columns.columnOf(window);
    this.count(origin, column, 1, slotBytesOf(this.rules, capacity));
    const span = this.spanOf(address);
    this.spanWindows.add(span, column, this.spans.pageCountOf(span));
    this.spanOrigins.add(span, spanOriginOf(origin));
  }

  private setOrigin(chunk: number, origin: number): void {
    if (this.originBuffer.ensure(chunk + 1))
      this.origins = new Uint8Array(this.originBuffer.buffer);
    this.origins[chunk] = origin;
  }

  /** Counts new slices of an origin and a window's column, of so many bytes each. */
  private count(origin: number, column: number, slices: number, slotBytes: number): void {
    const cell = cellOf(origin, column);
    const bytes = slices * slotBytes;
    this.allocatedObjects[cell] = this.allocatedObjects[cell]! + slices;
    this.allocatedBytes[cell] = this.allocatedBytes[cell]! + bytes;
    this.liveObjects[cell] = this.liveObjects[cell]! + slices;
    this.liveBytes[cell] = this.liveBytes[cell]! + bytes;
    this.windowObjects[column] = this.windowObjects[column]! + slices;
  }

  private give(origin: number, window: WindowNumber, address: HeapAddress, capacity: number): void {
    const column = this.columns.columnOf(window);
    const cell = cellOf(origin, column);
    assert(this.liveObjects[cell]! > 0, "a slice is given up that nobody had");
    this.liveObjects[cell] = this.liveObjects[cell]! - 1;
    this.liveBytes[cell] = this.liveBytes[cell]! - slotBytesOf(this.rules, capacity);
    this.windowObjects[column] = this.windowObjects[column]! - 1;
    const span = this.spanOf(address);
    this.spanWindows.remove(span, column, this.spans.pageCountOf(span));
    this.spanOrigins.remove(span, spanOriginOf(origin));
  }

  /** A window holds nothing any more: what it ever got goes to the sums. */
  private expire(column: number): void {
    for (let origin = 0; origin < ORIGIN_COUNT; origin++) {
      const cell = cellOf(origin, column);
      assert(this.liveObjects[cell] === 0, "an expired window holds a slice");
      this.expiredObjects[origin] = this.expiredObjects[origin]! + this.allocatedObjects[cell]!;
      this.expiredBytes[origin] = this.expiredBytes[origin]! + this.allocatedBytes[cell]!;
      this.allocatedObjects[cell] = 0;
      this.allocatedBytes[cell] = 0;
    }
    this.columns.close(column);
  }

  private spanOf(address: HeapAddress): SpanRef {
    return this.spans.spanAt(pageOfAddress(address));
  }

  private figuresOf(origin: number, column: number): OriginFigures {
    const cell = cellOf(origin, column);
    return {
      source: Math.floor(origin / KIND_COUNT) as SliceSource,
      kind: (origin % KIND_COUNT) as SliceKind,
      window: this.columns.windowOf(column),
      allocatedObjects: this.allocatedObjects[cell]!,
      allocatedBytes: this.allocatedBytes[cell]!,
      liveObjects: this.liveObjects[cell]!,
      liveBytes: this.liveBytes[cell]!,
    };
  }

  private expiredOf(origin: number): OriginFigures {
    return {
      source: Math.floor(origin / KIND_COUNT) as SliceSource,
      kind: (origin % KIND_COUNT) as SliceKind,
      window: null,
      allocatedObjects: this.expiredObjects[origin]!,
      allocatedBytes: this.expiredBytes[origin]!,
      liveObjects: 0,
      liveBytes: 0,
    };
  }
}

/** Address behind a span. */
function spanEnd(spans: SpanTable, span: SpanRef): number {
  return spans.endPageOf(span) * PAGE_BYTES;
}

/** The kind of origin that span maps tell apart, of source * 3 + kind. */
function spanOriginOf(origin: number): SpanOrigin {
  if (origin >= SliceSource.compaction * KIND_COUNT) return SpanOrigin.moved;
  if (origin >= SliceSource.restore * KIND_COUNT) return SpanOrigin.restored;
  return origin === SliceKind.made ? SpanOrigin.made : SpanOrigin.grown;
}

function cellOf(origin: number, column: number): number {
  return origin * COLUMNS_MAX + column;
}

function sumOfColumn(cells: Float64Array, column: number): number {
  let sum = 0;
  for (let cell = column; cell < CELLS; cell += COLUMNS_MAX) sum += cells[cell]!;
  return sum;
}
