/**
 * Chunks as they were at one moment, read: where the bytes lie, how many samples and bits count,
 * and the decoder's state near the range that is wanted (chunk-capture.ts says how they come here).
 *
 * What is captured is enough to read the range later, in this thread or another one, whatever has
 * happened to the chunk since: its slot is kept by the reader's epoch (reader-epochs.ts), the bits
 * that count are never written again, and record and seek marks are not looked at any more.
 *
 * I1  Samples behind the captured count are not seen, though their bits may be in the slot already.
 * I2  A captured state stands behind sample 0 (mark 0) or behind a seek mark's last sample.
 * I3  Captures lie in pages (capture-columns.ts).
 *
 * Units: times are milliseconds; lengths are bytes.
 */
import {
  BIT_LENGTH,
  BYTE_LENGTH,
  CAPTURE_TIMES,
  CAPTURE_WORDS,
  type CaptureColumns,
  type CapturePages,
  COUNT,
  FIRST_TIME,
  IS_GAUGE,
  KIND,
  LAST_HIGH,
  LAST_LOW,
  LAST_TIME,
  MARK_BEFORE,
  MARK_COUNT,
  MARK_HIGH,
  MARK_LEADING,
  MARK_LOW,
  MARK_POSITION,
  MARK_SIZE,
  MARK_TIME,
  OFFSET,
  REGION,
} from "./capture-columns.ts";
import { ChunkKind } from "./chunk-table.ts";
import {
  type CapturedStream,
  decodeNewestOf,
  decodeStream,
  type KernelRates,
} from "./decode-kernel.ts";
import { DecoderState } from "./decoder-state.ts";
import type { HistogramColumns } from "./histogram-columns.ts";
import { decodeHistogramsAt, decodeStaleAt, type HistogramPlace } from "./histogram-decoder.ts";
import { type SampleColumns, STALE_HIGH, STALE_LOW } from "./sample-columns.ts";

/** Where the bytes of a region of the heap are. */
export interface HeapRegions {
  /** Not to be kept across an allocation. */
  bytesOfRegion(region: number): Uint8Array;
}

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

const state = new DecoderState();
const stream: CapturedStream = { bytes: new Uint8Array(0), start: 0, byteLength: 0, count: 0 };

export class CapturedChunks {
  protected readonly columns: CaptureColumns;
  private readonly regions: HeapRegions;

  constructor(columns: CaptureColumns, regions: HeapRegions) {
    this.columns = columns;
    this.regions = regions;
  }

  /** How many chunks are captured; the next one gets this number. */
  get count(): number {
    return this.columns.count;
  }

  /** Gives the captures to another thread: see CaptureColumns. */
  handOver(buffers: ArrayBuffer[]): CapturePages {
    return this.columns.handOver(buffers);
  }

  /** Whether capture `index` holds native histograms. */
  isHistogram(index: number): boolean {
    const place = this.columns.open(index);
    return this.columns.words[place * CAPTURE_WORDS + KIND] !== ChunkKind.xor;
  }

  /** Appends the native histograms of capture `index` in [fromMs, toMs] to `into`. */
  readHistograms(index: number, fromMs: number, toMs: number, into: HistogramColumns): void {
    if (this.isHistogram(index)) decodeHistogramsAt(this.placeOf(index), fromMs, toMs, into);
  }

  private placeOf(index: number): HistogramPlace {
    const place = this.columns.open(index);
    const { words } = this.columns;
    const at = place * CAPTURE_WORDS;
    return {
      bytes: this.regions.bytesOfRegion(words[at + REGION]!),
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
    const place = this.columns.open(index);
    const { words, times } = this.columns;
    const at = place * CAPTURE_WORDS;
    const half = place * CAPTURE_TIMES;
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
    const place = this.columns.open(index);
    const { words, times } = this.columns;
    const at = place * CAPTURE_WORDS;
    const half = place * CAPTURE_TIMES;
    const start = words[at + OFFSET]!;
    const region = this.regions.bytesOfRegion(words[at + REGION]!);
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
    const place = this.columns.open(index);
    const { words, times } = this.columns;
    const at = place * CAPTURE_WORDS;
    const half = place * CAPTURE_TIMES;
    stream.bytes = this.regions.bytesOfRegion(words[at + REGION]!);
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
}

function pushOne(into: SampleColumns, timeMs: number, high: number, low: number): void {
  into.reserve(1);
  into.push(timeMs, high, low);
}
