/**
 * The central lists: for each size class four queues of spans, partial and full, swept and not.
 *
 * I1  Every queue is first in, first out, linked both ways through the spans' records; the head's
 *     backward link means nothing, so that popping touches one record only.
 * I2  A span is in at most one queue, and its record says in which; a cached span is in none.
 * I3  Starting a cycle swaps swept and unswept; the swept queues are then empty.
 *
 * Source: mcentral.go (spanSet pushes at the tail and pops from the head).
 *
 * Queue numbers: 1 + class * 4 + generation * 2 + (1 if full); 0 is no queue.
 */
import { assert } from "../base/assert.ts";
import type { SpanRef } from "../base/units.ts";
import { CLASS_COUNT } from "./size-classes.ts";
import { NO_SPAN, type SpanTable } from "./spans.ts";

const PARTIAL = 0;
const FULL = 1;
const QUEUE_COUNT = 1 + CLASS_COUNT * 4;

export class SpanQueues {
  private readonly spans: SpanTable;
  private readonly heads = new Uint32Array(QUEUE_COUNT).fill(NO_SPAN);
  private readonly tails = new Uint32Array(QUEUE_COUNT).fill(NO_SPAN);
  private generation = 0;

  constructor(spans: SpanTable) {
    this.spans = spans;
  }

  /** Swept becomes unswept; nothing unswept may be left. */
  swapGenerations(): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      assert(this.heads[this.unswept(c, PARTIAL)] === NO_SPAN, "partial spans were left unswept");
      assert(this.heads[this.unswept(c, FULL)] === NO_SPAN, "full spans were left unswept");
    }
    this.generation ^= 1;
  }

  /** Puts a swept span at the tail of its class' partial or full queue. */
  pushSwept(span: SpanRef): void {
    assert(this.spans.queueOf(span) === 0, "a span waits in one queue");
    const kind = this.spans.isFull(span) ? FULL : PARTIAL;
    const queue = this.swept(this.spans.classOf(span), kind);
    const tail = this.tails[queue]! as SpanRef;
    this.spans.setNext(span, NO_SPAN);
    this.spans.setPrevious(span, tail);
    this.spans.setQueue(span, queue);
    if (tail === NO_SPAN) this.heads[queue] = span;
    else this.spans.setNext(tail, span);
    this.tails[queue] = span;
  }

  /** Takes a span out of its queue, wherever it stands. */
  remove(span: SpanRef): void {
    const queue = this.spans.queueOf(span);
    assert(queue !== 0, "a removed span was in a queue");
    if (this.heads[queue] === span) {
      this.pop(queue);
      return;
    }
    const next = this.spans.nextOf(span);
    const previous = this.spans.previousOf(span);
    this.spans.setNext(previous, next);
    if (next === NO_SPAN) this.tails[queue] = previous;
    else this.spans.setPrevious(next, previous);
    this.spans.setQueue(span, 0);
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

  /** Whether the span waits to be swept. */
  waitsUnswept(span: SpanRef): boolean {
    const queue = this.spans.queueOf(span);
    return queue !== 0 && (((queue - 1) >>> 1) & 1) !== this.generation;
  }

  /** Calls `visit` for the spans of all four queues of a class, head first. */
  forEach(sizeClass: number, visit: (span: SpanRef, swept: boolean, full: boolean) => void): void {
    for (const kind of [PARTIAL, FULL]) {
      for (const swept of [true, false]) {
        const queue = swept ? this.swept(sizeClass, kind) : this.unswept(sizeClass, kind);
        let span = this.heads[queue]! as SpanRef;
        for (; span !== NO_SPAN; span = this.spans.nextOf(span)) visit(span, swept, kind === FULL);
      }
    }
  }

  /** Becomes equal to the queues of a table of which ours is a copy. */
  copyFrom(other: SpanQueues): void {
    this.heads.set(other.heads);
    this.tails.set(other.tails);
    this.generation = other.generation;
  }

  private swept(sizeClass: number, kind: number): number {
    return 1 + sizeClass * 4 + this.generation * 2 + kind;
  }

  private unswept(sizeClass: number, kind: number): number {
    return 1 + sizeClass * 4 + (this.generation ^ 1) * 2 + kind;
  }

  private pop(queue: number): SpanRef {
    const span = this.heads[queue]! as SpanRef;
    if (span === NO_SPAN) return NO_SPAN;
    const next = this.spans.nextOf(span);
    this.heads[queue] = next;
    if (next === NO_SPAN) this.tails[queue] = NO_SPAN;
    this.spans.setQueue(span, 0);
    return span;
  }
}
