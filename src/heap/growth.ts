/**
 * The capacity that append gives a byte slice: pure arithmetic on a version's rules.
 *
 * One append call grows at most once: a wanted capacity from the growth rule, rounded up to the
 * slot that will hold it. `make` keeps the exact capacity; only append rounds.
 *
 * Source: runtime.growslice / nextslicecap / roundupsize.
 *
 * Units: bytes.
 */
import { PAGE_BYTES } from "../base/units.ts";
import type { GoRules } from "./go-rules.ts";
import { SLOT_BYTES, TINY_BYTES } from "./size-classes.ts";

/** What a chunk's buffer is made with, before append grows it. */
export const FIRST_CAPACITY = 128;
const SMOOTH_THRESHOLD = 256;
const DOUBLING_LIMIT = 1024;

function wantedCapacity(rules: GoRules, capacity: number, length: number, needed: number): number {
  if (needed > 2 * capacity) return needed;
  if (rules.growth === "smooth-256") {
    if (capacity < SMOOTH_THRESHOLD) return 2 * capacity;
    let wanted = capacity;
    while (wanted < needed) wanted += Math.floor((wanted + 3 * SMOOTH_THRESHOLD) / 4);
    return wanted;
  }
  const measure = rules.growth === "double-below-1024-length" ? length : capacity;
  if (measure < DOUBLING_LIMIT) return 2 * capacity;
  let wanted = capacity;
  while (wanted < needed) wanted += Math.floor(wanted / 4);
  return wanted;
}

/** Bytes of the slot (or pages) that a request of `bytes` takes; below 16 its shared block's. */
export function slotBytesOf(rules: GoRules, bytes: number): number {
  if (bytes < TINY_BYTES) return bytes === 0 ? 0 : TINY_BYTES;
  if (bytes <= rules.smallRequestMax) return SLOT_BYTES[rules.classByEighth[(bytes + 7) >>> 3]!]!;
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

/** Capacity after one append that takes a slice of `length` bytes to `needed` > capacity bytes. */
export function grownCapacity(
  rules: GoRules,
  capacity: number,
  needed: number,
  length = capacity,
): number {
  const wanted = wantedCapacity(rules, capacity, length, needed);
  if (wanted <= rules.roundToClassMax) {
    return SLOT_BYTES[rules.classByEighth[(wanted + 7) >>> 3]!]!;
  }
  return Math.ceil(wanted / PAGE_BYTES) * PAGE_BYTES;
}

/** Capacity that ingestion reaches for `length` bytes: 128, then append byte by byte. */
export function ladderCapacity(rules: GoRules, length: number): number {
  let capacity = FIRST_CAPACITY;
  while (capacity < length) capacity = grownCapacity(rules, capacity, capacity + 1);
  return capacity;
}

/** ladderCapacity() from steps that are kept, for many lengths. */
export class CapacityLadder {
  private readonly rules: GoRules;
  private readonly steps: number[] = [FIRST_CAPACITY];

  constructor(rules: GoRules) {
    this.rules = rules;
  }

  /** Capacity that ingestion reaches for `length` bytes. */
  capacityFor(length: number): number {
    const { steps } = this;
    let step = 0;
    while (steps[step]! < length) {
      step++;
      if (step === steps.length) steps.push(this.above(steps[step - 1]!));
    }
    return steps[step]!;
  }

  private above(capacity: number): number {
    return grownCapacity(this.rules, capacity, capacity + 1);
  }
}
