/**
 * Appending to a chunk, in place: Prometheus' XOR encoding (docs/format/chunk.md).
 *
 * A sample is a time code and a value code:
 *   time   0 | 10 + 14 bits | 110 + 17 | 1110 + 20 | 1111 + 64 of the second difference of times
 *   value  0 | 10 + the window's bits of the XOR | 11 + 5 bits leading + 6 bits size + size bits
 *
 * I1  The bytes depend on the samples alone: not on capacity, address, or how often the chunk was
 *     saved and restored.
 * I2  The slice grows as if bytes were appended one by one, at the moment that a byte is missing.
 *
 * Typical samples take one to three stores of up to 32 bits; the first two go through
 * chunk-opening.ts.
 *
 * Units: times are milliseconds; positions and sizes are bits.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { putBits } from "./bit-stream.ts";
import { firstTimeBytes, putFirstTime, putSecondTime, secondTimeBytes } from "./chunk-opening.ts";
import { type ChunkTable, HEADER_BYTES, SAMPLES_MAX } from "./chunk-table.ts";
import { FINE_MARK_SAMPLES } from "./seek-marks.ts";
import { secondDifference, secondDifferenceHigh, secondDifferenceLow } from "./wide-times.ts";
import {
  addWaste,
  fitsWindow,
  isWasteful,
  leadingOf,
  leadingZeros,
  NO_WASTE,
  NO_WINDOW,
  packWindow,
  STANDARD_SAMPLES,
  trailingOf,
  trailingZeros,
  windowFor,
} from "./xor-window.ts";

// Ranges of the second difference; the positive end is one larger than the negative one.
const DOD_14_MAX = 8192;
const DOD_17_MAX = 65536;
const DOD_20_MAX = 524288;

/**
 * Appends one sample. The time must be an integer below 2^53 in size and later than the chunk's
 * last; the chunk must have fewer than 65,535 samples. The value comes as its two raw words.
 */
export function appendSample(
  chunks: ChunkTable,
  chunk: ChunkRef,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): void {
  const count = chunks.sampleCountOf(chunk);
  if (count < 2) {
    appendOpening(chunks, chunk, count, timeMs, valueHigh, valueLow);
    return;
  }
  const last = chunks.lastTimeOf(chunk);
  assert(count < SAMPLES_MAX, "chunk is full");
  assert(timeMs > last && Number.isSafeInteger(timeMs), "time is not behind the chunk's last");
  const previous = chunks.previousTimeOf(chunk);
  let position = chunks.bitLengthOf(chunk);
  let pending = 1;
  if (timeMs - last !== last - previous) {
    position = putTimeCode(chunks, chunk, position, timeMs, last, previous);
    pending = 0;
  }
  appendValue(chunks, chunk, position, pending, timeMs, valueHigh, valueLow);
  if ((count + 1) % FINE_MARK_SAMPLES === 0) addMark(chunks, chunk);
}

/** Writes a time code that is not a single 0; returns the position behind it. */
function putTimeCode(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  timeMs: number,
  last: number,
  previous: number,
): number {
  const difference = secondDifference(timeMs, last, previous);
  if (difference > -DOD_14_MAX && difference <= DOD_14_MAX) {
    return put(chunks, chunk, position, (0b10 << 30) | ((difference & 0x3fff) << 16), 16);
  }
  if (difference > -DOD_17_MAX && difference <= DOD_17_MAX) {
    return put(chunks, chunk, position, (0b110 << 29) | ((difference & 0x1ffff) << 12), 20);
  }
  if (difference > -DOD_20_MAX && difference <= DOD_20_MAX) {
    return put(chunks, chunk, position, (0b1110 << 28) | ((difference & 0xfffff) << 8), 24);
  }
  let behind = put(chunks, chunk, position, 0b1111 << 28, 4);
  behind = put(chunks, chunk, behind, secondDifferenceHigh(timeMs, last, previous), 32);
  return put(chunks, chunk, behind, secondDifferenceLow(timeMs, last, previous), 32);
}

/**
 * Writes `pending` 0 bits and the value code, then publishes the sample. A time code of one 0 bit
 * is left pending so that it is stored together with what follows.
 */
function appendValue(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  pending: number,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): void {
  const high = valueHigh ^ chunks.lastValueHighOf(chunk);
  const low = valueLow ^ chunks.lastValueLowOf(chunk);
  if ((high | low) === 0) {
    const behind = put(chunks, chunk, position, 0, pending + 1);
    chunks.publishSample(chunk, timeMs, valueHigh, valueLow, behind);
    return;
  }
  const leading = leadingZeros(high);
  const trailing = trailingZeros(high, low);
  const before = chunks.windowStateOf(chunk);
  const window = chooseWindow(chunks, chunk, before, leading, trailing);
  const skipped = leadingOf(window);
  const size = 64 - skipped - trailingOf(window);
  const opens = window !== before;
  const head = opens ? (0b11 << 30) | (skipped << 25) | ((size & 63) << 19) : 0b10 << 30;
  const behind = putWindow(
    chunks,
    chunk,
    position,
    head >>> pending,
    (opens ? 13 : 2) + pending,
    (high << skipped) | ((low >>> 1) >>> (31 - skipped)),
    low << skipped,
    size,
  );
  chunks.publishSample(chunk, timeMs, valueHigh, valueLow, behind);
}

/**
 * The window for a XOR with these zero bits, kept in the record together with the account of
 * waste. A window is opened only when it differs from the one before: W1-W3 of xor-window.ts.
 */
function chooseWindow(
  chunks: ChunkTable,
  chunk: ChunkRef,
  before: number,
  leading: number,
  trailing: number,
): number {
  const standard = chunks.sampleCountOf(chunk) < STANDARD_SAMPLES;
  if (!fitsWindow(before, leading, trailing)) {
    const window = standard ? packWindow(leading, trailing) : windowFor(before, leading, trailing);
    chunks.setWindowState(chunk, window, NO_WASTE);
    return window;
  }
  if (standard) return before;
  const waste = addWaste(chunks.wasteStateOf(chunk), before, leading, trailing);
  if (!isWasteful(waste)) {
    chunks.setWindowState(chunk, before, waste);
    return before;
  }
  const window = packWindow(leadingOf(waste), trailingOf(waste));
  chunks.setWindowState(chunk, window, packWindow(leading, trailing));
  return window;
}

/** Writes a head of up to 31 bits and `size` bits of a left-aligned word pair. */
function putWindow(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  head: number,
  headBits: number,
  high: number,
  low: number,
  size: number,
): number {
  if (headBits + size <= 32) {
    return put(chunks, chunk, position, head | (high >>> headBits), headBits + size);
  }
  const behind = put(chunks, chunk, position, head, headBits);
  if (size <= 32) return put(chunks, chunk, behind, high, size);
  return put(chunks, chunk, put(chunks, chunk, behind, high, 32), low, size - 32);
}

/** Writes `count` bits, growing the slice when a byte is missing; returns the position behind. */
function put(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  word: number,
  count: number,
): number {
  const behind = position + count;
  const needed = (behind + 7) >>> 3;
  if (needed > chunks.capacityOf(chunk)) {
    chunks.growSlice(chunk, needed, (position + 7) >>> 3);
  }
  putBits(chunks.bytesOf(chunk), chunks.offsetOf(chunk), position, word, count);
  return behind;
}

/** Appends sample 0 or 1. */
function appendOpening(
  chunks: ChunkTable,
  chunk: ChunkRef,
  count: number,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): void {
  assert(Number.isSafeInteger(timeMs), "time is no integer below 2^53");
  const position = chunks.bitLengthOf(chunk);
  const at = position >>> 3;
  if (count === 0) {
    const timeBytes = firstTimeBytes(timeMs);
    chunks.growSlice(chunk, at + timeBytes, HEADER_BYTES);
    putFirstTime(chunks.bytesOf(chunk), chunks.offsetOf(chunk) + at, timeMs);
    const behind = put(chunks, chunk, (at + timeBytes) * 8, valueHigh, 32);
    chunks.setFirstTime(chunk, timeMs);
    chunks.publishSample(
      chunk,
      timeMs,
      valueHigh,
      valueLow,
      put(chunks, chunk, behind, valueLow, 32),
    );
    return;
  }
  const first = chunks.lastTimeOf(chunk);
  assert(timeMs > first, "time is not behind the chunk's last");
  const timeBytes = secondTimeBytes(timeMs, first);
  chunks.growSlice(chunk, at + timeBytes, at);
  putSecondTime(chunks.bytesOf(chunk), chunks.offsetOf(chunk) + at, timeMs, first);
  appendValue(chunks, chunk, (at + timeBytes) * 8, 0, timeMs, valueHigh, valueLow);
}

/** Adds a seek mark behind the last sample. */
function addMark(chunks: ChunkTable, chunk: ChunkRef): void {
  const window = chunks.windowStateOf(chunk);
  const hasWindow = window !== NO_WINDOW;
  const last = chunks.lastTimeOf(chunk);
  const mark = chunks.marks.push(
    chunks.newestMarkOf(chunk),
    chunks.sampleCountOf(chunk),
    last - chunks.firstTimeOf(chunk),
    last - chunks.previousTimeOf(chunk),
    chunks.lastValueHighOf(chunk),
    chunks.lastValueLowOf(chunk),
    chunks.bitLengthOf(chunk),
    hasWindow ? leadingOf(window) : 0,
    hasWindow ? 64 - leadingOf(window) - trailingOf(window) : 0,
  );
  chunks.setNewestMark(chunk, mark);
}
