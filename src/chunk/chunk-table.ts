/**
 * One record a chunk: where its bytes are in the heap, and the state of its encoder.
 *
 * A chunk is the samples of one series in one window, as a Prometheus XOR bit stream that lies in
 * a byte slice of the simulated heap (docs/format/chunk.md). ChunkRef is the index of its record.
 *
 * I1  A live record owns exactly one slice: [address, address + capacity), never empty; the stream
 *     is its first byteLength = ceil(bitLength / 8) bytes, and byteLength <= capacity.
 * I2  The first two bytes of the slice are sampleCount, big-endian.
 * I3  sampleCount is written last when a sample is added: what it counts is readable.
 * I4  last… and previousTime are of the newest and the newest but one sample; each is meaningful
 *     from that many samples on. windowState and wasteState: see xor-window.ts.
 * I5  openByte is the stream's last byte while it is not full, else 0: an append does not wait for
 *     the slice's memory, it only writes there.
 * I6  Free records are linked through `older`; their capacity is 0.
 *
 * An append touches one 64-byte record of `states`; `links` (20 bytes a chunk) belong to the
 * series layer. Both are shared buffers, so that worker threads can read them; growing replaces
 * them, in grow() alone.
 *
 * Units: addresses, lengths and capacities are bytes; bitLength is bits; times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, HeapAddress, SeriesRef, WindowNumber } from "../base/units.ts";
import { alignedSharedBuffer } from "./aligned-buffer.ts";
import type { ChunkHeap } from "./chunk-heap.ts";
import { NO_MARK, SeekMarks } from "./seek-marks.ts";
import type { SliceObserver } from "./slice-observer.ts";
import { NO_WASTE, NO_WINDOW } from "./xor-window.ts";

/** "No chunk" in every link. */
export const NO_CHUNK = 0xffffffff as ChunkRef;
/** What a chunk's slice is made with; append grows it from there. */
export const FIRST_CAPACITY = 128;
/** Records that a table starts with. */
export const FIRST_RECORDS = 1024;
/** Bytes of the sample count in front of the stream. */
export const HEADER_BYTES = 2;
/** Most samples of a chunk: its count has 16 bits. */
export const SAMPLES_MAX = 65535;

const REGION_BYTES = 2 ** 32;
/** Records that indexes of 31 bits reach. */
const RECORDS_MAX = 2 ** 27;

// Word offsets in a state record; the three times are counted in 64-bit floats. Indexes are built
// with shifts because a ref may reach us as a double: 0xffffffff is one, and taints the type.
const STATE_WORDS = 16;
const STATE_SHIFT = 4;
const TIME_SHIFT = 3;
const FIRST_TIME = 0;
const LAST_TIME = 1;
const PREVIOUS_TIME = 2;
const LAST_LOW = 6;
const LAST_HIGH = 7;
const ADDRESS_LOW = 8;
const REGION = 9;
const BIT_LENGTH = 10;
const CAPACITY = 11;
const SAMPLE_COUNT = 12;
// XOR window in the low 16 bits, the open byte in the high 8.
const WINDOW_STATE = 13;
const OPEN_BYTE_SHIFT = 24;
const WASTE_STATE = 14;
const NEWEST_MARK = 15;

// Word offsets in a link record.
const LINK_WORDS = 5;
const SERIES = 0;
const WINDOW = 1;
const OLDER = 2;
const NEXT = 3;
const PREVIOUS = 4;

export class ChunkTable {
  readonly heap: ChunkHeap;
  readonly marks = new SeekMarks();
  private readonly views: readonly Uint8Array[];
  private readonly observer: SliceObserver | null;
  private states: Uint32Array = new Uint32Array(0);
  private times: Float64Array = new Float64Array(0);
  private links: Uint32Array = new Uint32Array(0);
  private recordCapacity = 0;
  private recordCount = 0;
  private free: ChunkRef = NO_CHUNK;
  private live = 0;

  /** A table of no chunks over `heap`, which must have real memory. */
  constructor(heap: ChunkHeap, records = FIRST_RECORDS, observer: SliceObserver | null = null) {
    assert(heap.memory !== null, "chunks need a heap with real memory");
    this.heap = heap;
    this.observer = observer;
    this.views = heap.memory.views;
    this.grow(records);
  }

  /** Chunks alive. */
  get count(): number {
    return this.live;
  }

  /** Refs of all chunks are below this. */
  get upperBound(): number {
    return this.recordCount;
  }

  /** Bytes of the shared buffers of records and marks. */
  get recordBytes(): number {
    return this.states.byteLength + this.links.byteLength + this.marks.bytes;
  }

  /** Makes an empty chunk with a slice of 128 bytes (or `capacity`), linked to nothing. */
  create(series: SeriesRef, window: WindowNumber, capacity = FIRST_CAPACITY): ChunkRef {
    assert(capacity >= HEADER_BYTES, "a slice holds at least the sample count");
    const chunk = this.takeRecord();
    const address = this.heap.allocate(capacity);
    this.setSlice(chunk, address, capacity);
    this.setLink(chunk, SERIES, series);
    this.setLink(chunk, WINDOW, window);
    this.setLink(chunk, OLDER, NO_CHUNK);
    this.setLink(chunk, NEXT, NO_CHUNK);
    this.setLink(chunk, PREVIOUS, NO_CHUNK);
    this.setState(chunk, NEWEST_MARK, NO_MARK);
    this.reset(chunk);
    this.live++;
    this.observer?.made(chunk, window, address, capacity);
    return chunk;
  }

  /** Drops the chunk's slice and marks and frees its record; links to it are the caller's. */
  release(chunk: ChunkRef): void {
    assert(this.capacityOf(chunk) > 0, "chunk is released twice");
    assert(this.live > 0, "more chunks released than made");
    this.marks.releaseAll(this.newestMarkOf(chunk));
    const address = this.addressOf(chunk);
    const capacity = this.capacityOf(chunk);
    this.observer?.released(chunk, this.windowOf(chunk), address, capacity);
    this.heap.drop(address, capacity);
    this.setState(chunk, CAPACITY, 0);
    this.setLink(chunk, OLDER, this.free);
    this.free = chunk;
    this.live--;
  }

  /** Makes the chunk empty; keeps its slice. Its marks must have been released. */
  reset(chunk: ChunkRef): void {
    assert(this.newestMarkOf(chunk) === NO_MARK, "marks of samples that are gone");
    this.setState(chunk, BIT_LENGTH, HEADER_BYTES * 8);
    this.setState(chunk, WINDOW_STATE, NO_WINDOW);
    this.setState(chunk, WASTE_STATE, NO_WASTE);
    this.setState(chunk, SAMPLE_COUNT, 0);
    this.setState(chunk, LAST_HIGH, 0);
    this.setState(chunk, LAST_LOW, 0);
    this.times.fill(0, chunk << TIME_SHIFT, (chunk << TIME_SHIFT) + PREVIOUS_TIME + 1);
    const bytes = this.bytesOf(chunk);
    const start = this.offsetOf(chunk);
    bytes[start] = 0;
    bytes[start + 1] = 0;
  }

  /** True when `chunk` was made and not released. */
  isLive(chunk: ChunkRef): boolean {
    return chunk < this.recordCount && this.capacityOf(chunk) > 0;
  }

  // ---- who the chunk belongs to -------------------------------------------------------------

  seriesOf(chunk: ChunkRef): SeriesRef {
    return this.links[Math.imul(chunk, LINK_WORDS) + SERIES]! as SeriesRef;
  }

  /** The window's number; may be negative. */
  windowOf(chunk: ChunkRef): WindowNumber {
    return (this.links[Math.imul(chunk, LINK_WORDS) + WINDOW]! | 0) as WindowNumber;
  }

  /** The next older chunk of the same series, or NO_CHUNK. */
  olderOf(chunk: ChunkRef): ChunkRef {
    return this.links[Math.imul(chunk, LINK_WORDS) + OLDER]! as ChunkRef;
  }

  setOlder(chunk: ChunkRef, older: ChunkRef): void {
    this.setLink(chunk, OLDER, older);
  }

  /** The next chunk of the same window, or NO_CHUNK. */
  nextInWindow(chunk: ChunkRef): ChunkRef {
    return this.links[Math.imul(chunk, LINK_WORDS) + NEXT]! as ChunkRef;
  }

  setNextInWindow(chunk: ChunkRef, next: ChunkRef): void {
    this.setLink(chunk, NEXT, next);
  }

  /** The previous chunk of the same window, or NO_CHUNK. */
  previousInWindow(chunk: ChunkRef): ChunkRef {
    return this.links[Math.imul(chunk, LINK_WORDS) + PREVIOUS]! as ChunkRef;
  }

  setPreviousInWindow(chunk: ChunkRef, previous: ChunkRef): void {
    this.setLink(chunk, PREVIOUS, previous);
  }

  // ---- its bytes ----------------------------------------------------------------------------

  /** First byte of the slice. */
  addressOf(chunk: ChunkRef): HeapAddress {
    const at = chunk << STATE_SHIFT;
    return (this.states[at + REGION]! * REGION_BYTES +
      this.states[at + ADDRESS_LOW]!) as HeapAddress;
  }

  /** The heap region that holds the slice. Not to be kept across an allocation. */
  bytesOf(chunk: ChunkRef): Uint8Array {
    return this.views[this.states[(chunk << STATE_SHIFT) + REGION]!]!;
  }

  /** Where the slice starts in bytesOf(). */
  offsetOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + ADDRESS_LOW]!;
  }

  capacityOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + CAPACITY]!;
  }

  /** Bits of the stream, the sample count in front included. */
  bitLengthOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + BIT_LENGTH]!;
  }

  /** Bytes of the stream, the sample count in front and the padding behind included. */
  byteLengthOf(chunk: ChunkRef): number {
    return (this.bitLengthOf(chunk) + 7) >>> 3;
  }

  // ---- its samples --------------------------------------------------------------------------

  sampleCountOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + SAMPLE_COUNT]!;
  }

  firstTimeOf(chunk: ChunkRef): number {
    return this.times[(chunk << TIME_SHIFT) + FIRST_TIME]!;
  }

  lastTimeOf(chunk: ChunkRef): number {
    return this.times[(chunk << TIME_SHIFT) + LAST_TIME]!;
  }

  /** Time of the newest sample but one. */
  previousTimeOf(chunk: ChunkRef): number {
    return this.times[(chunk << TIME_SHIFT) + PREVIOUS_TIME]!;
  }

  /** High word of the newest sample's value bits. */
  lastValueHighOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + LAST_HIGH]!;
  }

  /** Low word of the newest sample's value bits. */
  lastValueLowOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + LAST_LOW]!;
  }

  /** The encoder's XOR window, as packed by xor-window.ts. */
  windowStateOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + WINDOW_STATE]! & 0xffff;
  }

  /** The stream's last byte while it is not full, else 0. */
  openByteOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + WINDOW_STATE]! >>> OPEN_BYTE_SHIFT;
  }

  /** The encoder's account of wasted bits, as packed by xor-window.ts. */
  wasteStateOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + WASTE_STATE]!;
  }

  /** Head of the chunk's list of seek marks. */
  newestMarkOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + NEWEST_MARK]!;
  }

  /** The byte in the slice that a stream of `bitLength` bits ends in, 0 when it ends on a byte. */
  openByteAt(chunk: ChunkRef, bitLength: number): number {
    if ((bitLength & 7) === 0) return 0;
    return this.bytesOf(chunk)[this.offsetOf(chunk) + (bitLength >>> 3)]!;
  }

  // ---- changes made by the encoder ----------------------------------------------------------

  /** Sets the time of the first sample; the samples themselves are published apart. */
  setFirstTime(chunk: ChunkRef, timeMs: number): void {
    this.times[(chunk << TIME_SHIFT) + FIRST_TIME] = timeMs;
  }

  setNewestMark(chunk: ChunkRef, mark: number): void {
    this.states[(chunk << STATE_SHIFT) + NEWEST_MARK] = mark;
  }

  setWasteState(chunk: ChunkRef, wasteState: number): void {
    this.states[(chunk << STATE_SHIFT) + WASTE_STATE] = wasteState;
  }

  /** Publishes one more sample whose bits are in place: I2, I3 and I4. */
  publishSample(
    chunk: ChunkRef,
    timeMs: number,
    valueHigh: number,
    valueLow: number,
    bitLength: number,
    windowState: number,
    openByte: number,
  ): void {
    const at = chunk << STATE_SHIFT;
    const half = chunk << TIME_SHIFT;
    const count = this.states[at + SAMPLE_COUNT]! + 1;
    this.times[half + PREVIOUS_TIME] = this.times[half + LAST_TIME]!;
    this.times[half + LAST_TIME] = timeMs;
    this.states[at + LAST_LOW] = valueLow;
    this.states[at + LAST_HIGH] = valueHigh;
    this.states[at + BIT_LENGTH] = bitLength;
    this.states[at + WINDOW_STATE] = windowState | (openByte << OPEN_BYTE_SHIFT);
    const bytes = this.views[this.states[at + REGION]!]!;
    const start = this.states[at + ADDRESS_LOW]!;
    bytes[start] = count >>> 8;
    bytes[start + 1] = count;
    this.states[at + SAMPLE_COUNT] = count;
  }

  /** Sets the samples of a chunk whose bytes were copied in whole. */
  publishCopy(
    chunk: ChunkRef,
    sampleCount: number,
    bitLength: number,
    lastTimeMs: number,
    previousTimeMs: number,
    valueHigh: number,
    valueLow: number,
    windowState: number,
  ): void {
    const at = chunk << STATE_SHIFT;
    assert((bitLength + 7) >>> 3 <= this.capacityOf(chunk), "stream is longer than its slice");
    this.times[(chunk << TIME_SHIFT) + LAST_TIME] = lastTimeMs;
    this.times[(chunk << TIME_SHIFT) + PREVIOUS_TIME] = previousTimeMs;
    this.states[at + LAST_LOW] = valueLow;
    this.states[at + LAST_HIGH] = valueHigh;
    this.states[at + BIT_LENGTH] = bitLength;
    const openByte = this.openByteAt(chunk, bitLength);
    this.states[at + WINDOW_STATE] = windowState | (openByte << OPEN_BYTE_SHIFT);
    this.states[at + SAMPLE_COUNT] = sampleCount;
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
    this.heap.drop(oldAddress, oldCapacity);
  }

  private setSlice(chunk: ChunkRef, address: HeapAddress, capacity: number): void {
    const at = chunk << STATE_SHIFT;
    const region = Math.floor(address / REGION_BYTES);
    this.states[at + REGION] = region;
    this.states[at + ADDRESS_LOW] = address - region * REGION_BYTES;
    this.states[at + CAPACITY] = capacity;
  }

  private setState(chunk: ChunkRef, word: number, value: number): void {
    this.states[(chunk << STATE_SHIFT) + word] = value;
  }

  private setLink(chunk: ChunkRef, word: number, value: number): void {
    this.links[Math.imul(chunk, LINK_WORDS) + word] = value;
  }

  private takeRecord(): ChunkRef {
    if (this.free !== NO_CHUNK) {
      const chunk = (this.free | 0) as ChunkRef;
      this.free = this.olderOf(chunk);
      return chunk;
    }
    if (this.recordCount === this.recordCapacity) this.grow(this.recordCapacity * 2);
    return this.recordCount++ as ChunkRef;
  }

  private grow(records: number): void {
    assert(records > this.recordCapacity, "the table only grows");
    assert(records <= RECORDS_MAX, "too many chunks");
    const states = new Uint32Array(alignedSharedBuffer(records * STATE_WORDS * 4));
    const links = new Uint32Array(new SharedArrayBuffer(records * LINK_WORDS * 4));
    states.set(this.states);
    links.set(this.links);
    this.states = states;
    this.times = new Float64Array(states.buffer);
    this.links = links;
    this.recordCapacity = records;
  }

  /** Recomputes I1, I2, I5, I6 and the count of live chunks from nothing; throws when one is broken. */
  verify(): void {
    const isFree = new Uint8Array(this.recordCount);
    for (let chunk = this.free; chunk !== NO_CHUNK; chunk = this.olderOf(chunk)) {
      assert(isFree[chunk] === 0, "free list of chunks has a loop");
      assert(this.capacityOf(chunk) === 0, "free chunk has a slice");
      isFree[chunk] = 1;
    }
    let live = 0;
    let marks = 0;
    for (let chunk = 0 as ChunkRef; chunk < this.recordCount; chunk++) {
      if (isFree[chunk] !== 0) continue;
      live++;
      marks += this.verifyChunk(chunk);
    }
    assert(live === this.live, "count of live chunks is wrong");
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
    return this.marks.verifyList(this.newestMarkOf(chunk), count, this.bitLengthOf(chunk));
  }
}
