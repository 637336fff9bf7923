/**
 * Series that the kernel makes beside those that are interned one by one, and beside the same code
 * as plain TypeScript: labels, postings, chunks and journal records, while series come and go.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelsText } from "../../src/engine/ingest.ts";
import { MAKE_LEFT } from "../../src/kernel/code/layout.ts";
import {
  compiledFunctions,
  type KernelFunctions,
  type SharedMemory,
} from "../../src/kernel/kernel.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { HOUR_MS, START_MS } from "../engine/store-fixtures.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { contents, type Target, target } from "./scanned-fixtures.ts";

/** A kernel that makes no series. */
function withoutMaking(memory: SharedMemory): KernelFunctions {
  return { ...compiledFunctions(memory), makeSeries: () => MAKE_LEFT };
}

/** The labels of series `number`: shared ones, some that few have, now and then a long one. */
function labelsOf(number: number): [name: string, value: string][] {
  const labels: [string, string][] = [["__name__", `metric_${number % 5}`]];
  if (number % 4 > 0) labels.push(["code", String(number % 3)]);
  labels.push(["instance", `10.0.0.${number >>> 4}:9100`]);
  if (number % 7 === 0) labels.push(["path", `/${"x".repeat(number)}`]);
  if (number % 2 === 0) labels.push(["pod", `pod-${number >>> 3}`]);
  if (number % 11 === 0) labels.reverse();
  return labels;
}

/** Which series carry which pair, and the chunk that each one's newest sample is in. */
function seriesOf({ store }: Target): string[] {
  const { series, pairs, symbols } = store.head.index;
  const all: string[] = [];
  for (let ref = 0; ref < series.upperBound; ref++) {
    if (!series.isLive(ref)) continue;
    const labels = labelsText(store.head.index.labelsOf(ref as never));
    all.push(`${ref} ${labels} ${series.newestChunkOf(ref as never)}`);
  }
  for (let pair = 0; pair < pairs.upperBound; pair++) {
    if (!pairs.isLive(pair)) continue;
    const into = new Uint32Array(pairs.seriesCountOf(pair as never));
    pairs.copySeries(pair as never, into);
    const [name, value] = [pairs.nameOf(pair as never), pairs.valueOf(pair as never)];
    all.push(`${symbols.textOf(name)}=${symbols.textOf(value)}: ${[...into.sort()].join(" ")}`);
  }
  return all.sort();
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant(15_000) },
  { weight: 1, arbitrary: fc.constantFrom(-15_000, 4 * HOUR_MS, 20 * HOUR_MS, 40 * HOUR_MS) },
);
const request = fc.record({
  stepMs: step,
  first: fc.nat(120),
  count: fc.integer({ min: 1, max: 90 }),
  every: fc.integer({ min: 1, max: 4 }),
  spreadMs: fc.constantFrom(0, 1, 700_000, 3 * HOUR_MS),
  again: fc.boolean(),
});

/** Labels, postings, chunks and records of one target. */
function resultOf(one: Target): unknown {
  one.store.verify();
  const { createdCount, removedCount, keys } = one.store.head.index;
  const counts = [createdCount, removedCount, keys.liveBytes, one.store.head.sampleCount];
  return { counts, series: seriesOf(one), chunks: contents(one.store), records: one.records };
}

describe("series that the kernel makes", () => {
  it("have the labels, chunks and records of those that are made one by one", () => {
    const requests = fc.array(request, { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(requests, fc.constantFrom(0, 0, 70), (all, seriesMax) => {
        const targets = [compiledFunctions, plainFunctions, withoutMaking].map((functionsOf) =>
          target(functionsOf, { seriesMax }),
        );
        const encoder = new WriteRequestEncoder();
        let timeMs = START_MS;
        for (const { stepMs, first, count, every, spreadMs, again } of all) {
          timeMs += stepMs;
          encoder.clear();
          const numbers = Array.from({ length: count }, (_, i) => first + i * every);
          if (again) numbers.push(...numbers.slice(0, 3));
          for (const number of numbers) {
            encoder.beginSeries();
            for (const [name, value] of labelsOf(number)) encoder.label(name, value);
            encoder.sample(timeMs - (number % 3) * spreadMs, number % 5 === 0 ? 0 : number / 7);
            encoder.endSeries();
          }
          const message = encoder.finish();
          const outcomes = targets.map(({ clock, store, log }) => {
            clock.set(Math.max(clock.nowMs(), timeMs));
            log.begin(timeMs);
            const outcome = store.write(store.intake.readPlain(message));
            log.end();
            store.settle();
            return outcome;
          });
          expect(outcomes[0]).toEqual(outcomes[2]);
          expect(outcomes[1]).toEqual(outcomes[2]);
        }
        const [compiled, plain, each] = targets.map(resultOf);
        expect(compiled).toEqual(each);
        expect(plain).toEqual(each);
      }),
      { numRuns: 40 },
    );
  });
});
