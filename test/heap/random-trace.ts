/**
 * Random allocation traces from a seed, like the measured ones: allocations of all sizes, growth in
 * one call and byte by byte, drops, collections and readings, with a live set that swings.
 *
 * The same seed gives the same trace for ever. Units: bytes.
 */
import { Prng } from "../../src/base/prng.ts";

export interface TraceShape {
  readonly operations: number;
  /** Ids in use are below this; the live set swings between a tenth and nearly all of it. */
  readonly ids: number;
  /** Operations between two collections and between two readings, on average; 0 = none. */
  readonly collectEvery: number;
  readonly statEvery: number;
}

/** A trace as text. */
export function randomTrace(seed: number, shape: TraceShape): string {
  const random = new Prng(seed);
  const lines = [`# random trace, seed ${seed}`];
  const lengths = new Map<number, number>();
  const swingOperations = Math.max(1000, shape.ids * 4);
  for (let i = 0; i < shape.operations; i++) {
    const part = 0.5 - 0.45 * Math.cos((2 * Math.PI * i) / swingOperations);
    if (happens(random, shape.collectEvery)) lines.push("gc");
    if (happens(random, shape.statEvery)) lines.push(`stat s${i}`);
    lines.push(operation(random, lengths, shape.ids, part));
  }
  if (shape.statEvery > 0) lines.push("gc", "stat end");
  return `${lines.join("\n")}\n`;
}

function happens(random: Prng, every: number): boolean {
  return every > 0 && random.below(every) === 0;
}

/** One line; `part` is how much of the ids should be in use. */
function operation(random: Prng, lengths: Map<number, number>, ids: number, part: number): string {
  const id = random.below(ids);
  const length = lengths.get(id);
  if (length === undefined || random.float() < 0.2) {
    if (length === undefined && random.float() > part * 1.2) {
      const other = random.below(ids);
      lengths.delete(other);
      return `f ${other}`;
    }
    lengths.set(id, 0);
    return `a ${id} ${randomSize(random)}`;
  }
  if (random.float() > part + 0.1) {
    lengths.delete(id);
    return `f ${id}`;
  }
  const target = length + 1 + random.below(length < 4000 ? 900 : 6000);
  lengths.set(id, target);
  return `${random.below(3) === 0 ? "g" : "w"} ${id} ${target}`;
}

/** Mostly chunk-like sizes, some tiny, some odd, some large. */
function randomSize(random: Prng): number {
  const kind = random.below(100);
  if (kind < 8) return 1 + random.below(16);
  if (kind < 40) return 128;
  if (kind < 88) return Math.max(17, Math.min(32_000, Math.round(900 * Math.exp(random.normal()))));
  if (kind < 97) return 1 + random.below(33_000);
  return 32_000 + random.below(90_000);
}
