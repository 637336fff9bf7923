/**
 * The values at a rank and the next one, of very many that are in no order, without sorting them.
 *
 * Doubles are ordered as whole numbers by their bits, 16 at a time: values are counted by the
 * highest 16, those that the rank falls among are kept and counted by the next 16, until so few are
 * left that they are sorted. Every value is looked at eight times at most, whatever the values are.
 *
 * I1  -0 comes before 0. There is no NaN among the values.
 * I2  Between two yields some thousand values are looked at: what is yielded is how many.
 */
import { assert } from "../../base/assert.ts";

/** So many are simply sorted. */
export const SORTED_AT_ONCE = 2048;
const PORTION = 8192;
const KEYS = 1 << 16;
const LEVELS = 4;

/** What stands at a rank and at the next one. */
export interface Neighbours {
  readonly lower: number;
  /** The same as `lower` for the last rank. */
  readonly upper: number;
}

export class RankSelection {
  /** How many values have each key; made when there are many values. */
  private counts = new Int32Array(0);
  /** The value whose key is asked for, and its bits. */
  private readonly value = new Float64Array(1);
  private readonly bits = new Uint32Array(this.value.buffer);

  /** Finds what stands at `rank`, from 0, of the first `count` values, whose order is lost. */
  *neighboursAt(rank: number, values: Float64Array, count: number): Generator<number, Neighbours> {
    assert(rank >= 0 && rank < count, `rank ${rank} of ${count} values`);
    let left = count;
    let below = 0;
    let next = Number.POSITIVE_INFINITY;
    for (let level = 0; level < LEVELS && left > SORTED_AT_ONCE; level++) {
      yield* this.countKeys(values, left, level);
      const [key, before] = this.keyOf(rank - below);
      below += before;
      let kept = 0;
      for (let from = 0; from < left; from += PORTION) {
        const end = Math.min(left, from + PORTION);
        for (let i = from; i < end; i++) {
          const value = values[i]!;
          const other = this.key(value, level);
          if (other === key) values[kept++] = value;
          else if (other > key && value < next) next = value;
        }
        yield end - from;
      }
      left = kept;
    }
    const sorted = values.subarray(0, left);
    if (left <= SORTED_AT_ONCE) sorted.sort();
    yield left;
    const place = rank - below;
    const lower = sorted[place]!;
    if (rank + 1 === count) return { lower, upper: lower };
    return { lower, upper: place + 1 < left ? sorted[place + 1]! : next };
  }

  private *countKeys(values: Float64Array, count: number, level: number): Generator<number, void> {
    if (this.counts.length === 0) this.counts = new Int32Array(KEYS);
    const { counts } = this;
    counts.fill(0);
    for (let from = 0; from < count; from += PORTION) {
      const end = Math.min(count, from + PORTION);
      for (let i = from; i < end; i++) counts[this.key(values[i]!, level)]!++;
      yield end - from;
    }
  }

  /** The key among whose values a rank falls, and how many values come before them. */
  private keyOf(rank: number): readonly [key: number, before: number] {
    const { counts } = this;
    let before = 0;
    let key = 0;
    for (; before + counts[key]! <= rank; key++) before += counts[key]!;
    return [key, before];
  }

  /** 16 bits of a value, in the order of values: the highest at level 0. */
  private key(value: number, level: number): number {
    const { bits } = this;
    this.value[0] = value;
    const high = bits[1]!;
    const flipped = high >>> 31 === 0 ? 0 : 0xffffffff;
    const word = level < 2 ? high ^ flipped ^ (flipped === 0 ? 0x80000000 : 0) : bits[0]! ^ flipped;
    return (level & 1) === 0 ? word >>> 16 : word & 0xffff;
  }
}
