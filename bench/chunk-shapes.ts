/**
 * Plain shapes of series, to see what a chunk makes of each alone: every scrape on time, values
 * drawn from one rule.
 */
import { Prng } from "../src/base/prng.ts";
import type { SampleMatrix } from "./chunk-samples.ts";

const INTERVAL_MS = 15_000;
const START_MS = Date.UTC(2026, 10, 23);

/** The value of scrape `i` after `before`. */
type Shape = (random: Prng, before: number, i: number) => number;

const SHAPES: Readonly<Record<string, Shape>> = {
  "counter, +1 to 10": (random, before) => before + 1 + random.below(10),
  "whole number, 0 to 100": (random) => random.below(101),
  "whole number near 1e15": (random) => 1e15 + random.below(1000),
  "two decimals, 0 to 100": (random) => random.below(10_000) / 100,
  "random walk": (random, before) => before + random.normal(),
  "uniform, all digits": (random) => random.float(),
  "sine, all digits": (_random, _before, i) => 100 * Math.sin(i / 50),
  "mostly 0, peaks to 1000": (random) => (random.float() < 0.9 ? 0 : random.below(1000)),
  "1 and 1e9 in turn": (random, _before, i) => (i % 2 === 0 ? 1 : 1e9 + random.below(6)),
  "small whole, then all digits, by 7": (random, _before, i) =>
    Math.floor(i / 7) % 2 === 0 ? random.below(4) : random.float(),
};

/** `seriesPerShape` series of each shape. */
export function matrixOfShapes(seriesPerShape: number, cycles: number, seed: number): SampleMatrix {
  const random = new Prng(seed);
  const names = Object.keys(SHAPES);
  const seriesCount = names.length * seriesPerShape;
  const values = new Float64Array(seriesCount * cycles);
  const times = new Float64Array(seriesCount * cycles);
  const kinds: string[] = [];
  for (let series = 0; series < seriesCount; series++) {
    const name = names[Math.floor(series / seriesPerShape)]!;
    kinds.push(name);
    let value = 100;
    for (let i = 0; i < cycles; i++) {
      value = SHAPES[name]!(random, value, i);
      values[series * cycles + i] = value;
      times[series * cycles + i] = START_MS + i * INTERVAL_MS;
    }
  }
  return { seriesCount, cycles, times, bits: new Uint32Array(values.buffer), kinds };
}
