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
import { FINE_MARK_SAMPLES } from "../kernel/code/layout.ts";
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
  wasteOfReopened,
  windowFor,
} from "../kernel/code/xor-window.ts";
import { putBits, putBitsOpen } from "./bit-stream.ts";
import { firstTimeBytes, putFirstTime, putSecondTime, secondTimeBytes } from "./chunk-opening.ts";
import { type ChunkTable, SAMPLES_MAX } from "./chunk-table.ts";
import { secondDifference, secondDifferenceHigh, secondDifferenceLow } from "./wide-times.ts";

// Ranges of the second difference; the positive end is one larger than the negative one.
const DOD_14_MAX = 8192;
const DOD_17_MAX = 65536;
const DOD_20_MAX = 524288;

/**
 * Appends one sample. The time must be an integer below 2^53 in size and later than the chunk's
 * last; the chunk must have fewer than 65,535 samples. The value comes as its two raw words, signed
 * or unsigned (signed ones pass through a call without becoming objects).
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
    appendOpening(chunks, chunk, timeMs, valueHigh, valueLow);
    return;
  }
  const last = chunks.lastTimeOf(chunk);
  const previous = chunks.previousTimeOf(chunk);
  assert(count < SAMPLES_MAX, "chunk is full");
  assert(timeMs > last && Number.isSafeInteger(timeMs), "time is not behind the chunk's last");
  let position = chunks.bitLengthOf(chunk);
  let open = chunks.openByteOf(chunk);
  let word = 0;
  let bits = 1;
  if (timeMs - last !== last - previous) {
    position = putTimeCode(chunks, chunk, position, timeMs, last, previous);
    open = chunks.openByteAt(chunk, position);
    bits = 0;
  }
  const high = valueHigh ^ chunks.lastValueHighOf(chunk);
  const low = valueLow ^ chunks.lastValueLowOf(chunk);
  const before = chunks.windowStateOf(chunk);
  let window = before;
  if ((high | low) === 0) {
    bits++;
  } else {
    const leading = leadingZeros(high);
    const trailing = trailingZeros(high, low);
    if (!fitsWindow(before, leading, trailing)) {
      window = openWindow(chunks, chunk, count, leading, trailing);
    } else if (count >= STANDARD_SAMPLES) {
      window = narrowWindow(chunks, chunk, before, leading, trailing);
    }
    const skipped = leadingOf(window);
    const size = 64 - skipped - trailingOf(window);
    word = codeHead(skipped, size, window !== before) >>> bits;
    bits += window !== before ? 13 : 2;
    const left = (high << skipped) | ((low >>> 1) >>> (31 - skipped));
    if (bits + size <= 32) {
      word |= left >>> bits;
      bits += size;
    } else {
      position = putLong(chunks, chunk, position, word, bits, left, low << skipped, size);
      open = chunks.openByteAt(chunk, position);
      word = 0;
      bits = 0;
    }
  }
  if (position < chunks.capacityOf(chunk) * 8 - 39) {
    const bytes = chunks.bytesOf(chunk);
    open = putBitsOpen(bytes, chunks.offsetOf(chunk), position, word, bits, open);
  } else {
    put(chunks, chunk, position, word, bits);
    open = chunks.openByteAt(chunk, position + bits);
  }
  chunks.publishSample(chunk, timeMs, valueHigh, valueLow, position + bits, window, open);
  if ((count + 1) % FINE_MARK_SAMPLES === 0) addMark(chunks, chunk);
}

/** The control bits of a changed value, left-aligned. */
function codeHead(leading: number, size: number, opens: boolean): number {
  return opens ? (0b11 << 30) | (leading << 25) | ((size & 63) << 19) : 0b10 << 30;
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

/** Opens a window for a XOR that does not fit: W1 and W2 of xor-window.ts. */
function openWindow(
  chunks: ChunkTable,
  chunk: ChunkRef,
  count: number,
  leading: number,
  trailing: number,
): number {
  const window =
    count < STANDARD_SAMPLES
      ? packWindow(leading, trailing)
      : windowFor(chunks.windowStateOf(chunk), leading, trailing);
  chunks.setWasteState(chunk, NO_WASTE);
  return window;
}

/** Stays in the window or opens a narrower one: W3 of xor-window.ts. */
function narrowWindow(
  chunks: ChunkTable,
  chunk: ChunkRef,
  before: number,
  leading: number,
  trailing: number,
): number {
  const waste = addWaste(chunks.wasteStateOf(chunk), before, leading, trailing);
  if (!isWasteful(waste)) {
    chunks.setWasteState(chunk, waste);
    return before;
  }
  const window = packWindow(leadingOf(waste), trailingOf(waste));
  chunks.setWasteState(chunk, wasteOfReopened(leading, trailing));
  return window;
}

/** Writes control bits and `size` bits of a word pair, together more than 32. */
function putLong(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  head: number,
  headBits: number,
  high: number,
  low: number,
  size: number,
): number {
  const behind = put(chunks, chunk, position, head, headBits);
  if (size <= 32) return put(chunks, chunk, behind, high, size);
  return put(chunks, chunk, put(chunks, chunk, behind, high, 32), low, size - 32);
}

/** Writes `bits` (0..32) bits, growing the slice when a byte is missing. */
function put(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  word: number,
  bits: number,
): number {
  if (position + bits > chunks.capacityOf(chunk) * 8) makeRoom(chunks, chunk, position, bits);
  putBits(chunks.bytesOf(chunk), chunks.offsetOf(chunk), position, word, bits);
  return position + bits;
}

/** Grows the slice for `bits` more bits. */
function makeRoom(chunks: ChunkTable, chunk: ChunkRef, position: number, bits: number): void {
  chunks.growSlice(chunk, (position + bits + 7) >>> 3, (position + 7) >>> 3);
}

/** Appends sample 0 or 1: its time is a varint, and there is no window yet. */
function appendOpening(
  chunks: ChunkTable,
  chunk: ChunkRef,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): void {
  assert(Number.isSafeInteger(timeMs), "time is no integer below 2^53");
  const isFirst = chunks.sampleCountOf(chunk) === 0;
  const first = chunks.lastTimeOf(chunk);
  assert(isFirst || timeMs > first, "time is not behind the chunk's last");
  const length = chunks.byteLengthOf(chunk);
  const timeBytes = isFirst ? firstTimeBytes(timeMs) : secondTimeBytes(timeMs, first);
  chunks.growSlice(chunk, length + timeBytes, length);
  const at = chunks.offsetOf(chunk) + length;
  if (isFirst) putFirstTime(chunks.bytesOf(chunk), at, timeMs);
  else putSecondTime(chunks.bytesOf(chunk), at, timeMs, first);
  const position = (length + timeBytes) * 8;
  if (!isFirst) {
    appendFirstChange(chunks, chunk, position, timeMs, valueHigh, valueLow);
    return;
  }
  const behind = put(chunks, chunk, put(chunks, chunk, position, valueHigh, 32), valueLow, 32);
  chunks.setFirstTime(chunk, timeMs);
  chunks.publishSample(chunk, timeMs, valueHigh, valueLow, behind, NO_WINDOW, 0);
}

/** Writes the value code of sample 1 and publishes it. */
function appendFirstChange(
  chunks: ChunkTable,
  chunk: ChunkRef,
  position: number,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): void {
  const high = valueHigh ^ chunks.lastValueHighOf(chunk);
  const low = valueLow ^ chunks.lastValueLowOf(chunk);
  let window = NO_WINDOW;
  let behind = position + 1;
  if ((high | low) === 0) {
    put(chunks, chunk, position, 0, 1);
  } else {
    window = openWindow(chunks, chunk, 1, leadingZeros(high), trailingZeros(high, low));
    const leading = leadingOf(window);
    const size = 64 - leading - trailingOf(window);
    const left = (high << leading) | ((low >>> 1) >>> (31 - leading));
    const head = codeHead(leading, size, true);
    behind = putLong(chunks, chunk, position, head, 13, left, low << leading, size);
  }
  const open = chunks.openByteAt(chunk, behind);
  chunks.publishSample(chunk, timeMs, valueHigh, valueLow, behind, window, open);
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
