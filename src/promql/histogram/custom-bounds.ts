/**
 * Custom bucket bounds that differ: two histograms meet on the bounds that both have.
 *
 * A bucket goes into the first common bucket whose upper bound is not below its own.
 */
import type { BucketList } from "./bucket-layout.ts";

/** Whether two lists of bounds are the same. */
export function sameBounds(left: readonly number[], right: readonly number[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((bound, i) => bound === right[i]);
}

/** The bounds that stand in both lists, rising. */
export function commonBounds(left: readonly number[], right: readonly number[]): number[] {
  const wanted = new Set(right);
  return left.filter((bound) => wanted.has(bound));
}

/** Buckets over `bounds` counted over the fewer bounds `common`. */
export function rebucketed(
  list: BucketList,
  bounds: readonly number[],
  common: readonly number[],
): BucketList {
  const result: BucketList = { indexes: [], counts: [] };
  let target = 0;
  for (let i = 0; i < list.indexes.length; i++) {
    const bound = bounds[list.indexes[i]!] ?? Number.POSITIVE_INFINITY;
    while (target < common.length && common[target]! < bound) target++;
    const last = result.indexes.length - 1;
    if (last >= 0 && result.indexes[last] === target) result.counts[last]! += list.counts[i]!;
    else {
      result.indexes.push(target);
      result.counts.push(list.counts[i]!);
    }
  }
  return result;
}
