/**
 * Chunks as they were at one moment: where the bytes lie, how many samples and bits count, and the
 * decoder's state near the range that is wanted.
 *
 * What is captured is enough to read the range later, whatever has happened to the chunk since: its
 * slot is kept by the reader's epoch (reader-epochs.ts), the bits that count are never written
 * again, and record and seek marks are not looked at any more.
 *
 * I1  Samples behind the captured count are not seen, though their bits may be in the slot already.
 * I2  A captured state stands behind sample 0 (mark 0) or behind a seek mark's last sample.
 * I3  Captures lie in pages; only the first of them ever grows, so that no capture waits for very
 *     many to be copied.
 *
 * A capture is 92 bytes in two columns. Units: times are milliseconds; lengths are bytes.
 */
import { longerFloats, longerWords } from "../base/longer-columns.ts";
import type { ChunkRef } from "../base/units.ts";
import { ChunkKind, type ChunkTable } from "./chunk-table.ts";
import {
  type CapturedStream,
  decodeNewestOf,
  decodeStream,
  type KernelRates,
} from "./decode-kernel.ts";
import { DecoderState } from "./decoder-state.ts";
import type { HistogramColumns } from "./histogram-columns.ts";
import {
  decodeHistogramsAt,
  decodeStaleAt,
  type HistogramPlace,
  isGaugeChunk,
} from "./histogram-decoder.ts";
import type { ReaderEpoch } from "./reader-epochs.ts";
import { type SampleColumns, STALE_HIGH, STALE_LOW } from "./sample-columns.ts";
import { NO_MARK } from "./seek-marks.ts";
import { newestMarkBefore } from "./xor-decoder.ts";

/** A chunk's stream as it was captured, in bytes of its own. */
export interface ChunkCopy {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  /** 1 XOR, 2 histogram, 3 float histogram: Prometheus' numbers. */
  readonly encoding: number;
  readonly sampleCount: number;
  readonly bytes: Uint8Array;
}

/** Prometheus' number of the encoding of a kind of chunk. */
export function encodingOf(kind: ChunkKind): number {
  return kind + 1;
}

const WORDS = 15;
const REGION = 0;
const OFFSET = 1;
const BYTE_LENGTH = 2;
const COUNT = 3;
const LAST_HIGH = 4;
const LAST_LOW = 5;
const MARK_COUNT = 6;
const MARK_POSITION = 7;
const MARK_HIGH = 8;
const MARK_LOW = 9;
const MARK_LEADING = 10;
const MARK_SIZE = 11;
const BIT_LENGTH = 12;
const KIND = 13;
const IS_GAUGE = 14;

const TIMES = 4;
const FIRST_TIME = 0;
const LAST_TIME = 1;
const MARK_TIME = 2;
const MARK_BEFORE = 3;

const FIRST_CAPTURES = 16;
/** A page has 4096 captures, 368 KiB. */
const PAGE_BITS = 12;
const PAGE_CAPTURES = 1 << PAGE_BITS;

const state = new DecoderState();
const stream: CapturedStream = { bytes: new Uint8Array(0), start: 0, byteLength: 0, count: 0 };

export class CapturedChunks {
  private readonly chunks: ChunkTable;
  private readonly epoch: ReaderEpoch;
  /** Columns of the page that is open. */
  private words: Uint32Array = new Uint32Array(FIRST_CAPTURES * WORDS);
  private times: Float64Array = new Float64Array(FIRST_CAPTURES * TIMES);
  private readonly wordPages = [this.words];
  private readonly timePages = [this.times];
  private openPage = 0;
  private used = 0;

  constructor(chunks: ChunkTable, epoch: ReaderEpoch) {
    this.chunks = chunks;
    this.epoch = epoch;
  }

  /** How many chunks are captured; the next one gets this number. */
  get count(): number {
    return this.used;
  }

  /** Captures a chunk that has samples, ready to be decoded from `fromMs` on. */
  capture(chunk: ChunkRef, fromMs: number): void {
    this.makeRoom();
    const place = this.open(this.used);
    const { chunks, words, times } = this;
    const at = place * WORDS;
    const half = place * TIMES;
    this.used++;
    this.epoch.mark(chunk);
    words[at + REGION] = chunks.regionOf(chunk);
    words[at + OFFSET] = chunks.offsetOf(chunk);
    words[at + BYTE_LENGTH] = chunks.byteLengthOf(chunk);
    words[at + COUNT] = chunks.sampleCountOf(chunk);
    words[at + BIT_LENGTH] = chunks.bitLengthOf(chunk);
    words[at + KIND] = chunks.kindOf(chunk);
    words[at + IS_GAUGE] = chunks.isHistogram(chunk) && isGaugeChunk(chunks, chunk) ? 1 : 0;
    words[at + LAST_HIGH] = chunks.lastValueHighOf(chunk);
    words[at + LAST_LOW] = chunks.lastValueLowOf(chunk);
    times[half + FIRST_TIME] = chunks.firstTimeOf(chunk);
    times[half + LAST_TIME] = chunks.lastTimeOf(chunk);
    this.captureMark(chunk, fromMs, at, half);
  }

  private captureMark(chunk: ChunkRef, fromMs: number, at: number, half: number): void {
    const { words, times, chunks } = this;
    const mark = chunks.isHistogram(chunk) ? NO_MARK : newestMarkBefore(chunks, chunk, fromMs);
    if (mark === NO_MARK) {
      words[at + MARK_COUNT] = 0;
      return;
    }
    const { marks } = chunks;
    const time = times[half + FIRST_TIME]! + marks.timeOffsetOf(mark);
    times[half + MARK_TIME] = time;
    times[half + MARK_BEFORE] = time - marks.deltaOf(mark);
    words[at + MARK_COUNT] = marks.countOf(mark);
    words[at + MARK_POSITION] = marks.positionOf(mark);
    words[at + MARK_HIGH] = marks.valueHighOf(mark);
    words[at + MARK_LOW] = marks.valueLowOf(mark);
    words[at + MARK_LEADING] = marks.leadingOf(mark);
    words[at + MARK_SIZE] = marks.sizeOf(mark);
  }

  /** Whether capture `index` holds native histograms. */
  isHistogram(index: number): boolean {
    const place = this.open(index);
    return this.words[place * WORDS + KIND] !== ChunkKind.xor;
  }

  /** Appends the native histograms of capture `index` in [fromMs, toMs] to `into`. */
  readHistograms(index: number, fromMs: number, toMs: number, into: HistogramColumns): void {
    if (this.isHistogram(index)) decodeHistogramsAt(this.placeOf(index), fromMs, toMs, into);
  }

  private placeOf(index: number): HistogramPlace {
    const place = this.open(index);
    const { words } = this;
    const at = place * WORDS;
    return {
      bytes: this.chunks.bytesOfRegion(words[at + REGION]!),
      start: words[at + OFFSET]!,
      bitLength: words[at + BIT_LENGTH]!,
      count: words[at + COUNT]!,
      isFloat: words[at + KIND] === ChunkKind.floatHistogram,
      isGauge: words[at + IS_GAUGE] === 1,
      endsStale: words[at + LAST_HIGH] === STALE_HIGH && words[at + LAST_LOW] === STALE_LOW,
    };
  }

  /**
   * Appends the floats of capture `index` in [fromMs, toMs] to `into`; stale histograms come as
   * stale markers.
   */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): void {
    if (this.isHistogram(index)) {
      decodeStaleAt(this.placeOf(index), fromMs, toMs, into);
      return;
    }
    this.enter(index);
    decodeStream(stream, state, fromMs, toMs, into);
  }

  /** Adds the samples of capture `index` in [fromMs, toMs] to rates; false when they do not fit. */
  addTo(rates: KernelRates, index: number, fromMs: number, toMs: number): boolean {
    this.enter(index);
    return rates.add(stream, state, fromMs, toMs);
  }

  /**
   * Appends the newest sample of capture `index` in [fromMs, toMs], if there is one; returns
   * whether. The capture must be ready for toMs + 1.
   */
  readNewest(index: number, fromMs: number, toMs: number, into: SampleColumns): boolean {
    const place = this.open(index);
    const { words, times } = this;
    const at = place * WORDS;
    const half = place * TIMES;
    const last = times[half + LAST_TIME]!;
    if (last <= toMs) {
      if (last < fromMs) return false;
      pushOne(into, last, words[at + LAST_HIGH]!, words[at + LAST_LOW]!);
      return true;
    }
    const marked = words[at + MARK_COUNT]! > 0;
    const markTime = marked ? times[half + MARK_TIME]! : fromMs - 1;
    this.enter(index);
    if (decodeNewestOf(stream, state, Math.max(fromMs, markTime + 1), toMs, into)) return true;
    if (!marked || markTime < fromMs) return false;
    pushOne(into, markTime, words[at + MARK_HIGH]!, words[at + MARK_LOW]!);
    return true;
  }

  /**
   * Copies the stream of capture `index` with the sample count of its moment. Its last byte may
   * hold bits of samples that came later, which no reader looks at.
   */
  copy(index: number): ChunkCopy {
    const place = this.open(index);
    const { words, times } = this;
    const at = place * WORDS;
    const half = place * TIMES;
    const start = words[at + OFFSET]!;
    const region = this.chunks.bytesOfRegion(words[at + REGION]!);
    const bytes = region.slice(start, start + words[at + BYTE_LENGTH]!);
    const sampleCount = words[at + COUNT]!;
    bytes[0] = sampleCount >>> 8;
    bytes[1] = sampleCount;
    return {
      minTimeMs: times[half + FIRST_TIME]!,
      maxTimeMs: times[half + LAST_TIME]!,
      encoding: encodingOf(words[at + KIND]! as ChunkKind),
      sampleCount,
      bytes,
    };
  }

  /** Takes up the stream of a capture, with the decoder's state at the captured mark. */
  private enter(index: number): void {
    const place = this.open(index);
    const { words, times } = this;
    const at = place * WORDS;
    const half = place * TIMES;
    stream.bytes = this.chunks.bytesOfRegion(words[at + REGION]!);
    stream.start = words[at + OFFSET]!;
    stream.byteLength = words[at + BYTE_LENGTH]!;
    stream.count = words[at + COUNT]!;
    if (words[at + MARK_COUNT] === 0) {
      state.enterStart(stream.bytes, stream.start, times[half + FIRST_TIME]!, stream.count);
      return;
    }
    state.index = words[at + MARK_COUNT]!;
    state.position = words[at + MARK_POSITION]!;
    state.time = times[half + MARK_TIME]!;
    state.previous = times[half + MARK_BEFORE]!;
    state.high = words[at + MARK_HIGH]!;
    state.low = words[at + MARK_LOW]!;
    state.leading = words[at + MARK_LEADING]!;
    state.size = words[at + MARK_SIZE]!;
  }

  /** Opens the page of capture `index`; returns its place in there. */
  private open(index: number): number {
    const page = index >>> PAGE_BITS;
    if (page !== this.openPage) {
      this.openPage = page;
      this.words = this.wordPages[page]!;
      this.times = this.timePages[page]!;
    }
    return index & (PAGE_CAPTURES - 1);
  }

  /** Makes room for `captures`, if that many come; more may. */
  expect(captures: number): void {
    const wanted = Math.min(captures, PAGE_CAPTURES);
    if (wanted > this.firstPageCaptures) this.resizeFirstPage(wanted);
  }

  private get firstPageCaptures(): number {
    return this.timePages[0]!.length / TIMES;
  }

  /** Makes room for one capture. */
  private makeRoom(): void {
    if (this.used < this.firstPageCaptures) return;
    if (this.used < PAGE_CAPTURES) {
      this.resizeFirstPage(Math.min(this.firstPageCaptures * 2, PAGE_CAPTURES));
    } else if ((this.used & (PAGE_CAPTURES - 1)) === 0) {
      this.wordPages.push(new Uint32Array(PAGE_CAPTURES * WORDS));
      this.timePages.push(new Float64Array(PAGE_CAPTURES * TIMES));
    }
  }

  private resizeFirstPage(captures: number): void {
    const words = longerWords(this.wordPages[0]!, captures * WORDS);
    const times = longerFloats(this.timePages[0]!, captures * TIMES);
    this.wordPages[0] = words;
    this.timePages[0] = times;
    if (this.openPage === 0) {
      this.words = words;
      this.times = times;
    }
  }
}

function pushOne(into: SampleColumns, timeMs: number, high: number, low: number): void {
  into.reserve(1);
  into.push(timeMs, high, low);
}
