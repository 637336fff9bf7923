/**
 * Very many label sets, in the order in which they came: those that lie in one store as numbers in
 * columns, of which V8's collections move nothing, all others as they are.
 *
 * I1  A set that is asked for equals the one that was added, and is valid as long (labels.ts I4).
 * I2  `places` of a set that lies in the store is its series; of another one NOT_IN_STORE less its
 *     index among the others.
 */
import { NumberPages } from "../base/number-pages.ts";
import type { SeriesRef } from "../base/units.ts";
import type { LabelReader } from "./label-reader.ts";
import { Labels } from "./labels.ts";

const NOT_IN_STORE = -1;

export class LabelSets {
  /** How many there are. */
  length = 0;
  /** The store of the first set that lies in one. */
  private reader: LabelReader | null = null;
  private readonly places = new NumberPages(NOT_IN_STORE);
  private readonly leftOut = new NumberPages(Labels.NOWHERE);
  private readonly others: Labels[] = [];

  push(labels: Labels): void {
    const index = this.length++;
    const { store } = labels;
    this.reader ??= store;
    if (store === null || store !== this.reader) {
      this.places.set(index, NOT_IN_STORE - this.others.length);
      this.others.push(labels);
      return;
    }
    this.places.set(index, labels.storedSeries);
    if (labels.leftOut !== Labels.NOWHERE) this.leftOut.set(index, labels.leftOut);
  }

  /** The set at an index. */
  at(index: number): Labels {
    const place = this.places.get(index);
    if (place <= NOT_IN_STORE) return this.others[NOT_IN_STORE - place]!;
    return Labels.lyingIn(this.reader!, place as SeriesRef, this.leftOut.get(index));
  }
}
