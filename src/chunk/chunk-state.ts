/**
 * Saving and restoring a chunk beside its stream: docs/format/chunk.md, "State".
 *
 * The stream alone can be read but not continued (the XOR window, the account of waste) nor entered
 * in the middle (seek marks). The state holds what is missing, and what kind of chunk it is;
 * histogram chunks need nothing more than their stream.
 *
 * I1  A restored chunk that goes on has the bytes and marks of one that was never stopped, wherever
 *     it was stopped and whatever capacity it was given; only its growth starts from there.
 * I2  Nothing is allocated for a state that does not fit its stream.
 *
 * Units: offsets and lengths are bytes; positions are bits.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, SeriesRef, WindowNumber } from "../base/units.ts";
import { FINE_MARK_SAMPLES } from "../kernel/code/layout.ts";
import { isWindow, NO_WASTE } from "../kernel/code/xor-window.ts";
import { ChunkKind, HEADER_BYTES, kindOfWindow, NO_CHUNK, windowOfKind } from "./chunk-records.ts";
import { type ChunkTable, FIRST_CAPACITY, HISTOGRAM_HEADER_BYTES } from "./chunk-table.ts";
import { NO_MARK } from "./seek-marks.ts";

/**
 * The slice that a restored chunk of `length` bytes gets:
 *   exact    make of that length
 *   grow     make of 128, then append byte by byte: leaves every smaller slice as garbage
 *   class    make of the capacity that "grow" ends with, at once
 *   oneshot  make of 128, then one append of the rest
 */
export type CapacityPolicy = "exact" | "grow" | "class" | "oneshot";

/** Bytes of a state without its marks. */
export const CHUNK_STATE_BYTES = 48;
/** Bytes of a mark in a state. */
export const MARK_STATE_BYTES = 24;

const SAMPLE_COUNT = 0;
const MARK_COUNT = 2;
const BIT_LENGTH = 4;
const FIRST_TIME = 8;
const LAST_TIME = 16;
const PREVIOUS_TIME = 24;
const VALUE_LOW = 32;
const VALUE_HIGH = 36;
const WINDOW_STATE = 40;
const WASTE_STATE = 44;

const MARK_TIME_OFFSET = 0;
const MARK_DELTA = 4;
const MARK_VALUE_LOW = 8;
const MARK_VALUE_HIGH = 12;
const MARK_POSITION = 16;
const MARK_SAMPLES = 20;
const MARK_LEADING = 22;
const MARK_SIZE = 23;

let view: DataView = new DataView(new ArrayBuffer(0));

/** A view of all of the buffer behind `bytes`: the last one is kept, buffers are reused. */
function viewOf(bytes: Uint8Array): DataView {
  if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer);
  return view;
}

function markCountOf(chunks: ChunkTable, chunk: ChunkRef): number {
  let count = 0;
  const { marks } = chunks;
  for (let mark = chunks.newestMarkOf(chunk); mark !== NO_MARK; mark = marks.olderOf(mark)) count++;
  return count;
}

/** Bytes of the chunk's state, marks included: a multiple of 8. */
export function stateBytesOf(chunks: ChunkTable, chunk: ChunkRef): number {
  return CHUNK_STATE_BYTES + markCountOf(chunks, chunk) * MARK_STATE_BYTES;
}

/** The encoder's window with the chunk's kind. */
function windowWordOf(chunks: ChunkTable, chunk: ChunkRef): number {
  const kind = chunks.kindOf(chunk);
  return kind === ChunkKind.xor ? chunks.windowStateOf(chunk) : windowOfKind(kind);
}

/**
 * Writes the chunk's state to `into` from byte `at` on. `length` is its stateBytesOf(), which
 * whoever makes room knows: the marks need not be counted again.
 */
export function writeState(
  chunks: ChunkTable,
  chunk: ChunkRef,
  into: Uint8Array,
  at: number,
  length: number,
): void {
  assert(at + length <= into.length, "no room for the state of a chunk");
  const to = viewOf(into);
  const start = into.byteOffset + at;
  to.setUint16(start + SAMPLE_COUNT, chunks.sampleCountOf(chunk), true);
  to.setUint16(start + MARK_COUNT, (length - CHUNK_STATE_BYTES) / MARK_STATE_BYTES, true);
  to.setUint32(start + BIT_LENGTH, chunks.bitLengthOf(chunk), true);
  to.setFloat64(start + FIRST_TIME, chunks.firstTimeOf(chunk), true);
  to.setFloat64(start + LAST_TIME, chunks.lastTimeOf(chunk), true);
  to.setFloat64(start + PREVIOUS_TIME, chunks.previousTimeOf(chunk), true);
  to.setUint32(start + VALUE_LOW, chunks.lastValueLowOf(chunk), true);
  to.setUint32(start + VALUE_HIGH, chunks.lastValueHighOf(chunk), true);
  to.setUint32(start + WINDOW_STATE, windowWordOf(chunks, chunk), true);
  to.setUint32(start + WASTE_STATE, chunks.wasteStateOf(chunk), true);
  let markAt = start + length;
  const { marks } = chunks;
  for (let mark = chunks.newestMarkOf(chunk); mark !== NO_MARK; mark = marks.olderOf(mark)) {
    markAt -= MARK_STATE_BYTES;
    to.setUint32(markAt + MARK_TIME_OFFSET, marks.timeOffsetOf(mark), true);
    to.setUint32(markAt + MARK_DELTA, marks.deltaOf(mark), true);
    to.setUint32(markAt + MARK_VALUE_LOW, marks.valueLowOf(mark), true);
    to.setUint32(markAt + MARK_VALUE_HIGH, marks.valueHighOf(mark), true);
    to.setUint32(markAt + MARK_POSITION, marks.positionOf(mark), true);
    to.setUint16(markAt + MARK_SAMPLES, marks.countOf(mark), true);
    to.setUint8(markAt + MARK_LEADING, marks.leadingOf(mark));
    to.setUint8(markAt + MARK_SIZE, marks.sizeOf(mark));
  }
  assert(markAt === start + CHUNK_STATE_BYTES, "the state of a chunk has another length");
}

/**
 * Makes a chunk of a saved state and stream, which lie in `bytes`. The state may be followed by
 * padding inside of `stateLength`. Returns NO_CHUNK when state and stream do not fit each other.
 */
export function restoreChunk(
  chunks: ChunkTable,
  series: SeriesRef,
  window: WindowNumber,
  bytes: Uint8Array,
  stateAt: number,
  stateLength: number,
  dataAt: number,
  dataLength: number,
  policy: CapacityPolicy,
): ChunkRef {
  if (stateLength < CHUNK_STATE_BYTES || dataLength < HEADER_BYTES) return NO_CHUNK;
  const from = viewOf(bytes);
  const start = bytes.byteOffset + stateAt;
  const count = from.getUint16(start + SAMPLE_COUNT, true);
  const marksEnd = CHUNK_STATE_BYTES + from.getUint16(start + MARK_COUNT, true) * MARK_STATE_BYTES;
  const bitLength = from.getUint32(start + BIT_LENGTH, true);
  if (marksEnd > stateLength || (bitLength + 7) >>> 3 !== dataLength) return NO_CHUNK;
  if (from.getUint16(bytes.byteOffset + dataAt) !== count) return NO_CHUNK;
  if (!isKindAndWindow(from, start, dataLength)) return NO_CHUNK;
  if (!hasRisingTimes(from, start, count)) return NO_CHUNK;
  if (!hasRisingMarks(from, start, start + marksEnd)) return NO_CHUNK;
  const chunk = createWithPolicy(chunks, series, window, dataLength, policy);
  const source = bytes.subarray(dataAt, dataAt + dataLength);
  chunks.bytesOf(chunk).set(source, chunks.offsetOf(chunk));
  readState(chunks, chunk, from, start);
  for (let at = start + CHUNK_STATE_BYTES; at < start + marksEnd; at += MARK_STATE_BYTES) {
    readMark(chunks, chunk, from, at);
  }
  return chunk;
}

function createWithPolicy(
  chunks: ChunkTable,
  series: SeriesRef,
  window: WindowNumber,
  length: number,
  policy: CapacityPolicy,
): ChunkRef {
  if (policy === "exact") return chunks.create(series, window, length);
  if (policy === "class") return chunks.create(series, window, chunks.heap.ladderCapacity(length));
  const chunk = chunks.create(series, window);
  if (policy === "grow") chunks.growSlice(chunk, length, 0);
  else if (length > FIRST_CAPACITY) {
    chunks.moveSlice(chunk, chunks.heap.grownCapacity(FIRST_CAPACITY, length), 0);
  }
  return chunk;
}

function readState(chunks: ChunkTable, chunk: ChunkRef, from: DataView, start: number): void {
  chunks.setFirstTime(chunk, from.getFloat64(start + FIRST_TIME, true));
  chunks.setWasteState(chunk, from.getUint32(start + WASTE_STATE, true));
  chunks.publishCopy(
    chunk,
    from.getUint16(start + SAMPLE_COUNT, true),
    from.getUint32(start + BIT_LENGTH, true),
    from.getFloat64(start + LAST_TIME, true),
    from.getFloat64(start + PREVIOUS_TIME, true),
    from.getUint32(start + VALUE_HIGH, true),
    from.getUint32(start + VALUE_LOW, true),
    from.getUint32(start + WINDOW_STATE, true),
  );
}

function readMark(chunks: ChunkTable, chunk: ChunkRef, from: DataView, at: number): void {
  const mark = chunks.marks.push(
    chunks.newestMarkOf(chunk),
    from.getUint16(at + MARK_SAMPLES, true),
    from.getUint32(at + MARK_TIME_OFFSET, true),
    from.getUint32(at + MARK_DELTA, true),
    from.getUint32(at + MARK_VALUE_HIGH, true),
    from.getUint32(at + MARK_VALUE_LOW, true),
    from.getUint32(at + MARK_POSITION, true),
    from.getUint8(at + MARK_LEADING),
    from.getUint8(at + MARK_SIZE),
  );
  chunks.setNewestMark(chunk, mark);
}

/** True when window, waste and marks of a state are ones that a chunk of its kind can have. */
function isKindAndWindow(from: DataView, start: number, dataLength: number): boolean {
  const window = from.getUint32(start + WINDOW_STATE, true);
  const kind = kindOfWindow(window);
  if (kind === ChunkKind.xor) return isWindow(window);
  if (kind === null || window !== windowOfKind(kind)) return false;
  if (from.getUint32(start + WASTE_STATE, true) !== NO_WASTE) return false;
  if (from.getUint16(start + MARK_COUNT, true) !== 0) return false;
  return dataLength > HISTOGRAM_HEADER_BYTES && from.getUint16(start + SAMPLE_COUNT, true) > 0;
}

/** True when the times of a state are ones that `count` samples can have. */
function hasRisingTimes(from: DataView, start: number, count: number): boolean {
  if (count === 0) return true;
  const first = from.getFloat64(start + FIRST_TIME, true);
  const last = from.getFloat64(start + LAST_TIME, true);
  const previous = from.getFloat64(start + PREVIOUS_TIME, true);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return false;
  if (count === 1) return first === last;
  return Number.isSafeInteger(previous) && first <= previous && previous < last;
}

/** True when the marks of a state lie inside of its stream, one behind the other. */
function hasRisingMarks(from: DataView, start: number, end: number): boolean {
  const bitLength = from.getUint32(start + BIT_LENGTH, true);
  const count = from.getUint16(start + SAMPLE_COUNT, true);
  let position = 0;
  let samples = 0;
  for (let at = start + CHUNK_STATE_BYTES; at < end; at += MARK_STATE_BYTES) {
    const nextPosition = from.getUint32(at + MARK_POSITION, true);
    const nextSamples = from.getUint16(at + MARK_SAMPLES, true);
    if (nextPosition <= position || nextPosition > bitLength) return false;
    if (nextSamples <= samples || nextSamples > count) return false;
    if (nextSamples % FINE_MARK_SAMPLES !== 0) return false;
    position = nextPosition;
    samples = nextSamples;
  }
  return true;
}
