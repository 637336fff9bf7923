/**
 * Where a decoder stands in a chunk: in front of sample `index`, at bit `position`.
 *
 * I1  high and low are the value of sample index - 1; leading and size are the XOR window.
 * I2  With index > 1, time and previous are those of samples index - 1 and index - 2, and the next
 *     bit belongs to a time code. With index 1, time is already that of sample 1 (its code is a
 *     varint, read here) and the next bit belongs to its value code.
 *
 * One state is made for a reader and entered again for every chunk.
 *
 * Units: times are milliseconds; position is bits from the start of the stream.
 */
import type { ChunkRef } from "../base/units.ts";
import { peekBits } from "./bit-stream.ts";
import { secondTimeAt, varintEnd } from "./chunk-opening.ts";
import { HEADER_BYTES } from "./chunk-records.ts";
import type { ChunkTable } from "./chunk-table.ts";

export class DecoderState {
  index = 0;
  position = 0;
  time = 0;
  previous = 0;
  high = 0;
  low = 0;
  leading = 0;
  size = 0;

  /** Stands behind the mark's last sample. */
  enterMark(chunks: ChunkTable, chunk: ChunkRef, mark: number): void {
    const marks = chunks.marks;
    this.index = marks.countOf(mark);
    this.position = marks.positionOf(mark);
    this.time = chunks.firstTimeOf(chunk) + marks.timeOffsetOf(mark);
    this.previous = this.time - marks.deltaOf(mark);
    this.high = marks.valueHighOf(mark);
    this.low = marks.valueLowOf(mark);
    this.leading = marks.leadingOf(mark);
    this.size = marks.sizeOf(mark);
  }

  /** Stands behind sample 0 of a stream that starts at byte `start` and has `count` samples. */
  enterStart(bytes: Uint8Array, start: number, firstTimeMs: number, count: number): void {
    const value = varintEnd(bytes, start + HEADER_BYTES);
    this.index = 1;
    this.previous = firstTimeMs;
    this.high = peekBits(bytes, value, 0);
    this.low = peekBits(bytes, value, 32);
    this.leading = 0;
    this.size = 0;
    this.time = firstTimeMs;
    this.position = 0;
    if (count === 1) return;
    this.time = secondTimeAt(bytes, value + 8, this.previous);
    this.position = (varintEnd(bytes, value + 8) - start) * 8;
  }
}
