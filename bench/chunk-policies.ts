/**
 * Window policies: what chunks would take if XOR windows were opened otherwise.
 *
 * Counts bits, writes none; the formula of every part is that of docs/format/chunk.md. The policies
 * are those that docs/adr weighs; the last is the encoder's own.
 *
 * Units: bits.
 */
import { leadingZeros, trailingZeros } from "../src/kernel/code/xor-window.ts";
import { type SampleMatrix, SHORT_CHUNK_SAMPLES } from "./chunk-samples.ts";

/** Bits of a XOR with a window kept, or of one with a window opened, without the window's own. */
const KEPT_BITS = 2;
const OPENED_BITS = 13;
const WASTED_BITS_MAX = 24;

/** A policy sees the XORs of a chunk one by one and says what each takes. */
export interface WindowPolicy {
  /** Bits for a XOR with these zero bits, the chunk's sample number `index`. */
  take(index: number, leading: number, trailing: number): number;
}

class Standard implements WindowPolicy {
  protected leading = 64;
  protected trailing = 64;

  take(_index: number, leading: number, trailing: number): number {
    return this.fits(leading, trailing) ? this.keep() : this.open(leading, trailing);
  }

  protected fits(leading: number, trailing: number): boolean {
    return leading >= this.leading && trailing >= this.trailing;
  }

  protected keep(): number {
    return KEPT_BITS + 64 - this.leading - this.trailing;
  }

  protected open(leading: number, trailing: number): number {
    this.leading = leading;
    this.trailing = trailing;
    return OPENED_BITS + 64 - leading - trailing;
  }
}

/** Opens a new window at every 120th sample. */
class Restarting extends Standard {
  override take(index: number, leading: number, trailing: number): number {
    if (Math.floor(index / SHORT_CHUNK_SAMPLES) !== this.part) this.leading = 64;
    this.part = Math.floor(index / SHORT_CHUNK_SAMPLES);
    return super.take(index, leading, trailing);
  }
  private part = 0;
}

/** Opens the narrowest window for all XORs since the last opening when it would have paid. */
class Narrowing extends Standard {
  protected leastLeading = 64;
  protected leastTrailing = 64;
  private wasted = 0;

  override take(index: number, leading: number, trailing: number): number {
    if (!this.fits(leading, trailing)) return this.start(super.take(index, leading, trailing));
    this.leastLeading = Math.min(this.leastLeading, leading);
    this.leastTrailing = Math.min(this.leastTrailing, trailing);
    this.wasted += this.leastLeading + this.leastTrailing - this.leading - this.trailing;
    if (this.wasted <= WASTED_BITS_MAX) return this.keep();
    return this.start(this.open(this.leastLeading, this.leastTrailing));
  }

  private start(bits: number): number {
    this.leastLeading = 64;
    this.leastTrailing = 64;
    this.wasted = 0;
    return bits;
  }
}

/** Makers of the policies, by name. */
export const POLICIES: Readonly<Record<string, () => WindowPolicy>> = {
  "standard, one chunk": () => new Standard(),
  "window opened at every 120th sample": () => new Restarting(),
  "narrowed when 24 bits were wasted": () => new Narrowing(),
};

/** Bytes of `count` samples from index `from` on, in one chunk. */
export function bytesUnder(
  policy: WindowPolicy,
  matrix: SampleMatrix,
  from: number,
  count: number,
): number {
  let bits = 16;
  for (let i = 0; i < count; i++) {
    const at = from + i;
    bits += timeBits(matrix.times, from, i);
    if (i === 0) {
      bits += 64;
      continue;
    }
    const low = matrix.bits[2 * at]! ^ matrix.bits[2 * at - 2]!;
    const high = matrix.bits[2 * at + 1]! ^ matrix.bits[2 * at - 1]!;
    if ((high | low) === 0) bits++;
    else bits += policy.take(i, leadingZeros(high), trailingZeros(high, low));
  }
  return Math.ceil(bits / 8);
}

function timeBits(times: Float64Array, from: number, i: number): number {
  const time = times[from + i]!;
  if (i === 0) return varintBits(2 * time);
  const delta = time - times[from + i - 1]!;
  if (i === 1) return varintBits(delta);
  const difference = delta - (times[from + i - 1]! - times[from + i - 2]!);
  if (difference === 0) return 1;
  if (difference > -8192 && difference <= 8192) return 16;
  if (difference > -65536 && difference <= 65536) return 20;
  return difference > -524288 && difference <= 524288 ? 24 : 68;
}

function varintBits(value: number): number {
  let bits = 8;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bits += 8;
  return bits;
}
