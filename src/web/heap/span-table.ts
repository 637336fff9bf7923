/**
 * The spans of the heap as the service lists them in bytes (docs/format/spans.md): the records are
 * kept as they come and read in place.
 *
 * I1  Records are in the order of their pages and do not overlap.
 *
 * Units: pages are 8 KiB, counted from address 0; …Ms milliseconds since the epoch.
 */
import { askBytes } from "../base/api.ts";

const RECORD_SIZE = 32;
const RECORD_WORDS = RECORD_SIZE / 4;
const RECORD_HALVES = RECORD_SIZE / 2;
const HEADER_SIZE = 32;
const WINDOW_SIZE = 8;
const VERSION = 2;
const WORD_BITS = 32;
const ORIGIN_COUNT = 4;

const PATH = "/api/v1/status/heap/spans.bin";

interface Portion {
  readonly firstPage: number;
  readonly endPage: number;
  readonly nextPage: number;
  readonly windowStartsMs: readonly number[];
  readonly records: Uint8Array;
}

function decode(buffer: ArrayBuffer): Portion {
  const view = new DataView(buffer);
  const version = view.getUint16(8, true);
  if (version !== VERSION) throw new Error(`span listing of version ${version}; want ${VERSION}`);
  const windowCount = view.getUint32(12, true);
  const recordsAt = HEADER_SIZE + windowCount * WINDOW_SIZE;
  return {
    firstPage: view.getUint32(24, true),
    endPage: view.getUint32(28, true),
    nextPage: view.getUint32(20, true),
    windowStartsMs: Array.from({ length: windowCount }, (_, i) =>
      view.getFloat64(HEADER_SIZE + i * WINDOW_SIZE, true),
    ),
    records: new Uint8Array(buffer, recordsAt, view.getUint32(16, true) * RECORD_SIZE),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export class SpanTable {
  readonly firstPage: number;
  readonly endPage: number;
  readonly windowStartsMs: readonly number[];
  readonly count: number;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly halves: Uint16Array;

  private constructor(first: Portion, bytes: Uint8Array) {
    this.firstPage = first.firstPage;
    this.endPage = first.endPage;
    this.windowStartsMs = first.windowStartsMs;
    this.count = bytes.length / RECORD_SIZE;
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  }

  /** Lists all spans. */
  static async load(signal?: AbortSignal): Promise<SpanTable> {
    const first = decode(await askBytes(PATH, signal));
    const parts = [first.records];
    for (let page = first.nextPage; page !== 0; ) {
      const portion = decode(await askBytes(`${PATH}?from=${page}`, signal));
      parts.push(portion.records);
      page = portion.nextPage;
    }
    return new SpanTable(first, joined(parts));
  }

  /** The same with the spans of [fromPage, endPage) listed anew. */
  async renewed(fromPage: number, endPage: number, signal?: AbortSignal): Promise<SpanTable> {
    const parts: Uint8Array[] = [];
    let first: Portion | null = null;
    let page = fromPage;
    let behind = endPage;
    do {
      const portion = decode(await askBytes(`${PATH}?from=${page}`, signal));
      if (first === null && portion.windowStartsMs.join() !== this.windowStartsMs.join()) {
        return SpanTable.load(signal);
      }
      first ??= portion;
      parts.push(portion.records);
      page = portion.nextPage;
      behind = page === 0 ? first.endPage : page;
    } while (page !== 0 && page < endPage);
    const before = this.bytes.subarray(0, this.indexFrom(fromPage) * RECORD_SIZE);
    const after = this.bytes.subarray(this.indexFrom(behind) * RECORD_SIZE);
    return new SpanTable(first, joined([before, ...parts, after]));
  }

  pageOf(span: number): number {
    return this.words[span * RECORD_WORDS] as number;
  }

  pageCountOf(span: number): number {
    return this.words[span * RECORD_WORDS + 1] as number;
  }

  /** Size class, 0 for a large object. */
  classOf(span: number): number {
    return this.bytes[span * RECORD_SIZE + 8] as number;
  }

  isCached(span: number): boolean {
    return ((this.bytes[span * RECORD_SIZE + 9] as number) & 1) !== 0;
  }

  isUnswept(span: number): boolean {
    return ((this.bytes[span * RECORD_SIZE + 9] as number) & 2) !== 0;
  }

  slotsOf(span: number): number {
    return this.halves[span * RECORD_HALVES + 5] as number;
  }

  usedOf(span: number): number {
    return this.halves[span * RECORD_HALVES + 6] as number;
  }

  liveOf(span: number): number {
    return this.halves[span * RECORD_HALVES + 7] as number;
  }

  /** Indexes into windowStartsMs, oldest first. */
  windowsOf(span: number): number[] {
    return this.windowStartsMs.map((_, i) => i).filter((i) => this.holds(span, i));
  }

  /** The youngest window, -1 when nothing is live: the span is free once it has expired. */
  lastWindowOf(span: number): number {
    const high = this.words[span * RECORD_WORDS + 5] as number;
    if (high !== 0) return 2 * WORD_BITS - 1 - Math.clz32(high);
    return WORD_BITS - 1 - Math.clz32(this.words[span * RECORD_WORDS + 4] as number);
  }

  /** Live slices of an origin: made, grown, restored, moved. */
  originCountOf(span: number, origin: number): number {
    return this.halves[span * RECORD_HALVES + 12 + origin] as number;
  }

  /** The origin that most live slices have, -1 when there are none. */
  mainOriginOf(span: number): number {
    let main = -1;
    let most = 0;
    for (let origin = 0; origin < ORIGIN_COUNT; origin++) {
      const count = this.originCountOf(span, origin);
      if (count <= most) continue;
      most = count;
      main = origin;
    }
    return main;
  }

  /** The span that has a page, -1 when none does. */
  spanAt(page: number): number {
    const span = this.indexFrom(page + 1) - 1;
    if (span < 0 || page >= this.pageOf(span) + this.pageCountOf(span)) return -1;
    return span;
  }

  /** Number of spans that begin before a page: the first that begins at or behind it. */
  indexFrom(page: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.pageOf(middle) < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private holds(span: number, window: number): boolean {
    const word = this.words[span * RECORD_WORDS + (window < WORD_BITS ? 4 : 5)] as number;
    return ((word >>> (window % WORD_BITS)) & 1) !== 0;
  }
}
