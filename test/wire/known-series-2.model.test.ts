import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import type { Store } from "../../src/engine/store.ts";
import { LAID_LABEL_SLOTS, STATE, TAKEN_2_COUNT } from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { HOUR_MS, START_MS, storeAt } from "../engine/store-fixtures.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { decodeReference2, encodeReference2 } from "./request-2-oracle.ts";
import { plainOfBatch } from "./request-oracle.ts";

const LIMIT = 8 << 20;
const SERIES_COUNT = 40;
const TAKEN = (TAKEN_2_COUNT - STATE) / 4;
/** References of one, two and three bytes, and many that share a slot of the table. */
const UNUSED_SYMBOLS = [0, 100, 1000, LAID_LABEL_SLOTS * 2 + 5000];

type LabelPair = readonly [string, string];

function drawLabels(random: Prng, i: number): LabelPair[] {
  const lengths = [1, 11, 12, 13, 15, 16, 17, 27, 28, 29, 60, 120, 128, 300, 20_000];
  const text = (kind: string) => {
    const length = lengths[random.below(random.below(10) === 0 ? lengths.length : 10)]!;
    return `${kind}${random.below(4)}`.padEnd(length, kind);
  };
  const names = ["a", "job", "n".repeat(30), "pod", "zone"];
  const kept = names.filter(() => random.below(4) > 0).map((name) => [name, text("v")] as const);
  return [["__name__", text("m")], ...kept, ["zz", String(i)]];
}

/** The series in this order, their symbols numbered anew; some of them another one, some odd. */
function drawRequest(random: Prng, series: readonly LabelPair[][], timeMs: number): Uint8Array {
  const unused = UNUSED_SYMBOLS[random.below(UNUSED_SYMBOLS.length)]!;
  const symbols = ["", ...Array.from({ length: unused }, (_, i) => `unused ${i}`)];
  const numbers = new Map<string, number>();
  const ref = (text: string) => {
    const known = numbers.get(text);
    if (known !== undefined && random.below(50) > 0) return known;
    numbers.set(text, symbols.push(text) - 1);
    return symbols.length - 1;
  };
  const timeseries = series.map((labels) => {
    const isOther = random.below(12) === 0;
    const sent = isOther ? drawLabels(random, random.below(SERIES_COUNT)) : labels;
    const startTimestamp = random.below(3) === 0 ? timeMs - 1000 : 0;
    const samples = [{ value: random.below(3), timestamp: timeMs, startTimestamp }];
    if (random.below(20) === 0) samples.push(...samples);
    return {
      labelsRefs: sent.flatMap(([name, value]) => [ref(name), ref(value)]),
      samples,
      ...(random.below(20) === 0 ? { createdTimestamp: timeMs } : {}),
    };
  });
  return encodeReference2({ symbols, timeseries });
}

for (const [name, newKernel] of [
  ["compiled", () => new Kernel()],
  ["as plain TypeScript", () => new Kernel(plainFunctions)],
] as const) {
  describe(`series of a 2.0 request that follow as they did before, kernel ${name}`, () => {
    it("are those that the references say, however their symbols are numbered", () => {
      const random = new Prng(5);
      const { store } = storeAt(START_MS, {}, newKernel());
      const { keys } = store.head.index;
      const series = Array.from({ length: SERIES_COUNT }, (_, i) => drawLabels(random, i));
      let taken = 0;
      for (let run = 0; run < 60; run++) {
        const body = drawRequest(random, series, START_MS + run * 1000);
        const batch = store.intake.read2(literalSnappy(body), LIMIT);
        taken += batch.kernel.state[TAKEN]!;
        expect(plainOfBatch(batch, keys).series).toEqual(decodeReference2(body).series);
        store.write(batch);
      }
      expect(taken).toBeGreaterThan(1000);
      expect(store.head.index.createdCount).toBeGreaterThan(SERIES_COUNT);
      store.verify();
    });

    it("keep their labels when their keys go before they are stored", () => {
      const random = new Prng(6);
      const { store, clock } = storeAt(START_MS, {}, newKernel());
      const series = Array.from({ length: SERIES_COUNT }, (_, i) => drawLabels(random, i));
      const send = (timeMs: number) =>
        store.intake.read2(literalSnappy(plainRequest(series, timeMs)), LIMIT);
      store.write(send(START_MS));
      store.write(send(START_MS + 1000));
      const later = START_MS + 40 * HOUR_MS;
      const batch = send(later);
      expect(batch.kernel.state[TAKEN]).toBe(SERIES_COUNT - 1);
      clock.set(later);
      store.settle();
      expect(store.head.index.removedCount).toBe(SERIES_COUNT);
      expect(store.write(batch)).toMatchObject({ samplesStored: SERIES_COUNT, refusals: [] });
      expect(store.head.index.createdCount).toBe(2 * SERIES_COUNT);
      expect(heldLabels(store)).toEqual(series.map((labels) => Object.fromEntries(labels)));
      store.settle();
      store.verify();
    });

    it("count against the limit of a decoded body with their labels", () => {
      const { store } = storeAt(START_MS, {}, newKernel());
      const series = [0, 1, 2, 3].map((i): LabelPair[] => [
        ["__name__", "v".repeat(500)],
        ["b", String(i)],
      ]);
      const body = literalSnappy(plainRequest(series, START_MS));
      expect(() => store.intake.read2(body, 1800)).toThrow("the limit of 1800 bytes");
      store.write(store.intake.read2(body, LIMIT));
      store.intake.read2(body, LIMIT);
      expect(() => store.intake.read2(body, 1800)).toThrow("the limit of 1800 bytes");
    });
  });
}

/** The labels of the living series, in the order of their label zz. */
function heldLabels(store: Store): object[] {
  const { index } = store.head;
  const living = Array.from({ length: index.series.upperBound }, (_, ref) => ref as SeriesRef)
    .filter((ref) => index.series.isLive(ref))
    .map((ref) => index.labelsOf(ref))
    .sort((left, right) => Number(left.get("zz")) - Number(right.get("zz")));
  return living.map((labels) =>
    Object.fromEntries(
      Array.from({ length: labels.size }, (_, i) => [labels.nameAt(i), labels.valueAt(i)]),
    ),
  );
}

function plainRequest(series: readonly LabelPair[][], timestamp: number): Uint8Array {
  const symbols = ["", ...new Set(series.flat(2))];
  const timeseries = series.map((labels) => ({
    labelsRefs: labels.flat().map((text) => symbols.indexOf(text)),
    samples: [{ value: 1, timestamp }],
  }));
  return encodeReference2({ symbols, timeseries });
}
