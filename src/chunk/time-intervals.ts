/**
 * Stretches of time as a flat list [from, to, from, to, …], and what falls out of columns by them.
 *
 * I1  Stretches are sorted, not empty, and apart: at least one millisecond lies between two.
 * I2  A list is never changed; what changes it makes another one, so lists may be shared.
 *
 * Units: times are milliseconds, both ends of a stretch are inclusive.
 */
import { assert } from "../base/assert.ts";
import type { SampleColumns } from "./sample-columns.ts";

/** Stretches of time, see I1. */
export type TimeIntervals = Float64Array;

/** The list of one stretch. */
export function oneInterval(fromMs: number, toMs: number): TimeIntervals {
  assert(fromMs <= toMs, "a stretch of time is not empty");
  return Float64Array.of(fromMs, toMs);
}

/** The list with a stretch more; those that it touches become one with it. */
export function withInterval(list: TimeIntervals, fromMs: number, toMs: number): TimeIntervals {
  assert(fromMs <= toMs, "a stretch of time is not empty");
  const kept: number[] = [];
  let [from, to] = [fromMs, toMs];
  let at = 0;
  for (; at < list.length && list[at + 1]! < from - 1; at += 2) kept.push(list[at]!, list[at + 1]!);
  for (; at < list.length && list[at]! <= to + 1; at += 2) {
    from = Math.min(from, list[at]!);
    to = Math.max(to, list[at + 1]!);
  }
  kept.push(from, to);
  for (; at < list.length; at++) kept.push(list[at]!);
  return Float64Array.from(kept);
}

/** What of the list lies after `timeMs`. */
export function intervalsAfter(list: TimeIntervals, timeMs: number): TimeIntervals {
  let at = 0;
  while (at < list.length && list[at + 1]! <= timeMs) at += 2;
  if (at === 0 && !(list[0]! <= timeMs)) return list;
  const rest = list.slice(at);
  if (rest.length > 0) rest[0] = Math.max(rest[0]!, timeMs + 1);
  return rest;
}

/** What of the list lies at or before `timeMs`. */
export function intervalsUntil(list: TimeIntervals, timeMs: number): TimeIntervals {
  let at = 0;
  while (at < list.length && list[at]! <= timeMs) at += 2;
  const front = list.slice(0, at);
  if (at > 0) front[at - 1] = Math.min(front[at - 1]!, timeMs);
  return front;
}

/** Whether [fromMs, toMs] lies in one stretch. */
export function isCovered(list: TimeIntervals, fromMs: number, toMs: number): boolean {
  for (let at = 0; at < list.length && list[at]! <= fromMs; at += 2) {
    if (list[at + 1]! >= toMs) return true;
  }
  return false;
}

/** Whether [fromMs, toMs] has a moment in common with a stretch. */
export function isTouched(list: TimeIntervals, fromMs: number, toMs: number): boolean {
  for (let at = 0; at < list.length && list[at]! <= toMs; at += 2) {
    if (list[at + 1]! >= fromMs) return true;
  }
  return false;
}

/** Takes the samples from index `first` on that lie in a stretch out of columns; how many. */
export function dropCovered(columns: SampleColumns, first: number, list: TimeIntervals): number {
  const { times, bits, length } = columns;
  let at = 0;
  let kept = first;
  for (let i = first; i < length; i++) {
    const time = times[i]!;
    while (at < list.length && list[at + 1]! < time) at += 2;
    if (at < list.length && list[at]! <= time) continue;
    times[kept] = time;
    bits[2 * kept] = bits[2 * i]!;
    bits[2 * kept + 1] = bits[2 * i + 1]!;
    kept++;
  }
  columns.length = kept;
  return length - kept;
}
