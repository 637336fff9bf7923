/**
 * How many samples of each group had each value, by step: what count_values keeps.
 *
 * Nothing is made of a value while it is counted, neither a text nor a label set, for a store may
 * have as many values as series. It grows without a long moment (../../base/hash-slots.ts).
 *
 * I1  A result is a group with a value; results of a group are in the order in which their values
 *     came. Values are words: the bits of a float, or a number that the caller gives to something
 *     else, with OTHER as the high word.
 * I2  Of a result only the steps with a count are kept.
 */
import { NumberPages } from "../../base/number-pages.ts";
import type { StepColumn } from "./step-column.ts";
import { TupleIndex } from "./tuple-index.ts";

/** High word of what is no float: bits of a NaN that no sample gets. */
export const OTHER = 0x7ff80001;
const NAN_HIGH = 0x7ff80000;
/** In the place of a result or a count: there is none. */
export const NONE = -1;

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

export class ValueCounts {
  /** Group, high and low word of each result. */
  private readonly results = new TupleIndex(3);
  private readonly result = new Int32Array(3);
  /** By group: its first and last result; by result: the next of its group. */
  private readonly firsts = new NumberPages(NONE);
  private readonly lasts = new NumberPages(NONE);
  private readonly next = new NumberPages(NONE);
  /** Result and step of each count, how many, and the count of the result that was made before. */
  private readonly points = new TupleIndex(2);
  private readonly point = new Int32Array(2);
  private readonly counts = new NumberPages(0);
  private readonly newest = new NumberPages(NONE);
  private readonly before = new NumberPages(NONE);

  /** How many counts there are: steps of results. */
  get size(): number {
    return this.points.count;
  }

  /** Counts a float of a group at a step. */
  addFloat(group: number, step: number, value: number): void {
    float[0] = value;
    const isNan = Number.isNaN(value);
    this.add(group, step, isNan ? NAN_HIGH : words[1]!, isNan ? 0 : words[0]!);
  }

  /** Counts a value that is given as words. */
  add(group: number, step: number, high: number, low: number): void {
    const { result, point, results } = this;
    result[0] = group;
    result[1] = high;
    result[2] = low;
    const known = results.count;
    const number = results.add(result);
    if (number === known) this.chain(group, number);
    point[0] = number;
    point[1] = step;
    this.count(number);
  }

  /** The first result of a group, or NONE. */
  firstOf(group: number): number {
    return this.firsts.get(group);
  }

  /** The result of the same group that comes after another one, or NONE. */
  after(result: number): number {
    return this.next.get(result);
  }

  highOf(result: number): number {
    return this.results.at(result, 1);
  }

  lowOf(result: number): number {
    return this.results.at(result, 2);
  }

  /** The value of a result that is a float. */
  floatOf(result: number): number {
    words[1] = this.highOf(result);
    words[0] = this.lowOf(result);
    return float[0]!;
  }

  /** Writes the counts of a result into a cleared column; returns how many there are. */
  fill(result: number, column: StepColumn): number {
    let written = 0;
    for (let at = this.newest.get(result); at !== NONE; at = this.before.get(at)) {
      column.setFloat(this.points.at(at, 1), this.counts.get(at));
      written++;
    }
    return written;
  }

  private chain(group: number, result: number): void {
    const last = this.lasts.get(group);
    if (last === NONE) this.firsts.set(group, result);
    else this.next.set(last, result);
    this.lasts.set(group, result);
  }

  /** Adds one to the point. */
  private count(result: number): void {
    const { points, counts } = this;
    const known = points.count;
    const at = points.add(this.point);
    counts.set(at, counts.get(at) + 1);
    if (at < known) return;
    this.before.set(at, this.newest.get(result));
    this.newest.set(result, at);
  }
}
