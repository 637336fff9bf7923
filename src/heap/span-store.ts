/**
 * Spans with their pages: makes one over fresh pages, ends one and gives its pages back.
 *
 * I1  Every span in use has its pages in the page heap, its counts in the class figures and, with
 *     real memory, bytes behind every page.
 * I2  `spanPages` of the page heap times 8 KiB is HeapInuse.
 *
 * Units: 8 KiB pages.
 */
import { addressOfPage, type SpanRef } from "../base/units.ts";
import { ClassFigures } from "./class-figures.ts";
import type { GoRules } from "./go-rules.ts";
import type { HeapMemory } from "./heap-memory.ts";
import type { PageHeap } from "./pages.ts";
import { LARGE_CLASS, TINY_CLASS } from "./size-classes.ts";
import { SpanQueues } from "./span-queues.ts";
import { SpanRecords } from "./span-records.ts";
import { SpanTable, spanBytes } from "./spans.ts";
import { TinyBlocks } from "./tiny-blocks.ts";

export class SpanStore {
  readonly rules: GoRules;
  readonly spans = new SpanTable();
  readonly queues = new SpanQueues(this.spans);
  readonly figures = new ClassFigures();
  readonly records = new SpanRecords();
  readonly tiny = new TinyBlocks();
  readonly pages: PageHeap;
  private readonly memory: HeapMemory | null;

  constructor(rules: GoRules, memory: HeapMemory | null, pages: PageHeap) {
    this.rules = rules;
    this.memory = memory;
    this.pages = pages;
  }

  /** A new span of free slots, counted as swept in `cycle`, in no queue. */
  create(sizeClass: number, pageCount: number, cycle: number): SpanRef {
    const page = this.pages.allocate(pageCount);
    const slotCount = this.rules.slotCounts[sizeClass]!;
    const span = this.spans.create(page, pageCount, sizeClass, slotCount, cycle);
    this.figures.addSpans(sizeClass, 1);
    this.records.take();
    if (sizeClass === TINY_CLASS) this.spans.setTinyCounts(span, this.tiny.openPlace());
    if (this.memory !== null) {
      const end = addressOfPage(this.spans.endPageOf(span));
      this.memory.ensure(end);
      this.memory.touch(end);
    }
    return span;
  }

  /** Ends an empty span that is in no queue. */
  free(span: SpanRef): void {
    const sizeClass = this.spans.classOf(span);
    this.pages.free(this.spans.pageOf(span), this.spans.pageCountOf(span));
    this.figures.addSpans(sizeClass, -1);
    this.records.give();
    if (sizeClass === TINY_CLASS) this.tiny.closePlace(this.spans.tinyCountsOf(span));
    this.spans.retire(span);
  }

  /** Sweeps a span's bits and counts what died; the queues are the caller's. */
  sweep(span: SpanRef, cycle: number): void {
    const before = this.spans.allocCountOf(span);
    const freed = before - this.spans.sweep(span, cycle);
    if (freed === 0) return;
    const sizeClass = this.spans.classOf(span);
    this.figures.countFrees(sizeClass, freed);
    if (sizeClass === LARGE_CLASS) {
      this.figures.largeFreedBytes += spanBytes(this.spans.pageCountOf(span));
    }
  }

  /** Becomes equal to another store, without its memory. */
  copyFrom(other: SpanStore): void {
    this.spans.copyFrom(other.spans);
    this.queues.copyFrom(other.queues);
    this.figures.copyFrom(other.figures);
    this.records.copyFrom(other.records);
    this.tiny.copyFrom(other.tiny);
  }
}
