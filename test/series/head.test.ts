import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import type { Store } from "../../src/engine/store.ts";
import { AppendCode } from "../../src/series/append-code.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { append, HOUR_MS, START_MS, seriesOf, storeAt } from "../engine/store-fixtures.ts";
import { labelBytes } from "./label-fixtures.ts";

const UP = [
  ["__name__", "up"],
  ["job", "a"],
] as const;

function samplesOf(store: Store, job: string): (readonly [number, number])[] {
  const set = new HeadSource(store.head).select(
    [new Matcher("=", "job", job)],
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  );
  const columns = new SampleColumns();
  for (let i = 0; i < set.count; i++) {
    set.read(i, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, columns);
  }
  return Array.from({ length: columns.length }, (_, i) => [
    columns.times[i] as number,
    columns.values[i] as number,
  ]);
}

describe("acceptance of a sample", () => {
  it("stores a newer one, leaves an equal one, refuses the rest by name", () => {
    const { store } = storeAt(START_MS);
    const up = seriesOf(store, UP);
    expect(append(store, up, START_MS, 1)).toBe(AppendCode.stored);
    expect(append(store, up, START_MS, 1)).toBe(AppendCode.unchanged);
    expect(append(store, up, START_MS, 2)).toBe(AppendCode.duplicate);
    expect(append(store, up, START_MS - 1, 1)).toBe(AppendCode.outOfOrder);
    expect(append(store, up, START_MS + 600_000, 1)).toBe(AppendCode.stored);
    expect(append(store, up, START_MS + 600_001, 1)).toBe(AppendCode.tooFarInFuture);
    const oldest = START_MS - 28 * HOUR_MS;
    const other = seriesOf(store, [["__name__", "other"]]);
    expect(append(store, other, oldest - 1, 1)).toBe(AppendCode.tooOld);
    expect(append(store, other, oldest, 1)).toBe(AppendCode.stored);
  });

  it("looks at no other series: a sender that catches up loses nothing", () => {
    const { store } = storeAt(START_MS);
    append(store, seriesOf(store, UP), START_MS, 1);
    const late = seriesOf(store, [["__name__", "late"]]);
    for (let hour = 27; hour >= 0; hour--) {
      expect(append(store, late, START_MS - hour * HOUR_MS, hour)).toBe(AppendCode.stored);
    }
    expect(store.head.windows.numbers()).toHaveLength(8);
  });

  it("goes on in a second chunk of the window after 65,535 samples", () => {
    const { store } = storeAt(START_MS + HOUR_MS);
    const up = seriesOf(store, UP);
    for (let i = 0; i < 65_540; i++) append(store, up, START_MS + i, 1);
    expect(store.chunks.count).toBe(2);
    expect(samplesOf(store, "a")).toHaveLength(65_540);
    store.verify();
  });
});

describe("windows", () => {
  it("are never more than eight a series: opening the next one early gives up the oldest", () => {
    const { store } = storeAt(START_MS - 60_000);
    const up = seriesOf(store, UP);
    for (let w = -8; w < 0; w++) append(store, up, START_MS + w * 4 * HOUR_MS, w);
    expect(store.chunks.count).toBe(8);
    expect(append(store, up, START_MS + 1000, 0)).toBe(AppendCode.stored);
    expect(store.chunks.count).toBe(8);
    expect(samplesOf(store, "a")[0]).toEqual([START_MS - 28 * HOUR_MS, -7]);
  });

  it("that have passed are out of answers at once and out of the heap after the purge", () => {
    const { clock, store } = storeAt(START_MS);
    const up = seriesOf(store, UP);
    append(store, up, START_MS, 1);
    clock.advance(28 * HOUR_MS);
    store.head.advance(clock.nowMs());
    expect(samplesOf(store, "a")).toEqual([[START_MS, 1]]);
    clock.advance(4 * HOUR_MS);
    store.head.advance(clock.nowMs());
    expect(samplesOf(store, "a")).toEqual([]);
    store.settle();
    expect(store.chunks.count).toBe(0);
    expect(store.head.index.series.liveCount).toBe(0);
    expect(store.head.index.symbols.liveCount).toBe(0);
    store.verify();
  });
});

describe("churn", () => {
  it("leaves nothing behind after ten generations of 100,000 series", () => {
    const { clock, store } = storeAt(START_MS);
    const { index } = store.head;
    const perGeneration = 100_000;
    const digits = 7;
    // One label set whose last digits are overwritten: making text is not what is tested.
    const bytes = labelBytes([
      ["__name__", "up"],
      ["pod", `pod-${"0".repeat(digits)}`],
    ]);
    let held = 0;
    for (let generation = 0; generation < 10; generation++) {
      for (let i = 0; i < perGeneration; i++) {
        let rest = generation * perGeneration + i;
        for (let d = 1; d <= digits; d++) {
          bytes[bytes.length - d] = 48 + (rest % 10);
          rest = Math.floor(rest / 10);
        }
        const key = index.intern(bytes, 0, bytes.length, NO_KEY, true);
        append(store, index.keys.seriesOf(key), clock.nowMs(), i);
      }
      expect(index.series.liveCount).toBe(perGeneration);
      clock.advance(32 * HOUR_MS);
      store.settle();
      expect(index.series.liveCount).toBe(0);
      expect(index.pairs.liveCount).toBe(0);
      expect(index.symbols.liveCount).toBe(0);
      const heldNow = index.keys.heldBytes + index.symbols.heldBytes;
      if (generation === 1) held = heldNow;
      if (generation > 1) expect(heldNow).toBe(held);
    }
    store.verify();
    expect(index.series.upperBound).toBe(perGeneration);
    expect(index.pairs.upperBound).toBeLessThanOrEqual(perGeneration + 1);
  });
});

describe("late samples within the out-of-order window", () => {
  it("leave the store as samples in order would", () => {
    const step = fc.record({ at: fc.integer({ min: 0, max: 400 }), value: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { store } = storeAt(START_MS + HOUR_MS, { outOfOrderMs: 100 * HOUR_MS });
        const up = seriesOf(store, UP);
        const twin = new Map<number, number>();
        for (const { at, value } of steps) {
          const time = START_MS - 6 * HOUR_MS + at * 60_000;
          const known = twin.get(time);
          const code = append(store, up, time, value);
          if (known === undefined) expect(code).toBe(AppendCode.stored);
          else expect(code).toBe(known === value ? AppendCode.unchanged : AppendCode.duplicate);
          if (known === undefined) twin.set(time, value);
        }
        if (steps.length > 0) store.verify();
        expect(samplesOf(store, "a")).toEqual([...twin].sort(([a], [b]) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it("that are older than the window are too old", () => {
    const { store } = storeAt(START_MS, { outOfOrderMs: 60_000 });
    const up = seriesOf(store, UP);
    append(store, up, START_MS, 1);
    expect(append(store, up, START_MS - 60_000, 1)).toBe(AppendCode.stored);
    expect(append(store, up, START_MS - 60_001, 1)).toBe(AppendCode.tooOld);
  });
});

describe("a label set", () => {
  it("is one series however its labels are ordered on the wire", () => {
    const { store } = storeAt(START_MS);
    const up = seriesOf(store, UP);
    append(store, up, START_MS, 1);
    expect(seriesOf(store, [...UP].reverse())).toBe(up);
    expect(seriesOf(store, [["x", ""], ...UP])).toBe(up);
    expect(store.head.index.series.liveCount).toBe(1);
  });
});

describe("selection", () => {
  it("answers what filtering every series by its labels answers", () => {
    const { store } = storeAt(START_MS);
    const sets: Record<string, string>[] = [];
    for (let i = 0; i < 60; i++) {
      const set: Record<string, string> = { __name__: i % 2 ? "up" : "down", i: `${i}` };
      if (i % 3 > 0) set["job"] = ["a", "b", "ab"][i % 3] as string;
      sets.push(set);
      append(store, seriesOf(store, Object.entries(set)), START_MS, i);
    }
    const type = fc.constantFrom("=" as const, "!=" as const, "=~" as const, "!~" as const);
    const name = fc.constantFrom("__name__", "job", "i", "none");
    const value = fc.constantFrom("", "up", "a", "a|b", "a.*", ".+", ".*", "1.", "[ab]+", "5");
    const matchers = fc.array(fc.tuple(type, name, value), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(matchers, (drawn) => {
        const compiled = drawn.map(([t, n, v]) => new Matcher(t, n, v));
        const found = new HeadSource(store.head).select(compiled, START_MS, START_MS);
        const names = Array.from({ length: found.count }, (_, i) => found.labels(i).get("i"));
        const wanted = sets
          .filter((set) => compiled.every((m) => m.matches(set[m.name] ?? "")))
          .map((set) => set["i"]);
        expect(names.sort()).toEqual(wanted.sort());
      }),
      { numRuns: 300 },
    );
  });
});
