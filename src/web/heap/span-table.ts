/**
 * The spans of the heap as the service lists them in bytes (docs/format/spans.md): the records are
 * kept as they come and read in place. A portion that is listed anew takes the place of the old.
 *
 * I1  Records are in the order of their pages and do not overlap.
 * I2  Whoever keeps the index of a span keeps `revision` too: when it has risen, indexes and
 *     records may be others.
 *
 * Units: pages are 8 KiB, counted from address 0; …Ms milliseconds since the epoch.
 */
import { askBytes } from "../base/api.ts";

const RECORD_SIZE = 32;
const RECORD_WORDS = RECORD_SIZE / 4;
const RECORD_HALVES = RECORD_SIZE / 2;
const CLASS_AT = 8;
const HEADER_SIZE = 32;
const WINDOW_SIZE = 8;
const VERSION = 2;
const WORD_BITS = 32;
const ORIGIN_COUNT = 4;
const CLASS_COUNT = 256;
/** Room for this part more of records than there are, and for these. */
const SPARE_PART = 1 / 2;
const SPARE_RECORDS = 1024;

const PATH = "/api/v1/status/heap/spans.bin";
/** Spans that the service lists at once, at most. */
export const PORTION_SPANS = 32_768;

/** A part of the spans, of one moment. */
interface Portion {
  readonly firstPage: number;
  readonly endPage: number;
  readonly nextPage: number;
  readonly windowStartsMs: readonly number[];
  readonly records: Uint8Array;
}

/** What a portion brought: the pages [fromPage, endPage), and how many spans are on them. */
export interface Renewal {
  readonly fromPage: number;
  /** Where to go on; Infinity when nothing follows. */
  readonly endPage: number;
  readonly spanCount: number;
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

export class SpanTable {
  firstPage = 0;
  endPage = 0;
  windowStartsMs: readonly number[] = [];
  count = 0;
  /** Rises with each portion. */
  revision = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private words: Uint32Array = new Uint32Array(0);
  private halves: Uint16Array = new Uint16Array(0);
  /** Spans of each class. */
  private readonly spansOfClass = new Uint32Array(CLASS_COUNT);

  /** Size classes in use, smallest first; large objects (0) last. */
  get classes(): number[] {
    const all = [...this.spansOfClass.keys()].filter((c) => (this.spansOfClass[c] as number) > 0);
    return all[0] === 0 ? [...all.slice(1), 0] : all;
  }

  /**
   * Lists a portion of at most `limit` spans from a page on; the answer tells what it was, null
   * when the windows have become others: then the table is as it was, and a new one is needed.
   */
  async renew(fromPage: number, limit: number, signal?: AbortSignal): Promise<Renewal | null> {
    const before = this.count === 0 ? -1 : this.spanAt(fromPage);
    const from = before < 0 ? fromPage : this.pageOf(before);
    const portion = decode(await askBytes(`${PATH}?from=${from}&limit=${limit}`, signal));
    const isFirst = this.revision === 0;
    const windows = portion.windowStartsMs;
    if (!isFirst && windows.join() !== this.windowStartsMs.join()) return null;
    const end = portion.nextPage === 0 ? Number.POSITIVE_INFINITY : portion.nextPage;
    this.firstPage = portion.firstPage;
    this.endPage = portion.endPage;
    this.windowStartsMs = windows;
    this.replace(this.indexFrom(from), this.indexFrom(end), portion.records);
    this.revision++;
    return { fromPage: from, endPage: end, spanCount: portion.records.length / RECORD_SIZE };
  }

  pageOf(span: number): number {
    return this.words[span * RECORD_WORDS] as number;
  }

  pageCountOf(span: number): number {
    return this.words[span * RECORD_WORDS + 1] as number;
  }

  /** Size class, 0 for a large object. */
  classOf(span: number): number {
    return this.bytes[span * RECORD_SIZE + CLASS_AT] as number;
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

  /** The first span that ends behind a page. */
  firstBehind(page: number): number {
    const span = this.spanAt(page);
    return span < 0 ? this.indexFrom(page) : span;
  }

  /** Puts records in the place of those with indexes [from, end). */
  private replace(from: number, end: number, records: Uint8Array): void {
    const added = records.length / RECORD_SIZE;
    const count = this.count - (end - from) + added;
    this.countClasses(from, end, -1);
    if (count * RECORD_SIZE > this.bytes.length) this.makeRoom(count);
    if (end - from !== added) {
      const behind = [end * RECORD_SIZE, this.count * RECORD_SIZE] as const;
      this.bytes.copyWithin((from + added) * RECORD_SIZE, ...behind);
    }
    this.bytes.set(records, from * RECORD_SIZE);
    this.count = count;
    this.countClasses(from, from + added, 1);
  }

  private countClasses(from: number, end: number, step: 1 | -1): void {
    for (let span = from; span < end; span++) {
      const sizeClass = this.classOf(span);
      this.spansOfClass[sizeClass] = (this.spansOfClass[sizeClass] as number) + step;
    }
  }

  private makeRoom(count: number): void {
    const room = count + Math.ceil(count * SPARE_PART) + SPARE_RECORDS;
    const bytes = new Uint8Array(room * RECORD_SIZE);
    bytes.set(this.bytes.subarray(0, this.count * RECORD_SIZE));
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer);
    this.halves = new Uint16Array(bytes.buffer);
  }

  private holds(span: number, window: number): boolean {
    const word = this.words[span * RECORD_WORDS + (window < WORD_BITS ? 4 : 5)] as number;
    return ((word >>> (window % WORD_BITS)) & 1) !== 0;
  }
}
