/**
 * The series of one side of a binary operation by match group: chains, since there may be very many
 * groups, and very many series in one.
 *
 * I1  The series of a group come in the order in which they were added.
 * I2  meet() finds the first series of the group with a value at a step; what it knows of a step is
 *     kept, so that it never goes through the group again.
 */
import { NumberPages } from "../../base/number-pages.ts";
import type { SeriesBlock } from "./series-block.ts";
import { ABSENT } from "./step-column.ts";

/** In the place of a series: there is none. */
export const NO_PARTNER = -1;

export class MatchPartners {
  private readonly block: SeriesBlock;
  /** By match group. */
  private readonly firsts = new NumberPages(NO_PARTNER);
  private readonly lasts = new NumberPages(NO_PARTNER);
  /** By series: the next of its group, and its group. */
  private readonly next = new NumberPages(NO_PARTNER);
  private readonly groups = new NumberPages(NO_PARTNER);
  /** By group, of those with more than one series: where its steps begin in `holders`. */
  private readonly starts = new NumberPages(NO_PARTNER);
  private started = 0;
  /** By step of such a group: the first series that has a value there. */
  private readonly holders = new NumberPages(NO_PARTNER);

  constructor(block: SeriesBlock) {
    this.block = block;
  }

  /** Adds a series of the block to a group; whether it is the first one there. */
  add(group: number, series: number): boolean {
    const last = this.lasts.get(group);
    this.lasts.set(group, series);
    this.groups.set(series, group);
    if (last === NO_PARTNER) this.firsts.set(group, series);
    else this.next.set(last, series);
    return last === NO_PARTNER;
  }

  /** The first series of a group, or NO_PARTNER. */
  firstOf(group: number): number {
    return this.firsts.get(group);
  }

  /** The series that comes after another one of its group, or NO_PARTNER. */
  after(series: number): number {
    return this.next.get(series);
  }

  /**
   * The first other series of its group with a value at a step at which `series` has one, or
   * NO_PARTNER. Of a group, series are asked about in order, all but the first one.
   */
  meet(series: number, step: number): number {
    const at = this.startOf(this.groups.get(series)) + step;
    const holder = this.holders.get(at);
    if (holder === NO_PARTNER) this.holders.set(at, series);
    return holder;
  }

  /** Where the steps of a group are, those of its first series among them. */
  private startOf(group: number): number {
    const known = this.starts.get(group);
    if (known !== NO_PARTNER) return known;
    const { block } = this;
    const start = this.started;
    this.started += block.stepCount;
    this.starts.set(group, start);
    const first = this.firsts.get(group);
    for (let step = 0; step < block.stepCount; step++) {
      if (block.kindAt(first, step) !== ABSENT) this.holders.set(start + step, first);
    }
    return start;
  }
}
