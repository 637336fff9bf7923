/**
 * Sweeping: what is dead at a mark goes back to its span, and empty spans to the page heap.
 *
 * I1  A span in use is swept when its record names the current cycle. Unswept spans wait in the
 *     unswept queues; a span swept before its turn (I3) waits there too.
 * I2  Which objects a cycle frees is settled at its start: an object dropped later, in a span not
 *     yet swept, is freed by the next cycle. So the totals at the end of a sweep do not depend on
 *     who swept when.
 * I3  That holds because a drop sweeps its span first, in place, when it is unswept; the span keeps
 *     its turn in the queue.
 * I4  Order: class by class, full spans before partial ones, first in, first out.
 * I5  No step is unbounded: a payment sweeps at most 128 spans, a reclaim looks at 4 groups. (The
 *     runtime has no such bounds; what stays owed is asked for again by the next refill.)
 *
 * The current tiny block is marked at the start of a cycle even when nothing in it is referenced;
 * it is the cycle's survivor and dies in the next one.
 *
 * Source: mgcsweep.go, mcentral.cacheSpan, mheap.reclaim.
 *
 * Units: counts of spans, 8 KiB pages where named so.
 */
import { assert } from "../base/assert.ts";
import type { PageIndex, SpanRef } from "../base/units.ts";
import type { Pacer } from "./pacer.ts";
import { GROUP_PAGES } from "./run-tree.ts";
import { CLASS_COUNT, TINY_BYTES } from "./size-classes.ts";
import type { SpanStore } from "./span-store.ts";
import { NO_SPAN } from "./spans.ts";
import { SweepDebt } from "./sweep-debt.ts";

/** Spans that one refill takes from the unswept queues before it makes a fresh one. */
const REFILL_POPS_MAX = 101;
const PAYMENT_SPANS_MAX = 128;
const RECLAIM_GROUPS_MAX = 4;

export class Sweeper {
  private readonly store: SpanStore;
  private readonly pacer: Pacer;
  private readonly debt = new SweepDebt();
  private cycleNumber = 0;
  private active = false;
  private nextClass = 0;
  private survivorSpan: SpanRef = NO_SPAN;
  private survivorSlot = 0;

  constructor(store: SpanStore, pacer: Pacer) {
    this.store = store;
    this.pacer = pacer;
  }

  /** Cycles begun; a span whose record names it is swept. */
  get cycle(): number {
    return this.cycleNumber;
  }

  /** Whether spans of the last cycle may still wait to be swept. */
  get isActive(): boolean {
    return this.active;
  }

  /** Opens a cycle: all spans but the cached ones are unswept. Nothing may be left of the last. */
  begin(): void {
    assert(!this.active, "a cycle begins when the last one is swept");
    this.store.queues.swapGenerations();
    this.cycleNumber++;
    this.active = true;
    this.nextClass = 0;
    this.debt.begin(this.store.pages.spanPages, this.pacer);
  }

  /** Slot bytes of the tiny block that this cycle keeps although nothing references it. */
  get survivorBytes(): number {
    return this.survivorSpan === NO_SPAN ? 0 : TINY_BYTES;
  }

  /** Sweeps a span that was cached when the cycle began, and queues or frees it. */
  sweepCached(span: SpanRef): void {
    this.sweepBits(span);
    this.settle(span);
  }

  /** Makes sure that the span's live bits may change: sweeps it, but leaves it in its queue. */
  sweepInPlace(span: SpanRef): void {
    if (this.store.spans.sweptCycleOf(span) !== this.cycleNumber) this.sweepBits(span);
  }

  /** Sweeps up to `count` spans; true when more are left. */
  step(count: number): boolean {
    for (let i = 0; i < count && this.active; i++) this.sweepNext();
    return this.active;
  }

  /** Sweeps all there is. */
  finish(): void {
    while (this.active) this.sweepNext();
  }

  /** A span with room for a refill, swept for it, or NO_SPAN. */
  spanForRefill(sizeClass: number): SpanRef {
    const queues = this.store.queues;
    const partial = queues.popUnsweptPartial(sizeClass);
    if (partial !== NO_SPAN) {
      this.sweepInPlace(partial);
      return partial;
    }
    for (let pops = 1; pops < REFILL_POPS_MAX; pops++) {
      const full = queues.popUnsweptFull(sizeClass);
      if (full === NO_SPAN) return NO_SPAN;
      this.sweepInPlace(full);
      if (!this.store.spans.isFull(full)) return full;
      queues.pushSwept(full);
    }
    return NO_SPAN;
  }

  /** Sweeps what an allocation of `bytes` owes; `callerPages` it will free for itself. */
  pay(bytes: number, callerPages: number): void {
    for (let i = 0; i < PAYMENT_SPANS_MAX && this.active; i++) {
      if (!this.debt.isOwed(bytes, callerPages, this.pacer)) return;
      this.sweepNext();
    }
  }

  /** Frees unswept spans without a live object, in address order, for a request of pages. */
  reclaim(pageCount: number): void {
    let wanted = this.debt.useCredit(pageCount);
    for (let i = 0; i < RECLAIM_GROUPS_MAX && wanted > 0; i++) {
      const group = this.debt.nextGroup(this.store.pages.endPage);
      if (group < 0) return;
      wanted -= this.reclaimGroup(group);
    }
    if (wanted < 0) this.debt.addCredit(-wanted);
  }

  /** Becomes equal to another over a copy of its store. */
  copyFrom(other: Sweeper): void {
    this.debt.copyFrom(other.debt);
    this.cycleNumber = other.cycleNumber;
    this.active = other.active;
    this.nextClass = other.nextClass;
    this.survivorSpan = other.survivorSpan;
    this.survivorSlot = other.survivorSlot;
  }

  /** To be called right before `begin`: notes the cycle's survivor, if there is one. */
  keepCurrentTinyBlock(): void {
    const tiny = this.store.tiny;
    this.survivorSpan = NO_SPAN;
    if (!tiny.hasCurrent || this.store.spans.isLive(tiny.span, tiny.slot)) return;
    this.survivorSpan = tiny.span;
    this.survivorSlot = tiny.slot;
  }

  private sweepNext(): void {
    const queues = this.store.queues;
    while (this.nextClass < CLASS_COUNT) {
      let span = queues.popUnsweptFull(this.nextClass);
      if (span === NO_SPAN) span = queues.popUnsweptPartial(this.nextClass);
      if (span !== NO_SPAN) {
        this.sweepInPlace(span);
        this.settle(span);
        return;
      }
      this.nextClass++;
    }
    this.active = false;
    this.debt.end();
    assert(this.survivorSpan === NO_SPAN, "the surviving tiny block was swept");
  }

  private sweepBits(span: SpanRef): void {
    const spans = this.store.spans;
    if (span === this.survivorSpan) {
      spans.setLive(span, this.survivorSlot);
      this.store.sweep(span, this.cycleNumber);
      spans.clearLive(span, this.survivorSlot);
      this.survivorSpan = NO_SPAN;
    } else {
      this.store.sweep(span, this.cycleNumber);
    }
    this.debt.swept(spans.pageCountOf(span));
  }

  private settle(span: SpanRef): void {
    if (this.store.spans.allocCountOf(span) === 0) this.store.free(span);
    else this.store.queues.pushSwept(span);
  }

  private reclaimGroup(group: number): number {
    const spans = this.store.spans;
    const end = ((group + 1) * GROUP_PAGES) as PageIndex;
    let reclaimed = 0;
    let page = (group * GROUP_PAGES) as PageIndex;
    for (let span = spans.spanFrom(page, end); span !== NO_SPAN; span = spans.spanFrom(page, end)) {
      page = spans.endPageOf(span);
      if (!this.store.queues.waitsUnswept(span) || this.keeps(span)) continue;
      this.store.queues.remove(span);
      this.sweepInPlace(span);
      this.store.free(span);
      reclaimed += page - spans.pageOf(span);
    }
    return reclaimed;
  }

  private keeps(span: SpanRef): boolean {
    const spans = this.store.spans;
    if (span === this.survivorSpan) return true;
    if (spans.sweptCycleOf(span) === this.cycleNumber) return spans.allocCountOf(span) > 0;
    return spans.liveCountOf(span) > 0;
  }
}
