import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Postings } from "../../src/series/postings.ts";

/** The naive twin: one sorted array a list. */
type Twin = Map<number, Set<number>>;

function readAll(postings: Postings, list: number): number[] {
  const into = new Uint32Array(postings.countOf(list));
  postings.copy(list, into);
  return [...into.sort()];
}

describe("postings", () => {
  it("equal sorted sets under random appends and removals", () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant("append" as const), list: fc.nat(5), series: fc.nat(400) }),
      fc.record({
        kind: fc.constant("remove" as const),
        list: fc.nat(5),
        modulus: fc.integer({ min: 1, max: 4 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const postings = new Postings();
        const twin: Twin = new Map();
        for (const c of commands) {
          const set = twin.get(c.list) ?? new Set<number>();
          twin.set(c.list, set);
          if (c.kind === "append") {
            if (!set.has(c.series)) postings.append(c.list, c.series);
            set.add(c.series);
          } else {
            postings.removeDead(c.list, (series) => series % c.modulus === 0);
            for (const series of [...set]) if (series % c.modulus === 0) set.delete(series);
          }
          expect(readAll(postings, c.list)).toEqual([...set].sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("equal sorted sets when series are appended to many lists at once", () => {
    const lists = fc.uniqueArray(fc.nat(200), { maxLength: 12 });
    const append = fc.tuple(lists, fc.nat(9), fc.nat(300)).map(([to, times, start]) => {
      return { kind: "append" as const, to, times, start };
    });
    const command = fc.oneof(
      { arbitrary: append, weight: 6 },
      {
        arbitrary: fc.record({ kind: fc.constant("read" as const), list: fc.nat(200) }),
        weight: 2,
      },
      {
        arbitrary: fc.record({ kind: fc.constant("remove" as const), list: fc.nat(200) }),
        weight: 1,
      },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const postings = new Postings();
        const twin: Twin = new Map();
        const setOf = (list: number) => {
          const set = twin.get(list) ?? new Set<number>();
          twin.set(list, set);
          return set;
        };
        const used = new Set<number>();
        for (const c of commands) {
          if (c.kind === "append") {
            for (let series = c.start; series < c.start + c.times; series++) {
              if (used.has(series)) continue;
              used.add(series);
              // A few lists change from series to series, as labels do.
              const to = c.to.filter((list) => list % 3 > 0 || (series & 1) === 0);
              postings.appendToAll(Uint32Array.from(to), to.length, series);
              for (const list of to) setOf(list).add(series);
            }
          } else if (c.kind === "remove") {
            postings.removeDead(c.list, (series) => series % 2 === 0);
            for (const series of [...setOf(c.list)])
              if (series % 2 === 0) setOf(c.list).delete(series);
          } else {
            expect(readAll(postings, c.list)).toEqual([...setOf(c.list)].sort((a, b) => a - b));
          }
        }
        for (const [list, set] of twin) {
          expect(readAll(postings, list)).toEqual([...set].sort((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("equal sorted sets when rows of series are appended", () => {
    const run = fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 3000 }));
    fc.assert(
      fc.property(fc.array(fc.array(run, { maxLength: 6 }), { maxLength: 12 }), (calls) => {
        const postings = new Postings();
        const lists: number[][] = Array.from({ length: 10 }, () => []);
        let next = 0;
        for (const runs of calls) {
          const words = runs.flatMap(([list, length]) => {
            const first = next;
            next += length;
            for (let series = first; series < next; series++) lists[list]!.push(series);
            return [list, first, next - 1];
          });
          postings.appendRuns(Uint32Array.from(words), runs.length);
          postings.appendToAll(Uint32Array.of(3, 4), 2, next);
          for (const list of [3, 4]) lists[list]!.push(next);
          next++;
        }
        for (const [list, series] of lists.entries())
          expect(readAll(postings, list)).toEqual(series);
      }),
      { numRuns: 60 },
    );
  });

  it("that are filled at once equal sorted sets, and go on as those that were appended to", () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 63, 64, 65, 4096, 4097, 9000), {
      maxLength: 12,
    });
    const later = fc.array(fc.tuple(fc.nat(14), fc.integer({ min: 0, max: 20_000 })));
    fc.assert(
      fc.property(sizes, later, fc.integer({ min: 2, max: 5 }), (drawn, appends, modulus) => {
        const starts = new Uint32Array(drawn.length + 1);
        for (const [list, size] of drawn.entries()) starts[list + 1] = starts[list]! + size;
        const entries = Uint32Array.from(
          drawn.flatMap((size, list) => Array.from({ length: size }, (_, i) => 2 * i + (list & 1))),
        );
        const postings = new Postings();
        postings.fill(drawn.length, starts, entries);
        const twin: Twin = new Map();
        for (let list = 0; list < 15; list++) {
          twin.set(list, new Set(entries.subarray(starts[list], starts[list + 1] ?? 0)));
          expect(readAll(postings, list)).toEqual([...twin.get(list)!]);
        }
        for (const [list, series] of appends) {
          if (!twin.get(list)!.has(series)) postings.append(list, series);
          twin.get(list)!.add(series);
        }
        for (const [list, set] of twin) {
          if (list % 2 === 0) {
            postings.removeDead(list, (series) => series % modulus === 0);
            for (const series of [...set]) if (series % modulus === 0) set.delete(series);
          }
          expect(readAll(postings, list)).toEqual([...set].sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keep a list longer than the pool holds", () => {
    const postings = new Postings();
    for (let series = 0; series < 10_000; series++) postings.append(3, series);
    expect(readAll(postings, 3)).toHaveLength(10_000);
    postings.removeDead(3, (series) => series >= 10);
    expect(readAll(postings, 3)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("sort a list that was appended to out of order when it is read", () => {
    const postings = new Postings();
    for (const series of [5, 3, 9, 1]) postings.append(0, series);
    expect(readAll(postings, 0)).toEqual([1, 3, 5, 9]);
  });
});
