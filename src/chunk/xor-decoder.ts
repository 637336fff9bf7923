/**
 * Reading a chunk: the samples of a time range, appended to columns.
 *
 * The sample count comes from the chunk's record, never from the bytes, so that a reader sees only
 * what was published. Reading starts at the newest seek mark in front of the range.
 *
 * Values go through as two words. The decoder holds no bits of its own but peeks 32 at a position;
 * a XOR of `size` bits is taken left-aligned and shifted right by `leading`, at most 31.
 *
 * Units: times are milliseconds; positions are bits from the start of the stream.
 */
import type { ChunkRef } from "../base/units.ts";
import { peekBits } from "./bit-stream.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { DecoderState } from "./decoder-state.ts";
import type { SampleColumns } from "./sample-columns.ts";
import { NO_MARK } from "./seek-marks.ts";
import { nextTime, timeCodeBits } from "./time-code.ts";

const decoder = new DecoderState();

/**
 * Appends the samples with fromMs <= time <= toMs to `into`, in time order; returns how many.
 */
export function decodeRange(
  chunks: ChunkTable,
  chunk: ChunkRef,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): number {
  const count = chunks.sampleCountOf(chunk);
  if (count === 0 || fromMs > toMs) return 0;
  if (chunks.firstTimeOf(chunk) > toMs || chunks.lastTimeOf(chunk) < fromMs) return 0;
  const before = into.length;
  const mark = newestMarkBefore(chunks, chunk, fromMs);
  if (mark === NO_MARK) {
    const bytes = chunks.bytesOf(chunk);
    decoder.enterStart(bytes, chunks.offsetOf(chunk), chunks.firstTimeOf(chunk), count);
    into.reserve(count);
    if (decoder.previous >= fromMs) into.push(decoder.previous, decoder.high, decoder.low);
  } else {
    decoder.enterMark(chunks, chunk, mark);
    into.reserve(count - decoder.index);
  }
  const bytes = chunks.bytesOf(chunk);
  decodeSamples(bytes, chunks.offsetOf(chunk), count, decoder, fromMs, toMs, into);
  return into.length - before;
}

/**
 * Appends the newest sample with fromMs <= time <= toMs to `into`, if there is one; returns how
 * many (0 or 1). When the chunk ends in the range, nothing is decoded.
 */
export function decodeNewest(
  chunks: ChunkTable,
  chunk: ChunkRef,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): number {
  if (chunks.sampleCountOf(chunk) === 0) return 0;
  const last = chunks.lastTimeOf(chunk);
  if (last <= toMs) {
    if (last < fromMs) return 0;
    into.reserve(1);
    into.push(last, chunks.lastValueHighOf(chunk), chunks.lastValueLowOf(chunk));
    return 1;
  }
  const mark = newestMarkBefore(chunks, chunk, toMs + 1);
  const markTime = mark === NO_MARK ? fromMs - 1 : timeOfMark(chunks, chunk, mark);
  const before = into.length;
  const found = decodeRange(chunks, chunk, Math.max(fromMs, markTime + 1), toMs, into);
  if (found > 0) {
    into.keepLast(before);
    return 1;
  }
  if (markTime < fromMs) return 0;
  into.reserve(1);
  into.push(markTime, chunks.marks.valueHighOf(mark), chunks.marks.valueLowOf(mark));
  return 1;
}

function timeOfMark(chunks: ChunkTable, chunk: ChunkRef, mark: number): number {
  return chunks.firstTimeOf(chunk) + chunks.marks.timeOffsetOf(mark);
}

/** The newest mark whose last sample lies before `fromMs`, or NO_MARK. */
export function newestMarkBefore(chunks: ChunkTable, chunk: ChunkRef, fromMs: number): number {
  const offset = fromMs - chunks.firstTimeOf(chunk);
  const marks = chunks.marks;
  let mark = chunks.newestMarkOf(chunk);
  while (mark !== NO_MARK && marks.timeOffsetOf(mark) >= offset) mark = marks.olderOf(mark);
  return mark;
}

/**
 * Decodes a stream from a state on, up to its sample `count`; room for all of them must have been
 * reserved.
 */
export function decodeSamples(
  bytes: Uint8Array,
  start: number,
  count: number,
  state: DecoderState,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): void {
  const { times, bits } = into;
  let { index, position, time, previous, high, low, leading, size } = state;
  let length = into.length;
  for (; index < count; index++) {
    let word = peekBits(bytes, start, position);
    if (index > 1) {
      if (word >= 0) {
        const next = time + (time - previous);
        previous = time;
        time = next;
        position++;
        word <<= 1;
      } else {
        const next = nextTime(bytes, start, position, time, previous);
        previous = time;
        time = next;
        position += timeCodeBits(word);
        word = peekBits(bytes, start, position);
      }
    }
    if (time > toMs) break;
    if (word >= 0) {
      position++;
    } else {
      position += 2;
      if ((word & 0x40000000) !== 0) {
        leading = (word >>> 25) & 31;
        size = (word >>> 19) & 63 || 64;
        position += 11;
      }
      const first = peekBits(bytes, start, position);
      if (size <= 32) {
        const kept = first & (-1 << (32 - size));
        high ^= kept >>> leading;
        low ^= (kept << 1) << (31 - leading);
      } else {
        const second = peekBits(bytes, start, position + 32) & (-1 << (64 - size));
        high ^= first >>> leading;
        low ^= ((first << 1) << (31 - leading)) | (second >>> leading);
      }
      position += size;
    }
    if (time < fromMs) continue;
    times[length] = time;
    bits[2 * length] = low;
    bits[2 * length + 1] = high;
    length++;
  }
  into.length = length;
}
