/**
 * Makes chunks of saved states and streams: docs/format/chunk.md, "State".
 *
 * Chunks come in batches, and each step is a loop over one: a start is over before V8 has optimised
 * what is called once a chunk, and a loop it optimises while it runs.
 *
 * I1  A restored chunk that goes on has the bytes and marks of one that was never stopped, wherever
 *     it was stopped and whatever capacity it was given; only its growth starts from there.
 * I2  Nothing is allocated for a state that does not fit its stream.
 * I3  Slices are allocated chunk by chunk in the order of the batch, whatever its length.
 *
 * Units: offsets and lengths are bytes; positions are bits; …Word offsets count 32-bit words.
 */
import type { ChunkRef, SeriesRef, WindowNumber } from "../base/units.ts";
import { FINE_MARK_SAMPLES } from "../kernel/code/layout.ts";
import { isWindow, NO_WASTE } from "../kernel/code/xor-window.ts";
import type { AlignedBytes, ChunkBatch } from "./chunk-batch.ts";
import { ChunkKind, HEADER_BYTES, kindOfWindow, windowOfKind } from "./chunk-records.ts";
import { type ChunkTable, FIRST_CAPACITY, HISTOGRAM_HEADER_BYTES } from "./chunk-table.ts";
import {
  BIT_LENGTH,
  CHUNK_STATE_BYTES,
  FIRST_TIME,
  LAST_TIME,
  MARK_POSITION,
  MARK_SAMPLES,
  MARK_STATE_BYTES,
  PREVIOUS_TIME,
  WASTE_STATE,
  WINDOW_STATE,
} from "./saved-state.ts";

/**
 * The slice that a restored chunk of `length` bytes gets:
 *   exact    make of that length
 *   grow     make of 128, then append byte by byte: leaves every smaller slice as garbage
 *   class    make of the capacity that "grow" ends with, at once
 *   oneshot  make of 128, then one append of the rest
 */
export type CapacityPolicy = "exact" | "grow" | "class" | "oneshot";

// Words of a state; count and number of marks share the first one.
const BIT_LENGTH_WORD = BIT_LENGTH / 4;
const WINDOW_WORD = WINDOW_STATE / 4;
const WASTE_WORD = WASTE_STATE / 4;
const STATE_WORDS = CHUNK_STATE_BYTES / 4;
const MARK_WORDS = MARK_STATE_BYTES / 4;
const MARK_POSITION_WORD = MARK_POSITION / 4;
const MARK_SAMPLES_WORD = MARK_SAMPLES / 4;

/**
 * Makes chunks of entries [from, to) of a batch, whose states and streams lie in `saved`; their
 * refs are in the batch then. A state may be followed by padding inside of its length. Returns the
 * first entry whose state and stream do not fit each other, `to` without one; none is made from
 * there on.
 */
export function restoreChunks(
  chunks: ChunkTable,
  saved: AlignedBytes,
  batch: ChunkBatch,
  from: number,
  to: number,
  policy: CapacityPolicy,
): number {
  let end = from;
  while (end < to && isSound(saved, batch, end)) end++;
  allocate(chunks, batch, from, end, policy);
  takeStates(chunks, saved, batch, from, end);
  takeMarks(chunks, saved, batch, from, end);
  copyStreams(chunks, saved, batch, from, end);
  return end;
}

/** Whether state and stream of an entry fit each other. */
function isSound({ bytes, words, doubles }: AlignedBytes, batch: ChunkBatch, i: number): boolean {
  const stateLength = batch.stateLength[i]!;
  const dataLength = batch.dataLength[i]!;
  if (stateLength < CHUNK_STATE_BYTES || dataLength < HEADER_BYTES) return false;
  const word = batch.stateAt[i]! >>> 2;
  const dataAt = batch.dataAt[i]!;
  const count = words[word]! & 0xffff;
  const markCount = words[word]! >>> 16;
  const bitLength = words[word + BIT_LENGTH_WORD]!;
  if (CHUNK_STATE_BYTES + markCount * MARK_STATE_BYTES > stateLength) return false;
  if ((bitLength + 7) >>> 3 !== dataLength) return false;
  if (((bytes[dataAt]! << 8) | bytes[dataAt + 1]!) !== count) return false;
  return (
    isKindAndWindow(words, word, count, markCount, dataLength) &&
    hasRisingTimes(doubles, word >>> 1, count) &&
    hasRisingMarks(words, word, count, markCount, bitLength)
  );
}

/** True when window, waste and marks of a state are ones that a chunk of its kind can have. */
function isKindAndWindow(
  words: Uint32Array,
  word: number,
  count: number,
  markCount: number,
  dataLength: number,
): boolean {
  const window = words[word + WINDOW_WORD]!;
  const kind = kindOfWindow(window);
  if (kind === ChunkKind.xor) return isWindow(window);
  if (kind === null || window !== windowOfKind(kind)) return false;
  if (words[word + WASTE_WORD] !== NO_WASTE || markCount !== 0) return false;
  return dataLength > HISTOGRAM_HEADER_BYTES && count > 0;
}

/** True when the times of a state are ones that `count` samples can have. */
function hasRisingTimes(doubles: Float64Array, at: number, count: number): boolean {
  if (count === 0) return true;
  const first = doubles[at + FIRST_TIME / 8]!;
  const last = doubles[at + LAST_TIME / 8]!;
  const previous = doubles[at + PREVIOUS_TIME / 8]!;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return false;
  if (count === 1) return first === last;
  return Number.isSafeInteger(previous) && first <= previous && previous < last;
}

/** True when the marks of a state lie inside of its stream, one behind the other. */
function hasRisingMarks(
  words: Uint32Array,
  word: number,
  count: number,
  markCount: number,
  bitLength: number,
): boolean {
  let position = 0;
  let samples = 0;
  const end = word + STATE_WORDS + markCount * MARK_WORDS;
  for (let at = word + STATE_WORDS; at < end; at += MARK_WORDS) {
    const nextPosition = words[at + MARK_POSITION_WORD]!;
    const nextSamples = words[at + MARK_SAMPLES_WORD]! & 0xffff;
    if (nextPosition <= position || nextPosition > bitLength) return false;
    if (nextSamples <= samples || nextSamples > count) return false;
    if (nextSamples % FINE_MARK_SAMPLES !== 0) return false;
    position = nextPosition;
    samples = nextSamples;
  }
  return true;
}

function allocate(
  chunks: ChunkTable,
  batch: ChunkBatch,
  from: number,
  to: number,
  policy: CapacityPolicy,
): void {
  const { series, windows, dataLength } = batch;
  const { heap } = chunks;
  const isGrown = policy === "grow" || policy === "oneshot";
  for (let i = from; i < to; i++) {
    const length = dataLength[i]!;
    let capacity = length;
    if (policy === "class") capacity = heap.ladderCapacity(length);
    else if (isGrown) capacity = FIRST_CAPACITY;
    const owner = series[i]! as SeriesRef;
    const chunk = chunks.createUnwritten(owner, windows[i]! as WindowNumber, capacity);
    if (isGrown) grow(chunks, chunk, length, policy);
    batch.chunks[i] = chunk;
  }
}

function grow(chunks: ChunkTable, chunk: ChunkRef, length: number, policy: CapacityPolicy): void {
  if (policy === "grow") chunks.growSlice(chunk, length, 0);
  else if (length > FIRST_CAPACITY) {
    chunks.moveSlice(chunk, chunks.heap.grownCapacity(FIRST_CAPACITY, length), 0);
  }
}

function takeStates(
  chunks: ChunkTable,
  { bytes, words }: AlignedBytes,
  batch: ChunkBatch,
  from: number,
  to: number,
): void {
  const { stateAt, dataAt, dataLength } = batch;
  for (let i = from; i < to; i++) {
    const word = stateAt[i]! >>> 2;
    const isFull = (words[word + BIT_LENGTH_WORD]! & 7) === 0;
    const openByte = isFull ? 0 : bytes[dataAt[i]! + dataLength[i]! - 1]!;
    chunks.setSaved(batch.chunks[i]! as ChunkRef, words, word, openByte);
  }
}

function takeMarks(
  chunks: ChunkTable,
  { words }: AlignedBytes,
  batch: ChunkBatch,
  from: number,
  to: number,
): void {
  const { stateAt } = batch;
  const { marks } = chunks;
  for (let i = from; i < to; i++) {
    const word = stateAt[i]! >>> 2;
    const markCount = words[word]! >>> 16;
    const newest = marks.pushSaved(words, word + STATE_WORDS, markCount);
    chunks.setNewestMark(batch.chunks[i]! as ChunkRef, newest);
  }
}

function copyStreams(
  chunks: ChunkTable,
  { bytes }: AlignedBytes,
  batch: ChunkBatch,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const chunk = batch.chunks[i]! as ChunkRef;
    const at = batch.dataAt[i]!;
    const stream = bytes.subarray(at, at + batch.dataLength[i]!);
    chunks.bytesOf(chunk).set(stream, chunks.offsetOf(chunk));
  }
}
