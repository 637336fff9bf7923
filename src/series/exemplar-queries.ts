/**
 * Exemplars of the series that match selectors, found in slices, so that writes go on meanwhile.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import type { SeriesRef } from "../base/units.ts";
import { ExemplarLabels } from "./exemplar-labels.ts";
import { NO_EXEMPLAR } from "./exemplar-ring.ts";
import type { Head } from "./head.ts";
import { ofSelected, type Selectors } from "./label-queries.ts";
import { Labels } from "./labels.ts";

export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timeMs: number;
}

/** A series and its exemplars, oldest first. */
export interface SeriesExemplars {
  readonly labels: Labels;
  readonly exemplars: readonly Exemplar[];
}

/** Exemplars that are read between two looks at the clock. */
const STEP = 256;

/** Series that satisfy a selector and have exemplars in [fromMs, toMs], sorted by labels. */
export async function exemplarsOf(
  head: Head,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
  slices: Slices,
): Promise<readonly SeriesExemplars[]> {
  if (head.exemplars.count === 0) return [];
  const range = { fromMs: Math.max(fromMs, head.oldestStartMs), toMs };
  // When a series has samples is no matter: an exemplar may be much older than its sample.
  const { POSITIVE_INFINITY: always, NEGATIVE_INFINITY: ever } = Number;
  const question = { selectors, fromMs: ever, toMs: always };
  const found = await ofSelected(head, question, slices, async (selected) => {
    const reading = new ExemplarReading(head, range, slices);
    const answers: SeriesExemplars[] = [];
    for (const series of selected) {
      const exemplars = await reading.of(series);
      if (exemplars.length > 0) answers.push({ labels: head.index.labelsOf(series), exemplars });
    }
    return answers;
  });
  return sortedInSlices(found, (a, b) => Labels.compare(a.labels, b.labels), slices);
}

/** Reads series after series, in slices. */
class ExemplarReading {
  private readonly head: Head;
  private readonly range: { readonly fromMs: number; readonly toMs: number };
  private readonly slices: Slices;
  private readonly reader = new ExemplarLabels();
  private left = STEP;

  constructor(head: Head, range: { fromMs: number; toMs: number }, slices: Slices) {
    this.head = head;
    this.range = range;
    this.slices = slices;
  }

  /** The exemplars of a series; those that are pushed out meanwhile may be missing. */
  async of(series: SeriesRef): Promise<Exemplar[]> {
    const { exemplars } = this.head;
    const { fromMs, toMs } = this.range;
    const found: Exemplar[] = [];
    let slot = exemplars.oldestOf(series);
    while (slot !== NO_EXEMPLAR) {
      const timeMs = exemplars.timeOf(slot);
      if (timeMs > toMs) break;
      if (timeMs >= fromMs) found.push(this.read(slot));
      slot = this.isPauseDue() ? await this.laterAfterPause(series, slot) : exemplars.laterOf(slot);
    }
    if (this.isPauseDue()) await this.slices.next();
    return found;
  }

  private read(slot: number): Exemplar {
    const { exemplars } = this.head;
    const labels = this.reader.read(exemplars.textOf(slot), exemplars.textLengthOf(slot));
    return { labels, value: exemplars.valueOf(slot), timeMs: exemplars.timeOf(slot) };
  }

  private isPauseDue(): boolean {
    if (--this.left > 0) return false;
    this.left = STEP;
    return this.slices.isOver();
  }

  /** The slot after one of a series. When that was pushed out, so were all before it. */
  private async laterAfterPause(series: SeriesRef, slot: number): Promise<number> {
    const { exemplars } = this.head;
    const number = exemplars.numberAt(slot);
    await this.slices.next();
    const isHeld = exemplars.numberAt(slot) === number && exemplars.seriesOf(slot) === series;
    return isHeld ? exemplars.laterOf(slot) : exemplars.oldestOf(series);
  }
}
