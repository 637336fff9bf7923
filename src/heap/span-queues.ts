/**
 * The central lists: for each size class four queues of spans, partial and full, swept and not.
 *
 * I1  Every queue is first in, first out, linked through the spans' `next` column.
 * I2  A span is in at most one queue; a cached span is in none.
 * I3  Starting a cycle swaps swept and unswept; the swept queues are then empty.
 * I4  A span that was freed while it waited unswept stays in its queue as an empty record; popping
 *     recycles it and goes on.
 *
 * Source: mcentral.go (spanSet pushes at the tail and pops from the head).
 */
import { assert } from "../base/assert.ts";
import type { SpanRef } from "../base/units.ts";
import { CLASS_COUNT } from "./size-classes.ts";
import { NO_SPAN, type SpanTable } from "./spans.ts";

/** Which of a class' queues: the first bit is full, the second one is the generation. */
const PARTIAL = 0;
const FULL = 1;

export class SpanQueues {
  private readonly spans: SpanTable;
  private readonly heads = new Uint32Array(CLASS_COUNT * 4).fill(NO_SPAN);
  private readonly tails = new Uint32Array(CLASS_COUNT * 4).fill(NO_SPAN);
  private generation = 0;

  constructor(spans: SpanTable) {
    this.spans = spans;
  }

  /** Swept becomes unswept; nothing unswept may be left. */
  swapGenerations(): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      assert(this.isEmpty(this.unswept(c, PARTIAL)), "partial spans were left unswept");
      assert(this.isEmpty(this.unswept(c, FULL)), "full spans were left unswept");
    }
    this.generation ^= 1;
  }

  /** Puts a swept span at the tail of its class' partial or full queue. */
  pushSwept(span: SpanRef): void {
    const kind = this.spans.isFull(span) ? FULL : PARTIAL;
    this.push(this.swept(this.spans.classOf(span), kind), span);
  }

  popSweptPartial(sizeClass: number): SpanRef {
    return this.pop(this.swept(sizeClass, PARTIAL));
  }

  popUnsweptPartial(sizeClass: number): SpanRef {
    return this.pop(this.unswept(sizeClass, PARTIAL));
  }

  popUnsweptFull(sizeClass: number): SpanRef {
    return this.pop(this.unswept(sizeClass, FULL));
  }

  /** Calls `visit` for the spans of all four queues of a class. */
  forEach(sizeClass: number, visit: (span: SpanRef, swept: boolean, full: boolean) => void): void {
    for (const kind of [PARTIAL, FULL]) {
      for (const swept of [true, false]) {
        const queue = swept ? this.swept(sizeClass, kind) : this.unswept(sizeClass, kind);
        let span = this.heads[queue]! as SpanRef;
        for (; span !== NO_SPAN; span = this.spans.nextOf(span)) visit(span, swept, kind === FULL);
      }
    }
  }

  private swept(sizeClass: number, kind: number): number {
    return sizeClass * 4 + this.generation * 2 + kind;
  }

  private unswept(sizeClass: number, kind: number): number {
    return sizeClass * 4 + (this.generation ^ 1) * 2 + kind;
  }

  private isEmpty(queue: number): boolean {
    return this.heads[queue] === NO_SPAN;
  }

  private push(queue: number, span: SpanRef): void {
    this.spans.setNext(span, NO_SPAN);
    const tail = this.tails[queue]! as SpanRef;
    if (tail === NO_SPAN) this.heads[queue] = span;
    else this.spans.setNext(tail, span);
    this.tails[queue] = span;
  }

  private pop(queue: number): SpanRef {
    for (;;) {
      const span = this.heads[queue]! as SpanRef;
      if (span === NO_SPAN) return NO_SPAN;
      const next = this.spans.nextOf(span);
      this.heads[queue] = next;
      if (next === NO_SPAN) this.tails[queue] = NO_SPAN;
      if (this.spans.isInUse(span)) return span;
      this.spans.recycle(span);
    }
  }
}
