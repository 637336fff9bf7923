/**
 * What the kernel stores beside what Head.append() stores, sample by sample, and beside the same
 * code as plain TypeScript: records, slices and journal entries to the bit.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/engine/store.ts";
import { APPEND_STORED, MAKE_LEFT } from "../../src/kernel/code/layout.ts";
import {
  compiledFunctions,
  type KernelFunctions,
  type SharedMemory,
} from "../../src/kernel/kernel.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { HOUR_MS, START_MS } from "../engine/store-fixtures.ts";
import { plainFunctions } from "../kernel/plain-functions.ts";
import { contents, target } from "./scanned-fixtures.ts";

/** A kernel that makes and stores nothing: every sample goes through Head.append(). */
function withoutAppend(memory: SharedMemory): KernelFunctions {
  const words = new Uint32Array(memory.buffer);
  const append = () => {
    words[APPEND_STORED / 4] = 0;
  };
  return { ...compiledFunctions(memory), append, makeSeries: () => MAKE_LEFT };
}

/** Of each window that has ended, a number that is another one when something has changed. */
function changesOf({ head }: Store): Map<number, number> {
  const windows = head.windows.numbers().filter((window) => window < head.presentWindow);
  return new Map(windows.map((window) => [window, head.changeOf(window)]));
}

type Shape = "constant" | "counter" | "decimal" | "noise" | "stale" | "zero";
const SHAPES: readonly Shape[] = ["constant", "counter", "decimal", "noise", "stale", "zero"];

const STALE = new Float64Array(new Uint32Array([2, 0x7ff00000]).buffer)[0] as number;
const NOISE = new Float64Array(1);
const NOISE_WORDS = new Uint32Array(NOISE.buffer);

function valueLike(shape: Shape, draw: number): number {
  if (shape === "zero") return 0;
  if (shape === "constant") return 17.5;
  if (shape === "counter") return 1e6 + (draw % 1000);
  if (shape === "decimal") return (draw % 1000) / 10;
  if (shape === "stale" && draw % 5 === 0) return STALE;
  NOISE_WORDS[0] = Math.imul(draw, 0x9e3779b1);
  NOISE_WORDS[1] = (Math.imul(draw, 0x85ebca77) >>> 0) % 0x7fe00000;
  return NOISE[0] as number;
}

/** Milliseconds from a request to the next: usual, odd, none, back, into the next window. */
const step = fc.oneof(
  { weight: 20, arbitrary: fc.constant(15_000) },
  { weight: 4, arbitrary: fc.integer({ min: 14_900, max: 15_100 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -15_000, 9_000, 82_000, 660_000, 2 * HOUR_MS) },
);
const request = fc.record({
  stepMs: step,
  repeats: fc.integer({ min: 1, max: 40 }),
  series: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 12 }),
  twice: fc.integer({ min: 0, max: 15 }),
  draw: fc.nat(),
});

describe("samples that the kernel stores", () => {
  it("lie in the chunks and in the journal as if each had been appended by itself", () => {
    const requests = fc.array(request, { minLength: 1, maxLength: 25 });
    const late = fc.constantFrom(0, HOUR_MS);
    const behind = fc.constantFrom(0, 0, 5 * HOUR_MS, 31 * HOUR_MS);
    fc.assert(
      fc.property(requests, late, behind, (all, lateMs, behindMs) => {
        const targets = [compiledFunctions, plainFunctions, withoutAppend].map((functionsOf) =>
          target(functionsOf, { outOfOrderMs: lateMs }),
        );
        const encoder = new WriteRequestEncoder();
        let timeMs = START_MS;
        let draw = 1;
        for (const { stepMs, repeats, series, twice, draw: first } of all) {
          draw = first;
          for (let i = 0; i < repeats; i++) {
            timeMs += i === 0 ? stepMs : 15_000;
            encoder.clear();
            for (const number of series) {
              encoder.beginSeries();
              encoder.label("__name__", "test");
              encoder.label("series", String(number));
              draw = (Math.imul(draw, 1_103_515_245) + 12_345) >>> 0;
              const shape = SHAPES[number % SHAPES.length] as Shape;
              encoder.sample(timeMs + number, valueLike(shape, draw >>> 8));
              if (number === twice)
                encoder.sample(timeMs + number + 1, valueLike(shape, draw >>> 9));
              encoder.endSeries();
            }
            const message = encoder.finish();
            const outcomes = targets.map(({ clock, store, log }) => {
              clock.set(Math.max(clock.nowMs(), timeMs + behindMs));
              log.begin(timeMs);
              const before = changesOf(store);
              const outcome = store.write(store.intake.readPlain(message));
              const changed = [...changesOf(store)].filter(
                ([w, change]) => before.get(w) !== change,
              );
              log.end();
              store.settle();
              return { outcome, changed: changed.map(([window]) => window) };
            });
            expect(outcomes[0]).toEqual(outcomes[2]);
            expect(outcomes[1]).toEqual(outcomes[2]);
          }
        }
        const [compiled, plain, each] = targets.map(({ store, records }) => {
          store.verify();
          return { chunks: contents(store), records, samples: store.head.sampleCount };
        });
        expect(compiled).toEqual(each);
        expect(plain).toEqual(each);
      }),
      { numRuns: 30 },
    );
  });
});
