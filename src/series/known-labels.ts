/**
 * Known labels: a label set taken apart in the kernel, with the pairs of the labels that some
 * series had before (src/kernel/code/label-split.ts).
 *
 * I1  A slot of the kernel's table names a live pair and bytes of a live key. Keys and pairs go
 *     together, so the table is emptied before it is used after one has gone.
 * I2  What split() found holds until the next split().
 *
 * Units: addresses are bytes in the kernel's memory.
 */
import type { PairRef } from "../base/units.ts";
import {
  KNOWN_AT,
  KNOWN_LABELS,
  KNOWN_LENGTH,
  KNOWN_PAIR,
  KNOWN_SLOT_BYTES,
  KNOWN_SLOTS,
  LABEL_PAIRS,
  LABEL_SLOTS,
  LABELS_MAX,
  NAME_FROM,
  NAME_TO,
  NO_KNOWN_PAIR,
  VALUE_FROM,
  VALUE_TO,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";

const SLOT_WORDS = KNOWN_SLOT_BYTES / 4;
const AT = KNOWN_AT / 4;
const LENGTH = KNOWN_LENGTH / 4;
const PAIR = KNOWN_PAIR / 4;

export class KnownLabels {
  /** By label of the last split: where its texts lie, and its pair or NO_KNOWN_PAIR. */
  readonly nameFrom: Uint32Array;
  readonly nameTo: Uint32Array;
  readonly valueFrom: Uint32Array;
  readonly valueTo: Uint32Array;
  readonly pairs: Uint32Array;
  private readonly kernel: Kernel;
  private readonly seed: number;
  private readonly slots: Uint32Array;
  private readonly table: Uint32Array;
  private from = 0;
  private generation = 0;

  constructor(kernel: Kernel, seed: number) {
    this.kernel = kernel;
    this.seed = seed >>> 0;
    this.nameFrom = kernel.wordsAt(NAME_FROM, LABELS_MAX);
    this.nameTo = kernel.wordsAt(NAME_TO, LABELS_MAX);
    this.valueFrom = kernel.wordsAt(VALUE_FROM, LABELS_MAX);
    this.valueTo = kernel.wordsAt(VALUE_TO, LABELS_MAX);
    this.pairs = kernel.wordsAt(LABEL_PAIRS, LABELS_MAX);
    this.slots = kernel.wordsAt(LABEL_SLOTS, LABELS_MAX);
    this.table = kernel.wordsAt(KNOWN_LABELS, KNOWN_SLOTS * SLOT_WORDS);
  }

  /**
   * Takes the label set of `length` bytes at `at` apart; the number of labels, 0 when it is not in
   * canonical form. `generation` rises with every key or pair that goes.
   */
  split(at: number, length: number, generation: number): number {
    this.begin(generation);
    this.from = at;
    return this.kernel.functions.splitLabels(at, at + length, this.seed);
  }

  /** Empties the table when a key or a pair has gone since it was used last. */
  begin(generation: number): void {
    if (generation === this.generation) return;
    this.generation = generation;
    this.table.fill(0);
  }

  /** Makes label `i` of the last split known by `pair`; the label set now also lies at `text`. */
  keep(i: number, pair: PairRef, text: number): void {
    const from = i === 0 ? this.from : this.valueTo[i - 1]!;
    const slot = (this.slots[i]! - KNOWN_LABELS) >>> 2;
    this.table[slot + AT] = text + from - this.from;
    this.table[slot + LENGTH] = this.valueTo[i]! - from;
    this.table[slot + PAIR] = pair;
  }

  /** Whether the pair of label `i` of the last split is known. */
  isKnown(i: number): boolean {
    return this.pairs[i] !== NO_KNOWN_PAIR;
  }
}
