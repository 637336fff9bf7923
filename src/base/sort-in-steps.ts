/**
 * A sort that can be interrupted: short runs of entries, then merged two by two.
 *
 *     const sorting = sortedInSteps(entries, compare);
 *     let step = sorting.next();
 *     for (; !step.done; step = sorting.next());
 *     step.value; // the sorted entries
 *
 * I1  Stable: of equal entries the one that came first stays first.
 * I2  Between two yields some hundred pairs are compared: what is yielded is how many, about.
 */
import { doneInSlices, type Slices } from "./slices.ts";

/** Entries that are merged between two yields. */
export const STEP_LENGTH = 256;
/** Entries of a run, and how often two of it are compared. */
const RUN_LENGTH = 64;
const RUN_COMPARISONS = 384;

type Compare<Entry> = (left: Entry, right: Entry) => number;

/** Sorts; yields wherever the caller may let others run, and returns the sorted entries. */
export function* sortedInSteps<Entry>(
  entries: readonly Entry[],
  compare: Compare<Entry>,
): Generator<number, readonly Entry[]> {
  let runs: Entry[][] = [];
  for (let from = 0; from < entries.length; from += RUN_LENGTH) {
    const run = entries.slice(from, from + RUN_LENGTH);
    runs.push(run.sort(compare));
    yield run.length < RUN_LENGTH ? run.length : RUN_COMPARISONS;
  }
  while (runs.length > 1) {
    const merged: Entry[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(yield* mergedRuns(runs[i]!, runs[i + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

/** Sorts in slices. */
export function sortedInSlices<Entry>(
  entries: readonly Entry[],
  compare: Compare<Entry>,
  slices: Slices,
): Promise<readonly Entry[]> {
  return doneInSlices(sortedInSteps(entries, compare), slices);
}

function* mergedRuns<Entry>(
  left: Entry[],
  right: Entry[],
  compare: Compare<Entry>,
): Generator<number, Entry[]> {
  if (right.length === 0) return left;
  const merged: Entry[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const takesLeft = r === right.length || (l < left.length && compare(left[l]!, right[r]!) <= 0);
    merged.push(takesLeft ? left[l++]! : right[r++]!);
    if (merged.length % STEP_LENGTH === 0) yield STEP_LENGTH;
  }
  yield merged.length % STEP_LENGTH;
  return merged;
}
