/**
 * One record a chunk, as columns in shared buffers: who it belongs to, where its bytes are, and the
 * state of its encoder. ChunkRef is the index of the record.
 *
 * R1  A state is 64 bytes on a cache line of its own, laid out in kernel/code/layout.ts: an append
 *     touches one line. Links are 20 bytes and belong to the series layer.
 * R2  Free records are linked through `older`; their capacity is 0.
 * R3  Growing copies nothing that is large (heap/growing-buffer.ts) and replaces the views, in
 *     growViews() alone. Worker threads may read both buffers.
 *
 * Units: addresses, lengths and capacities are bytes; bitLength is bits; times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, HeapAddress, SeriesRef, WindowNumber } from "../base/units.ts";
import { GrowingBuffer } from "../heap/growing-buffer.ts";
import {
  CHUNK_ADDRESS_LOW,
  CHUNK_BIT_LENGTH,
  CHUNK_CAPACITY,
  CHUNK_FIRST_TIME,
  CHUNK_KIND_MASK,
  CHUNK_KIND_SHIFT,
  CHUNK_LAST_HIGH,
  CHUNK_LAST_LOW,
  CHUNK_LAST_TIME,
  CHUNK_NEWEST_MARK,
  CHUNK_OPEN_BYTE_SHIFT,
  CHUNK_PREVIOUS_TIME,
  CHUNK_REGION,
  CHUNK_SAMPLE_COUNT,
  CHUNK_STATE_BYTES,
  CHUNK_WASTE_STATE,
  CHUNK_WINDOW_STATE,
  CHUNKS_MAX,
  NO_CHUNK as NO_CHUNK_WORD,
} from "../kernel/code/layout.ts";
import { NO_WASTE, NO_WINDOW } from "../kernel/code/xor-window.ts";
import { OwnRecords, type RecordMemory } from "./record-memory.ts";
import {
  BIT_LENGTH as SAVED_BIT_LENGTH_BYTES,
  FIRST_TIME as SAVED_FIRST_TIME,
  LAST_TIME as SAVED_LAST_TIME,
  PREVIOUS_TIME as SAVED_PREVIOUS_TIME,
  VALUE_HIGH as SAVED_VALUE_HIGH,
  VALUE_LOW as SAVED_VALUE_LOW,
  WASTE_STATE as SAVED_WASTE_STATE,
  WINDOW_STATE as SAVED_WINDOW_STATE,
} from "./saved-state.ts";
import { NO_MARK } from "./seek-marks.ts";

/** "No chunk" in every link. */
export const NO_CHUNK = NO_CHUNK_WORD as ChunkRef;
/** What a chunk holds; its Prometheus encoding is one more. */
export const ChunkKind = { xor: 0, histogram: 1, floatHistogram: 2 } as const;
export type ChunkKind = (typeof ChunkKind)[keyof typeof ChunkKind];
/** Records that a table starts with. */
export const FIRST_RECORDS = 1024;
/** Bytes of the sample count in front of the stream. */
export const HEADER_BYTES = 2;

const REGION_BYTES = 2 ** 32;

// Word offsets in a state record; the three times are counted in 64-bit floats. Indexes are built
// with shifts because a ref may reach us as a double: 0xffffffff is one, and taints the type.
const STATE_SHIFT = 4;
const TIME_SHIFT = 3;
const FIRST_TIME = CHUNK_FIRST_TIME / 8;
const LAST_TIME = CHUNK_LAST_TIME / 8;
const PREVIOUS_TIME = CHUNK_PREVIOUS_TIME / 8;
const LAST_LOW = CHUNK_LAST_LOW / 4;
const LAST_HIGH = CHUNK_LAST_HIGH / 4;
const ADDRESS_LOW = CHUNK_ADDRESS_LOW / 4;
const REGION = CHUNK_REGION / 4;
const BIT_LENGTH = CHUNK_BIT_LENGTH / 4;
const CAPACITY = CHUNK_CAPACITY / 4;
const SAMPLE_COUNT = CHUNK_SAMPLE_COUNT / 4;
const WINDOW_STATE = CHUNK_WINDOW_STATE / 4;
const KIND_SHIFT = CHUNK_KIND_SHIFT;
const KIND_MASK = CHUNK_KIND_MASK;
const OPEN_BYTE_SHIFT = CHUNK_OPEN_BYTE_SHIFT;
const WASTE_STATE = CHUNK_WASTE_STATE / 4;
const NEWEST_MARK = CHUNK_NEWEST_MARK / 4;

// Words of a saved state. Times and newest value are the first words of a record.
const SAVED_BIT_LENGTH = SAVED_BIT_LENGTH_BYTES / 4;
const SAVED_TIMES = SAVED_FIRST_TIME / 4;
const SAVED_SAMPLE_WORDS = ADDRESS_LOW;
const SAVED_WINDOW = SAVED_WINDOW_STATE / 4;
const SAVED_WASTE = SAVED_WASTE_STATE / 4;
assert(
  SAVED_LAST_TIME - SAVED_FIRST_TIME === CHUNK_LAST_TIME &&
    SAVED_PREVIOUS_TIME - SAVED_FIRST_TIME === CHUNK_PREVIOUS_TIME &&
    SAVED_VALUE_LOW - SAVED_FIRST_TIME === CHUNK_LAST_LOW &&
    SAVED_VALUE_HIGH - SAVED_FIRST_TIME === CHUNK_LAST_HIGH,
  "samples lie in a record as in a saved state",
);

// Word offsets in a link record.
const LINK_WORDS = 5;
const SERIES = 0;
const WINDOW = 1;
const OLDER = 2;
const NEXT = 3;
const PREVIOUS = 4;

/** The `windowState` of a chunk of a kind that has no XOR window of its own. */
export function windowOfKind(kind: ChunkKind): number {
  return NO_WINDOW | (kind << KIND_SHIFT);
}

/** The kind in a `windowState`, or null when there is none of that number. */
export function kindOfWindow(windowState: number): ChunkKind | null {
  const kind = windowState >>> KIND_SHIFT;
  return kind <= ChunkKind.floatHistogram ? (kind as ChunkKind) : null;
}

export class ChunkRecords {
  protected states: Uint32Array = new Uint32Array(0);
  protected times: Float64Array = new Float64Array(0);
  private links: Uint32Array = new Uint32Array(0);
  private readonly memory: RecordMemory;
  private readonly linkBuffer = new GrowingBuffer();
  private recordCapacity = 0;
  private recordCount = 0;
  private free: ChunkRef = NO_CHUNK;
  private live = 0;

  constructor(records = FIRST_RECORDS, memory: RecordMemory = new OwnRecords()) {
    this.memory = memory;
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

  /** What the chunk holds. */
  kindOf(chunk: ChunkRef): ChunkKind {
    const word = this.states[(chunk << STATE_SHIFT) + WINDOW_STATE]!;
    return ((word >>> KIND_SHIFT) & KIND_MASK) as ChunkKind;
  }

  /** True when the chunk holds native histograms. */
  isHistogram(chunk: ChunkRef): boolean {
    const word = this.states[(chunk << STATE_SHIFT) + WINDOW_STATE]!;
    return ((word >>> KIND_SHIFT) & KIND_MASK) !== ChunkKind.xor;
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

  // ---- changes ------------------------------------------------------------------------------

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

  protected setSlice(chunk: ChunkRef, address: HeapAddress, capacity: number): void {
    const at = chunk << STATE_SHIFT;
    const region = Math.floor(address / REGION_BYTES);
    this.states[at + REGION] = region;
    this.states[at + ADDRESS_LOW] = address - region * REGION_BYTES;
    this.states[at + CAPACITY] = capacity;
  }

  /** Sets the state of a stream without samples. */
  protected clearState(chunk: ChunkRef): void {
    const { states } = this;
    const at = chunk << STATE_SHIFT;
    // One by one: a native fill of so few words costs more than all of this.
    for (let word = at; word < at + ADDRESS_LOW; word++) states[word] = 0;
    states[at + BIT_LENGTH] = HEADER_BYTES * 8;
    states[at + SAMPLE_COUNT] = 0;
    states[at + WINDOW_STATE] = NO_WINDOW;
    states[at + WASTE_STATE] = NO_WASTE;
    states[at + NEWEST_MARK] = NO_MARK;
  }

  /** Sets kind and length of a stream without samples. */
  protected setKind(chunk: ChunkRef, kind: ChunkKind, bitLength: number): void {
    const at = chunk << STATE_SHIFT;
    this.states[at + BIT_LENGTH] = bitLength;
    this.states[at + WINDOW_STATE] = windowOfKind(kind);
  }

  /** Adds a sample to the state, the count last; returns the count. */
  protected pushSample(
    chunk: ChunkRef,
    timeMs: number,
    valueHigh: number,
    valueLow: number,
    bitLength: number,
    windowState: number,
    openByte: number,
  ): number {
    const at = chunk << STATE_SHIFT;
    const half = chunk << TIME_SHIFT;
    const count = this.states[at + SAMPLE_COUNT]! + 1;
    this.times[half + PREVIOUS_TIME] = this.times[half + LAST_TIME]!;
    this.times[half + LAST_TIME] = timeMs;
    this.states[at + LAST_LOW] = valueLow;
    this.states[at + LAST_HIGH] = valueHigh;
    this.states[at + BIT_LENGTH] = bitLength;
    this.states[at + WINDOW_STATE] = windowState | (openByte << OPEN_BYTE_SHIFT);
    this.states[at + SAMPLE_COUNT] = count;
    return count;
  }

  /**
   * Sets what a saved state, from `word` of `saved` on, says of the samples of a new chunk; its
   * marks are set apart. The stream is in the slice, or will come there.
   */
  setSaved(chunk: ChunkRef, saved: Uint32Array, word: number, openByte: number): void {
    const { states } = this;
    const at = chunk << STATE_SHIFT;
    assert(
      (saved[word + SAVED_BIT_LENGTH]! + 7) >>> 3 <= states[at + CAPACITY]!,
      "stream is longer than its slice",
    );
    // The times and the newest value lie in the same order in both.
    for (let i = 0; i < SAVED_SAMPLE_WORDS; i++) states[at + i] = saved[word + SAVED_TIMES + i]!;
    states[at + BIT_LENGTH] = saved[word + SAVED_BIT_LENGTH]!;
    states[at + WINDOW_STATE] = saved[word + SAVED_WINDOW]! | (openByte << OPEN_BYTE_SHIFT);
    states[at + WASTE_STATE] = saved[word + SAVED_WASTE]!;
    states[at + SAMPLE_COUNT] = saved[word]! & 0xffff;
  }

  /** Index of the region that holds the slice. */
  regionOf(chunk: ChunkRef): number {
    return this.states[(chunk << STATE_SHIFT) + REGION]!;
  }

  /** A record without slice and samples, linked to nothing. */
  protected takeRecord(series: SeriesRef, window: WindowNumber): ChunkRef {
    const chunk = this.nextRecord();
    const { links } = this;
    const at = Math.imul(chunk, LINK_WORDS);
    links[at + SERIES] = series;
    links[at + WINDOW] = window;
    links[at + OLDER] = NO_CHUNK;
    links[at + NEXT] = NO_CHUNK;
    links[at + PREVIOUS] = NO_CHUNK;
    this.clearState(chunk);
    this.live++;
    return chunk;
  }

  protected freeRecord(chunk: ChunkRef): void {
    assert(this.live > 0, "more chunks released than made");
    this.states[(chunk << STATE_SHIFT) + CAPACITY] = 0;
    this.setOlder(chunk, this.free);
    this.free = chunk;
    this.live--;
  }

  /** Bytes of the buffers. */
  protected get bufferBytes(): number {
    return this.recordCapacity * CHUNK_STATE_BYTES + this.linkBuffer.buffer.byteLength;
  }

  private setLink(chunk: ChunkRef, word: number, value: number): void {
    this.links[Math.imul(chunk, LINK_WORDS) + word] = value;
  }

  private nextRecord(): ChunkRef {
    if (this.free !== NO_CHUNK) {
      const chunk = (this.free | 0) as ChunkRef;
      this.free = this.olderOf(chunk);
      return chunk;
    }
    if (this.recordCount === this.recordCapacity) this.grow(this.recordCapacity * 2);
    return this.recordCount++ as ChunkRef;
  }

  private grow(records: number): void {
    assert(records > this.recordCapacity && records <= CHUNKS_MAX, "too many chunks");
    this.memory.ensure(records);
    this.linkBuffer.ensure(records * LINK_WORDS * 4);
    this.growViews();
    this.recordCapacity = records;
  }

  private growViews(): void {
    this.states = this.memory.words;
    this.times = this.memory.times;
    this.links = new Uint32Array(this.linkBuffer.buffer);
  }

  /** Checks R2; returns a 1 for every free record. */
  protected verifyFree(): Uint8Array {
    const isFree = new Uint8Array(this.recordCount);
    let freeCount = 0;
    for (let chunk = this.free; chunk !== NO_CHUNK; chunk = this.olderOf(chunk)) {
      assert(isFree[chunk] === 0, "free list of chunks has a loop");
      assert(this.capacityOf(chunk) === 0, "free chunk has a slice");
      isFree[chunk] = 1;
      freeCount++;
    }
    assert(freeCount + this.live === this.recordCount, "count of live chunks is wrong");
    return isFree;
  }
}
