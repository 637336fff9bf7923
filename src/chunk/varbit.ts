/**
 * Varbit integers: the numbers of histogram chunks (docs/format/histogram-chunk.md).
 *
 *   0 | 10 + 3 bits | 110 + 6 | 1110 + 9 | 11110 + 12 | 111110 + 18 | 1111110 + 25 |
 *   11111110 + 56 | 11111111 + 64
 *
 * I1  A signed number of n bits is from -(2^(n-1) - 1) to 2^(n-1): the positive end is one larger,
 *     so a field x > 2^(n-1) stands for x - 2^n. An unsigned one is below 2^n.
 * I2  The shortest form that holds a number is the one that is written.
 *
 * Numbers are pairs of 32-bit words; sizes and positions are bits.
 */
import { peekBits } from "./bit-stream.ts";

/** Bits of the field behind 1, 2 … 7 ones and a 0. */
const FIELD_BITS = [3, 6, 9, 12, 18, 25, 56] as const;
/** By bits needed (0 to 25): how many ones announce the field. */
const ONES_OF_BITS = Uint8Array.from({ length: 33 }, (_, bits) => {
  const form = FIELD_BITS.findIndex((size) => bits <= size);
  return form + 1;
});

/** Who takes the bits: `count` (0 to 32) of them, left-aligned in `word`. */
export interface BitSink {
  put(word: number, count: number): void;
}

/** Writes a signed 64-bit integer. */
export function putVarbitInt(sink: BitSink, high: number, low: number): void {
  const value = low | 0;
  if ((high | 0) === value >> 31) {
    if (value === 0) {
      sink.put(0, 1);
      return;
    }
    const bits = 33 - Math.clz32(value > 0 ? value - 1 : -value);
    if (bits <= 25) {
      putField(sink, ONES_OF_BITS[bits]!, value);
      return;
    }
  }
  putWide(sink, high, low, fits56Signed(high | 0, low | 0));
}

/** Writes an unsigned 64-bit integer. */
export function putVarbitUint(sink: BitSink, high: number, low: number): void {
  if (high === 0) {
    if (low === 0) {
      sink.put(0, 1);
      return;
    }
    const bits = 32 - Math.clz32(low);
    if (bits <= 25) {
      putField(sink, ONES_OF_BITS[bits]!, low);
      return;
    }
  }
  putWide(sink, high, low, high >>> 24 === 0);
}

function putField(sink: BitSink, ones: number, value: number): void {
  const size = FIELD_BITS[ones - 1]!;
  const field = (value << (32 - size)) >>> (ones + 1);
  sink.put((-1 << (32 - ones)) | field, ones + 1 + size);
}

function putWide(sink: BitSink, high: number, low: number, in56: boolean): void {
  if (in56) sink.put((0xfe << 24) | (high & 0xffffff), 32);
  else {
    sink.put(0xff << 24, 8);
    sink.put(high, 32);
  }
  sink.put(low, 32);
}

function fits56Signed(high: number, low: number): boolean {
  if (high === 1 << 23) return low === 0;
  if (high === -1 << 23) return low !== 0;
  return high > -1 << 23 && high < 1 << 23;
}

/** Reads varbit integers from a stream; `high` and `low` (signed words) are the one read last. */
export class VarbitReader {
  high = 0;
  low = 0;
  /** Next bit to read. */
  position = 0;
  protected bytes: Uint8Array = new Uint8Array(0);
  protected start = 0;

  /** Stands at bit `position` of the stream that starts at byte `start`. */
  point(bytes: Uint8Array, start: number, position: number): void {
    this.bytes = bytes;
    this.start = start;
    this.position = position;
  }

  /** Reads `count` (1 to 32) bits as an unsigned number. */
  take(count: number): number {
    const word = peekBits(this.bytes, this.start, this.position);
    this.position += count;
    return word >>> (32 - count);
  }

  /** Reads 64 bits as they are. */
  takeWords(): void {
    this.high = this.take(32) | 0;
    this.low = this.take(32) | 0;
  }

  takeInt(): void {
    const size = this.takeField();
    if (size === 0 || size === 64) return;
    if (size === 56) {
      const half = 1 << 23;
      if (this.high > half || (this.high === half && this.low !== 0)) this.high |= 0xff << 24;
      return;
    }
    if (this.low > 1 << (size - 1)) this.low -= 1 << size;
    this.high = this.low >> 31;
  }

  takeUint(): void {
    this.takeField();
  }

  /** Reads a code as the unsigned number of its field; returns the size of that. */
  private takeField(): number {
    const word = peekBits(this.bytes, this.start, this.position);
    this.high = 0;
    this.low = 0;
    if (word >= 0) {
      this.position++;
      return 0;
    }
    const ones = Math.clz32(~word);
    if (ones < 7) {
      const size = FIELD_BITS[ones - 1]!;
      this.position += ones + 1 + size;
      this.low = (word << (ones + 1)) >>> (32 - size);
      return size;
    }
    this.position += 8;
    this.high = ones === 7 ? this.take(24) : this.take(32) | 0;
    this.low = this.take(32) | 0;
    return ones === 7 ? 56 : 64;
  }
}
