/**
 * Very many label sets, in the order in which they came: those that lie in one store as numbers in
 * columns, of which V8's collections move nothing, all others as they are.
 *
 * I1  A set that is asked for equals the one that was added, and is valid as long (labels.ts I4).
 * I2  `places` of a set that lies in the store is its series; of another one NOT_IN_STORE less its
 *     index among the others.
 */
import { NumberPages } from "../base/number-pages.ts";
import { STEP_LENGTH, sortedInSteps } from "../base/sort-in-steps.ts";
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import type { LabelReader } from "./label-reader.ts";
import { compareUtf8, Labels } from "./labels.ts";

const NOT_IN_STORE = -1;

/** Label sets by their place in a list. */
export interface LabelSetList {
  readonly length: number;
  at(position: number): Labels;
}

export class LabelSets implements LabelSetList {
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

  /** Their indexes in the order of the sets; yields the comparisons made since it last did. */
  *sortedIndexes(): Generator<number, readonly number[]> {
    const indexes: number[] = [];
    for (let index = 0; index < this.length; index++) {
      indexes.push(index);
      if (index % STEP_LENGTH === 0) yield STEP_LENGTH;
    }
    return yield* sortedInSteps(indexes, (left, right) => this.compare(left, right));
  }

  /** Prometheus' order of the sets at two indexes: negative when `left` sorts first. */
  compare(left: number, right: number): number {
    const [a, b] = [this.places.get(left), this.places.get(right)];
    const leftOut = this.leftOut.get(left);
    const isAlike = a > NOT_IN_STORE && b > NOT_IN_STORE && leftOut === this.leftOut.get(right);
    if (!isAlike) return Labels.compare(this.at(left), this.at(right));
    return compareStored(this.reader!, a as SeriesRef, b as SeriesRef, leftOut);
  }
}

/** Order of two series' sets without the label at `leftOut`; most of their labels are the same. */
function compareStored(
  reader: LabelReader,
  left: SeriesRef,
  right: SeriesRef,
  leftOut: number,
): number {
  const [leftCount, rightCount] = [reader.labelCountOf(left), reader.labelCountOf(right)];
  const shared = Math.min(leftCount, rightCount);
  for (let place = 0; place < shared; place++) {
    const [a, b] = [reader.pairAt(left, place), reader.pairAt(right, place)];
    const order = a === b || place === leftOut ? 0 : orderOfPairs(reader, a, b);
    if (order !== 0) return order;
  }
  return leftCount - rightCount;
}

function orderOfPairs(reader: LabelReader, left: PairRef, right: PairRef): number {
  return (
    orderOfTexts(reader, reader.nameOf(left), reader.nameOf(right)) ||
    orderOfTexts(reader, reader.valueOf(left), reader.valueOf(right))
  );
}

function orderOfTexts(reader: LabelReader, left: SymbolRef, right: SymbolRef): number {
  return left === right ? 0 : compareUtf8(reader.textOf(left), reader.textOf(right));
}
