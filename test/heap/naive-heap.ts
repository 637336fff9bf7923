/**
 * The whole heap written down plainly: arrays and sets, one object a span, nothing shared with the
 * simulator. Slow; the twin that go-heap.ts is compared with.
 *
 * Covers allocation, drops, whole collections and cache flushes; pages are not modelled.
 */
import type { GoRules } from "../../src/heap/go-rules.ts";
import { CLASS_COUNT, SLOT_BYTES, SPAN_PAGES } from "../../src/heap/size-classes.ts";

interface NaiveSpan {
  readonly serial: number;
  readonly sizeClass: number;
  readonly pages: number;
  readonly slots: number;
  allocated: Set<number>;
  readonly live: Set<number>;
  freeIndex: number;
  counted: number;
}

/** One object: where it lies, and its block's other objects when it is tiny. */
export interface NaiveObject {
  readonly span: NaiveSpan;
  readonly slot: number;
  readonly block: { objects: number } | null;
}

const lists = <T>() => Array.from({ length: CLASS_COUNT }, (): T[] => []);

export class NaiveHeap {
  readonly mallocs: number[] = Array.from({ length: CLASS_COUNT }, () => 0);
  readonly frees: number[] = Array.from({ length: CLASS_COUNT }, () => 0);
  private readonly rules: GoRules;
  private readonly cached: (NaiveSpan | null)[] = Array.from({ length: CLASS_COUNT }, () => null);
  private partial = lists<NaiveSpan>();
  private full = lists<NaiveSpan>();
  private large: NaiveSpan[] = [];
  private made = 0;
  private tiny: { place: NaiveObject; block: { objects: number }; offset: number } | null = null;

  constructor(rules: GoRules) {
    this.rules = rules;
  }

  allocate(bytes: number): NaiveObject {
    if (bytes < 16) return this.allocateTiny(bytes);
    if (bytes > this.rules.smallRequestMax) return this.allocateLarge(bytes);
    const sizeClass = SLOT_BYTES.findIndex((size, c) => size >= bytes && this.exists(c));
    return { ...this.takeSlot(sizeClass), block: null };
  }

  drop(object: NaiveObject): void {
    if (object.block !== null && --object.block.objects > 0) return;
    object.span.live.delete(object.slot);
  }

  flush(): void {
    for (let c = 0; c < CLASS_COUNT; c++) this.uncache(c);
    this.tiny = null;
  }

  collect(): void {
    const kept = this.tiny;
    if (kept !== null) kept.place.span.live.add(kept.place.slot);
    for (let c = 1; c < CLASS_COUNT; c++) {
      const cached = this.cached[c];
      if (cached) this.mallocs[c]! += cached.allocated.size - cached.counted;
      const order = [...(cached ? [cached] : []), ...this.full[c]!, ...this.partial[c]!];
      this.cached[c] = null;
      this.full[c] = [];
      this.partial[c] = [];
      for (const span of order) {
        this.frees[c]! += span.allocated.size - span.live.size;
        sweep(span);
        if (span.live.size === span.slots) this.full[c]!.push(span);
        else if (span.live.size > 0) this.partial[c]!.push(span);
      }
    }
    this.frees[0]! += this.large.filter((span) => span.live.size === 0).length;
    this.large = this.large.filter((span) => span.live.size > 0);
    if (kept !== null && kept.block.objects === 0) kept.place.span.live.delete(kept.place.slot);
    this.tiny = null;
  }

  /** Every span that exists. */
  spans(): NaiveSpan[] {
    const cached = this.cached.filter((span) => span !== null);
    return [...cached, ...this.partial.flat(), ...this.full.flat(), ...this.large];
  }

  private exists(sizeClass: number): boolean {
    return sizeClass > 1 && !(this.rules.version === "1.15" && sizeClass === 3);
  }

  private takeSlot(sizeClass: number): { span: NaiveSpan; slot: number } {
    let span = this.cached[sizeClass] ?? null;
    if (span === null || span.allocated.size === span.slots) {
      this.uncache(sizeClass);
      span = this.partial[sizeClass]!.shift() ?? this.newSpan(sizeClass, SPAN_PAGES[sizeClass]!);
      span.counted = span.allocated.size;
      this.cached[sizeClass] = span;
    }
    let slot = span.freeIndex;
    while (span.allocated.has(slot)) slot++;
    span.allocated.add(slot);
    span.live.add(slot);
    span.freeIndex = slot + 1;
    return { span, slot };
  }

  private allocateTiny(bytes: number): NaiveObject {
    const current = this.tiny;
    if (current !== null) {
      const step = bytes % 8 === 0 ? 8 : bytes % 4 === 0 ? 4 : bytes % 2 === 0 ? 2 : 1;
      const at = Math.ceil(current.offset / step) * step;
      if (at + bytes <= 16) {
        current.offset = at + bytes;
        current.block.objects++;
        current.place.span.live.add(current.place.slot);
        return { ...current.place, block: current.block };
      }
    }
    const block = { objects: 1 };
    const place = { ...this.takeSlot(2), block };
    if (current === null || bytes < current.offset) this.tiny = { place, block, offset: bytes };
    return place;
  }

  private allocateLarge(bytes: number): NaiveObject {
    const span = this.newSpan(0, Math.ceil(bytes / 8192));
    span.allocated.add(0);
    span.live.add(0);
    this.mallocs[0]!++;
    this.large.push(span);
    return { span, slot: 0, block: null };
  }

  private newSpan(sizeClass: number, pages: number): NaiveSpan {
    const slots = this.rules.slotCounts[sizeClass]!;
    const serial = ++this.made;
    const sets = { allocated: new Set<number>(), live: new Set<number>() };
    return { serial, sizeClass, pages, slots, ...sets, freeIndex: 0, counted: 0 };
  }

  private uncache(sizeClass: number): void {
    const span = this.cached[sizeClass];
    if (!span) return;
    this.mallocs[sizeClass]! += span.allocated.size - span.counted;
    span.counted = span.allocated.size;
    const list = span.allocated.size === span.slots ? this.full : this.partial;
    list[sizeClass]!.push(span);
    this.cached[sizeClass] = null;
  }
}

function sweep(span: NaiveSpan): void {
  span.allocated = new Set(span.live);
  span.counted = span.live.size;
  span.freeIndex = 0;
}
