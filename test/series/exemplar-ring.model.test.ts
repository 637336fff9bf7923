/** The ring of exemplars against a plain list, under random additions and series that go. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { SeriesRef } from "../../src/base/units.ts";
import { ExemplarCode } from "../../src/series/exemplar-code.ts";
import { ExemplarRing, NO_EXEMPLAR } from "../../src/series/exemplar-ring.ts";

interface Plain {
  readonly series: number;
  readonly timeMs: number;
  readonly value: number;
  readonly text: string;
}

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

function add(ring: ExemplarRing, { series, timeMs, value, text }: Plain): ExemplarCode {
  double[0] = value;
  const [low, high] = [words[0]!, words[1]!];
  const bytes = bytesOf(`<<${text}>`);
  return ring.add(series as SeriesRef, timeMs, high, low, bytes, 2, bytes.length - 1);
}

function chainOf(ring: ExemplarRing, series: number): Plain[] {
  const found: Plain[] = [];
  let slot = ring.oldestOf(series as SeriesRef);
  for (; slot !== NO_EXEMPLAR; slot = ring.laterOf(slot)) {
    const text = Buffer.from(ring.textOf(slot).subarray(0, ring.textLengthOf(slot)));
    found.push({
      series: ring.seriesOf(slot),
      timeMs: ring.timeOf(slot),
      value: ring.valueOf(slot),
      text: text.toString("latin1"),
    });
  }
  return found;
}

/** Exemplars in the order of arrival; what went with its series keeps its place as null. */
class Twin {
  readonly all: (Plain | null)[] = [];
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get held(): Plain[] {
    return this.all.slice(-this.capacity).filter((one) => one !== null);
  }

  add(one: Plain): ExemplarCode {
    const last = this.of(one.series).at(-1);
    if (last !== undefined) {
      const order = [
        one.timeMs - last.timeMs,
        one.value - last.value,
        compare(one.text, last.text),
      ];
      const first = order.find((difference) => difference !== 0) ?? 0;
      if (first === 0) return ExemplarCode.unchanged;
      if (first < 0) return ExemplarCode.outOfOrder;
    }
    this.all.push(one);
    return ExemplarCode.stored;
  }

  of(series: number): Plain[] {
    return this.held.filter((one) => one.series === series);
  }

  forget(series: number): void {
    for (const [at, one] of this.all.entries()) if (one?.series === series) this.all[at] = null;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left === right ? 0 : 1;
}

const SERIES = [0, 1, 2, 3, 5000];
const exemplar = fc.record({
  series: fc.constantFrom(...SERIES),
  timeMs: fc.integer({ min: -3, max: 30 }),
  value: fc.constantFrom(-1.5, 0, 1, 1e300),
  text: fc.oneof(
    fc.constantFrom("", "a", "ab", "b"),
    fc.string({ maxLength: 900, unit: "binary" }),
  ),
});
const command = fc.oneof(
  { weight: 12, arbitrary: exemplar },
  { weight: 1, arbitrary: fc.constantFrom(...SERIES) },
);

describe("the ring of exemplars", () => {
  test.prop([fc.integer({ min: 1, max: 70 }), fc.array(command, { maxLength: 200 })])(
    "holds the newest ones of all series, each series' in order",
    (capacity, commands) => {
      const ring = new ExemplarRing(capacity);
      const twin = new Twin(capacity);
      for (const next of commands) {
        if (typeof next === "number") {
          ring.forget(next as SeriesRef);
          twin.forget(next);
        } else {
          const latin1 = Buffer.from(next.text).toString("latin1");
          const plain = { ...next, text: latin1, timeMs: next.timeMs * 1000 };
          expect(add(ring, plain)).toBe(twin.add(plain));
        }
        expect(ring.count).toBe(twin.held.length);
      }
      ring.verify();
      for (const series of SERIES) expect(chainOf(ring, series)).toEqual(twin.of(series));
      expect(ring.oldestTimeMs).toBe(twin.held[0]?.timeMs ?? 0);
      expect(ring.seriesCount).toBe(SERIES.filter((s) => twin.of(s).length > 0).length);
    },
  );

  it("keeps values of one time that have no order", () => {
    const ring = new ExemplarRing(10);
    const at = { series: 1, timeMs: 5, text: "" };
    expect(add(ring, { ...at, value: 2 })).toBe(ExemplarCode.stored);
    expect(add(ring, { ...at, value: Number.NaN })).toBe(ExemplarCode.stored);
    expect(add(ring, { ...at, value: Number.NaN })).toBe(ExemplarCode.unchanged);
    expect(add(ring, { ...at, value: 1 })).toBe(ExemplarCode.stored);
    expect(chainOf(ring, 1).map(({ value }) => value)).toEqual([2, Number.NaN, 1]);
  });

  it("takes none when it may hold none", () => {
    const ring = new ExemplarRing(0);
    expect(add(ring, { series: 1, timeMs: 5, value: 1, text: "" })).toBe(ExemplarCode.disabled);
    expect([ring.count, ring.oldestTimeMs]).toEqual([0, 0]);
    ring.verify();
  });

  it("needs no more room for text when it has been full once", () => {
    const ring = new ExemplarRing(100);
    for (let i = 0; i < 10_000; i++) add(ring, { series: i % 7, timeMs: i, value: 1, text: "abc" });
    expect(ring.textBytes).toBe(300);
  });
});
