import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import {
  dropCovered,
  intervalsAfter,
  isCovered,
  isTouched,
  oneInterval,
  type TimeIntervals,
  withInterval,
} from "../../src/chunk/time-intervals.ts";

const SPAN = 60;
const stretch = fc
  .tuple(fc.nat(SPAN), fc.nat(9))
  .map(([from, length]) => [from, Math.min(SPAN, from + length)] as const);
const stretches = fc.array(stretch, { minLength: 1, maxLength: 12 });
type Stretches = readonly (readonly [number, number])[];

function listOf(all: Stretches): TimeIntervals {
  const [first, ...others] = all as [readonly [number, number], ...Stretches];
  return others.reduce((list, [from, to]) => withInterval(list, from, to), oneInterval(...first));
}

/** The naive twin: every moment that lies in a stretch. */
function momentsOf(all: Stretches): Set<number> {
  return new Set(all.flatMap(([from, to]) => range(from, to)));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function momentsIn(list: TimeIntervals): number[] {
  const moments: number[] = [];
  for (let at = 0; at < list.length; at += 2) moments.push(...range(list[at]!, list[at + 1]!));
  return moments;
}

const sorted = (moments: Iterable<number>) => [...moments].sort((a, b) => a - b);

describe("stretches of time", () => {
  it("hold exactly the moments put in, sorted and apart", () => {
    fc.assert(
      fc.property(stretches, (all) => {
        const list = listOf(all);
        expect(momentsIn(list)).toEqual(sorted(momentsOf(all)));
        for (let at = 2; at < list.length; at += 2) {
          expect(list[at]! - list[at - 1]!).toBeGreaterThan(1);
        }
      }),
    );
  });

  it("know what lies after a moment", () => {
    fc.assert(
      fc.property(stretches, fc.nat(SPAN + 5), (all, moment) => {
        const wanted = [...momentsOf(all)].filter((time) => time > moment);
        expect(momentsIn(intervalsAfter(listOf(all), moment))).toEqual(sorted(wanted));
      }),
    );
  });

  it("know whether they cover or touch another one", () => {
    fc.assert(
      fc.property(stretches, stretch, (all, [from, to]) => {
        const moments = momentsOf(all);
        expect(isCovered(listOf(all), from, to)).toBe(range(from, to).every((t) => moments.has(t)));
        expect(isTouched(listOf(all), from, to)).toBe(range(from, to).some((t) => moments.has(t)));
      }),
    );
  });

  it("take their samples out of columns, from an index on, and no other", () => {
    const times = fc.uniqueArray(fc.nat(SPAN), { maxLength: 40 });
    fc.assert(
      fc.property(stretches, times, fc.nat(5), (all, drawn, first) => {
        const columns = new SampleColumns(64);
        const rising = sorted(drawn);
        for (const time of rising) columns.push(time, time + 1, time + 2);
        const moments = momentsOf(all);
        const wanted = rising.filter((time, i) => i < first || !moments.has(time));
        const start = Math.min(first, columns.length);
        const removed = dropCovered(columns, start, listOf(all));
        expect(removed).toBe(rising.length - wanted.length);
        const kept = wanted.map((_, i) => [columns.timeOf(i), columns.highOf(i), columns.lowOf(i)]);
        expect(kept).toEqual(wanted.map((time) => [time, time + 1, time + 2]));
        expect(columns.length).toBe(wanted.length);
      }),
    );
  });
});
