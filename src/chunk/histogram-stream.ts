/**
 * The bits of a histogram chunk: written behind the end of the chunk's stream, whose slice grows by
 * append's rule; read from anywhere in it.
 *
 * A changed double is written as its XOR with the one before, as in XOR chunks and always by the
 * standard rule: a window that fits stays, another one is opened as narrow as it can be.
 *
 * Units: positions are bits from the start of the stream; windows are those of xor-window.ts.
 */
import type { ChunkRef } from "../base/units.ts";
import {
  fitsWindow,
  leadingOf,
  leadingZeros,
  packWindow,
  trailingOf,
  trailingZeros,
} from "../kernel/code/xor-window.ts";
import { putBits } from "./bit-stream.ts";
import { NO_CHUNK } from "./chunk-records.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { type BitSink, VarbitReader } from "./varbit.ts";

/** Bits at the end of a chunk. */
export class HistogramWriter implements BitSink {
  position = 0;
  private chunks: ChunkTable | null = null;
  private chunk: ChunkRef = NO_CHUNK;

  /** Stands behind the stream of `chunk`. */
  begin(chunks: ChunkTable, chunk: ChunkRef): void {
    this.chunks = chunks;
    this.chunk = chunk;
    this.position = chunks.bitLengthOf(chunk);
  }

  put(word: number, count: number): void {
    const chunks = this.chunks!;
    const { chunk, position } = this;
    if (position + count > chunks.capacityOf(chunk) * 8) {
      chunks.growSlice(chunk, (position + count + 7) >>> 3, (position + 7) >>> 3);
    }
    putBits(chunks.bytesOf(chunk), chunks.offsetOf(chunk), position, word, count);
    this.position = position + count;
  }

  /** Writes 64 bits as they are. */
  putWords(high: number, low: number): void {
    this.put(high, 32);
    this.put(low, 32);
  }

  /** Writes a XOR; returns the window that is open afterwards. */
  putXor(high: number, low: number, window: number): number {
    if ((high | low) === 0) {
      this.put(0, 1);
      return window;
    }
    const leading = leadingZeros(high);
    const trailing = trailingZeros(high, low);
    const fits = fitsWindow(window, leading, trailing);
    const open = fits ? window : packWindow(leading, trailing);
    const skipped = leadingOf(open);
    const size = 64 - skipped - trailingOf(open);
    if (fits) this.put(0b10 << 30, 2);
    else this.put((0b11 << 30) | (leading << 25) | ((size & 63) << 19), 13);
    const left = (high << skipped) | ((low >>> 1) >>> (31 - skipped));
    if (size <= 32) this.put(left & (-1 << (32 - size)), size);
    else {
      this.put(left, 32);
      this.put((low << skipped) & (-1 << (64 - size)), size - 32);
    }
    return open;
  }
}

/** Bits of a chunk, or of any copy of one. */
export class HistogramReader extends VarbitReader {
  /** Reads a XOR into `high` and `low`; returns the window that is open afterwards. */
  takeXor(window: number): number {
    this.high = 0;
    this.low = 0;
    if (this.take(1) === 0) return window;
    let open = window;
    if (this.take(1) === 1) {
      const leading = this.take(5);
      const size = this.take(6) || 64;
      open = packWindow(leading, 64 - leading - size);
    }
    const trailing = trailingOf(open);
    const size = 64 - leadingOf(open) - trailing;
    const first = this.take(Math.min(size, 32));
    if (size <= 32) this.place(0, first, trailing);
    else {
      const rest = this.take(size - 32);
      const shift = size - 32;
      const low = shift === 32 ? rest : (first << shift) | rest;
      const high = shift === 32 ? first : first >>> (32 - shift);
      this.place(high, low, trailing);
    }
    return open;
  }

  /** Sets the word pair, shifted left by `shift` (0 to 63). */
  private place(high: number, low: number, shift: number): void {
    if (shift >= 32) {
      this.high = low << (shift - 32);
      this.low = 0;
    } else {
      this.high = shift === 0 ? high | 0 : (high << shift) | (low >>> (32 - shift));
      this.low = low << shift;
    }
  }
}
