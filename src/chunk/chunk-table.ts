/**
 * Chunks: records that own a slice of the simulated heap.
 *
 * A chunk is samples of one series in one window, as a Prometheus bit stream that lies in a byte
 * slice of the heap: XOR for floats (docs/format/chunk.md), or one of the two for histograms
 * (docs/format/histogram-chunk.md).
 *
 * I1  A live record owns exactly one slice: [address, address + capacity), never empty; the stream
 *     is its first byteLength = ceil(bitLength / 8) bytes, and byteLength <= capacity.
 * I2  The first two bytes of the slice are sampleCount, big-endian.
 * I3  What sampleCount counts is readable when the call that adds a sample is over.
 * I4  last… and previousTime are of the newest and the newest but one sample; each is meaningful
 *     from that many samples on. windowState and wasteState: see xor-window.ts.
 * I5  openByte is the stream's last byte while it is not full, else 0: an append does not wait for
 *     the slice's memory, it only writes there.
 * I6  A histogram chunk has a byte of flags behind its count, no seek marks, no windowState and no
 *     wasteState; its "value" is the sum. Its encoder's state, if it is kept, is in `encoders`; it
 *     can be had from the bytes at any time.
 *
 * Units: addresses, lengths and capacities are bytes; bitLength is bits; times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, SeriesRef, WindowNumber } from "../base/units.ts";
import {
  CHUNK_SAMPLES_MAX,
  PATCH_AT,
  PATCH_BITS,
  PATCH_BYTES,
  PATCH_COUNT,
  PATCH_LENGTH,
  PATCH_REGION,
  PATCH_START,
} from "../kernel/code/layout.ts";
import type { ChunkHeap } from "./chunk-heap.ts";
import { ChunkKind, ChunkRecords, FIRST_RECORDS, HEADER_BYTES } from "./chunk-records.ts";
import type { HistogramState } from "./histogram-state.ts";
import { ReaderEpochs } from "./reader-epochs.ts";
import type { RecordMemory } from "./record-memory.ts";
import { SeekMarks } from "./seek-marks.ts";
import type { SliceObserver } from "./slice-observer.ts";

export { ChunkKind, FIRST_RECORDS, HEADER_BYTES, NO_CHUNK } from "./chunk-records.ts";

/** What a chunk's slice is made with; append grows it from there. */
export const FIRST_CAPACITY = 128;
/** Most samples of a chunk: its count has 16 bits. */
export const SAMPLES_MAX = CHUNK_SAMPLES_MAX;

/** Bytes of sample count and flags in front of a histogram stream. */
export const HISTOGRAM_HEADER_BYTES = 3;

const REGION_BYTES = 2 ** 32;

// Words of a patch.
const PATCH_WORDS = PATCH_BYTES / 4;
const REGION = PATCH_REGION / 4;
const START = PATCH_START / 4;
const COUNT = PATCH_COUNT / 4;
const AT = PATCH_AT / 4;
const LENGTH = PATCH_LENGTH / 4;
const BITS = PATCH_BITS / 4;
/** Bytes of most patches: see kernel/code/append.ts. */
const USUAL_BYTES = 5;

/** Series that get a chunk, and their chunks and the addresses of their slices as two words. */
export interface NewChunks {
  readonly refs: Uint32Array;
  readonly chunks: Uint32Array;
  readonly lows: Uint32Array;
  readonly regions: Uint32Array;
}

export class ChunkTable extends ChunkRecords {
  readonly heap: ChunkHeap;
  readonly marks = new SeekMarks();
  /** Encoder states of histogram chunks that are written to. */
  readonly encoders = new Map<ChunkRef, HistogramState>();
  /** Who reads: slots that a chunk leaves go through here. */
  readonly readers: ReaderEpochs;
  private readonly views: readonly Uint8Array[];
  private readonly observer: SliceObserver | null;
  private addresses = new Float64Array(0);

  /** A table of no chunks over `heap`, which must have real memory. */
  constructor(
    heap: ChunkHeap,
    records = FIRST_RECORDS,
    observer: SliceObserver | null = null,
    memory?: RecordMemory,
  ) {
    super(records, memory);
    assert(heap.memory !== null, "chunks need a heap with real memory");
    this.heap = heap;
    this.readers = new ReaderEpochs(heap);
    this.observer = observer;
    this.views = heap.memory.views;
  }

  /** Bytes of the shared buffers of records and marks. */
  get recordBytes(): number {
    return this.bufferBytes + this.marks.bytes;
  }

  /** Makes an empty chunk with a slice of 128 bytes (or `capacity`), linked to nothing. */
  create(series: SeriesRef, window: WindowNumber, capacity = FIRST_CAPACITY): ChunkRef {
    const chunk = this.createUnwritten(series, window, capacity);
    this.writeCount(chunk, 0);
    return chunk;
  }

  /** As create(), for a stream that is copied in whole: I2 does not hold before. */
  createUnwritten(series: SeriesRef, window: WindowNumber, capacity: number): ChunkRef {
    assert(capacity >= HEADER_BYTES, "a slice holds at least the sample count");
    const address = this.heap.allocate(capacity);
    const chunk = this.takeRecord(series, window);
    this.setSlice(chunk, address, capacity);
    this.observer?.made(chunk, window, address, capacity);
    return chunk;
  }

  /**
   * As create() for each of `count` series, but the states are the caller's to write: where the
   * chunks and their slices are is told in `made`.
   */
  createMany(made: NewChunks, count: number, window: WindowNumber): void {
    if (this.addresses.length < count) this.addresses = new Float64Array(2 * count);
    const { addresses } = this;
    this.heap.allocateMany(FIRST_CAPACITY, count, addresses);
    for (let i = 0; i < count; i++) {
      const region = Math.floor(addresses[i]! / REGION_BYTES);
      made.regions[i] = region;
      made.lows[i] = addresses[i]! - region * REGION_BYTES;
      made.chunks[i] = this.takeRecord(made.refs[i]! as SeriesRef, window);
    }
    this.observer?.madeMany(made.chunks, count, window, addresses, FIRST_CAPACITY);
  }

  /** Drops the chunk's slice and marks and frees its record; links to it are the caller's. */
  release(chunk: ChunkRef): void {
    assert(this.isLive(chunk), "chunk is released twice");
    this.marks.releaseAll(this.newestMarkOf(chunk));
    if (this.isHistogram(chunk)) this.encoders.delete(chunk);
    const address = this.addressOf(chunk);
    const capacity = this.capacityOf(chunk);
    this.observer?.released(chunk, this.windowOf(chunk), address, capacity);
    this.readers.leave(chunk, address, capacity);
    this.freeRecord(chunk);
  }

  /** Makes an empty chunk one for histograms; `flags` is the byte behind the count. */
  beginHistograms(chunk: ChunkRef, kind: ChunkKind, flags: number): void {
    assert(this.sampleCountOf(chunk) === 0 && kind !== ChunkKind.xor, "chunk has samples");
    this.setKind(chunk, kind, HISTOGRAM_HEADER_BYTES * 8);
    this.setHistogramFlags(chunk, flags);
  }

  setHistogramFlags(chunk: ChunkRef, flags: number): void {
    this.bytesOf(chunk)[this.offsetOf(chunk) + HEADER_BYTES] = flags;
  }

  /** The flags of a histogram chunk. */
  histogramFlagsOf(chunk: ChunkRef): number {
    return this.bytesOf(chunk)[this.offsetOf(chunk) + HEADER_BYTES]!;
  }

  /** Makes the chunk an empty one for floats; keeps its slice. */
  clear(chunk: ChunkRef): void {
    this.marks.releaseAll(this.newestMarkOf(chunk));
    if (this.isHistogram(chunk)) this.encoders.delete(chunk);
    this.clearState(chunk);
    this.writeCount(chunk, 0);
  }

  /** The heap region that holds the slice. Not to be kept across an allocation. */
  bytesOf(chunk: ChunkRef): Uint8Array {
    return this.views[this.regionOf(chunk)]!;
  }

  /** A region of the heap. Not to be kept across an allocation. */
  bytesOfRegion(region: number): Uint8Array {
    return this.views[region]!;
  }

  /** The regions of the heap there are now: shared memory, for readers in another thread. */
  get sharedRegions(): readonly Uint8Array[] {
    return this.views;
  }

  /** The byte in the slice that a stream of `bitLength` bits ends in, 0 when it ends on a byte. */
  openByteAt(chunk: ChunkRef, bitLength: number): number {
    if ((bitLength & 7) === 0) return 0;
    return this.bytesOf(chunk)[this.offsetOf(chunk) + (bitLength >>> 3)]!;
  }

  /** Publishes one more sample whose bits are in place: I2 to I5. */
  publishSample(
    chunk: ChunkRef,
    timeMs: number,
    valueHigh: number,
    valueLow: number,
    bitLength: number,
    windowState: number,
    openByte: number,
  ): void {
    const count = this.pushSample(
      chunk,
      timeMs,
      valueHigh,
      valueLow,
      bitLength,
      windowState,
      openByte,
    );
    this.writeCount(chunk, count);
  }

  /**
   * Makes room for `neededBytes` as appending byte by byte does: append's rule is asked for one
   * byte more than there is, the first `keptBytes` are copied, the old slice is dropped.
   */
  growSlice(chunk: ChunkRef, neededBytes: number, keptBytes: number): void {
    assert(keptBytes <= this.capacityOf(chunk), "copies more than the slice holds");
    for (let capacity = this.capacityOf(chunk); capacity < neededBytes; ) {
      const grown = this.heap.grownCapacity(capacity, capacity + 1);
      assert(grown > capacity, "append's rule did not grow the slice");
      this.moveSlice(chunk, grown, keptBytes);
      capacity = grown;
    }
  }

  /** Moves the first `keptBytes` to a new slice of `capacity` and drops the old one. */
  moveSlice(chunk: ChunkRef, capacity: number, keptBytes: number): void {
    const oldAddress = this.addressOf(chunk);
    const oldCapacity = this.capacityOf(chunk);
    const address = this.heap.allocate(capacity);
    const from = this.bytesOf(chunk);
    const fromOffset = this.offsetOf(chunk);
    const region = Math.floor(address / REGION_BYTES);
    const kept = from.subarray(fromOffset, fromOffset + keptBytes);
    // The bytes are in place before the record says so.
    this.views[region]!.set(kept, address - region * REGION_BYTES);
    this.setSlice(chunk, address, capacity);
    const window = this.windowOf(chunk);
    this.observer?.moved(chunk, window, oldAddress, oldCapacity, address, capacity);
    this.readers.leave(chunk, oldAddress, oldCapacity);
  }

  /**
   * Puts in place what the kernel's append changes in slices: `count` patches of
   * kernel/code/layout.ts. The records say so already, so that nothing may come in between.
   */
  putPatches(patches: Uint32Array, count: number): void {
    for (let patch = 0; patch < count * PATCH_WORDS; patch += PATCH_WORDS) {
      const bytes = this.views[patches[patch + REGION]!]!;
      const samples = patches[patch + COUNT]!;
      const start = patches[patch + START]!;
      bytes[start] = samples >>> 8;
      bytes[start + 1] = samples;
      putPatch(bytes, patches[patch + AT]!, patches, patch + BITS, patches[patch + LENGTH]!);
    }
  }

  private writeCount(chunk: ChunkRef, count: number): void {
    const bytes = this.bytesOf(chunk);
    const start = this.offsetOf(chunk);
    bytes[start] = count >>> 8;
    bytes[start + 1] = count;
  }

  /** Recomputes I1, I2, I5 and the lists from nothing; throws when one is broken. */
  verify(): void {
    const isFree = this.verifyFree();
    let marks = 0;
    for (let chunk = 0 as ChunkRef; chunk < this.upperBound; chunk++) {
      if (isFree[chunk] === 0) marks += this.verifyChunk(chunk);
    }
    this.marks.verify(marks);
  }

  private verifyChunk(chunk: ChunkRef): number {
    const bytes = this.bytesOf(chunk);
    const start = this.offsetOf(chunk);
    const count = this.sampleCountOf(chunk);
    assert(this.capacityOf(chunk) >= HEADER_BYTES, "live chunk has no slice");
    assert(this.byteLengthOf(chunk) <= this.capacityOf(chunk), "stream passes its slice");
    assert(bytes[start] === count >>> 8, "high byte of the count differs");
    assert(bytes[start + 1] === (count & 255), "low byte of the count differs");
    const openByte = this.openByteAt(chunk, this.bitLengthOf(chunk));
    assert(this.openByteOf(chunk) === openByte, "open byte differs");
    if (count > 0) assert(this.firstTimeOf(chunk) <= this.lastTimeOf(chunk), "times fall");
    assert(this.isHistogram(chunk) || !this.encoders.has(chunk), "state of a chunk of floats");
    return this.marks.verifyList(this.newestMarkOf(chunk), count, this.bitLengthOf(chunk));
  }
}

/** Writes `length` bytes from word `from` of `words` on, the first one on top. */
function putPatch(
  bytes: Uint8Array,
  at: number,
  words: Uint32Array,
  from: number,
  length: number,
): void {
  const word = words[from]!;
  if (length === USUAL_BYTES) {
    bytes[at] = word >>> 24;
    bytes[at + 1] = word >>> 16;
    bytes[at + 2] = word >>> 8;
    bytes[at + 3] = word;
    bytes[at + 4] = words[from + 1]! >>> 24;
    return;
  }
  for (let i = 0; i < length; i++) {
    bytes[at + i] = words[from + (i >>> 2)]! >>> (24 - ((i & 3) << 3));
  }
}
