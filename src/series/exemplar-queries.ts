/**
 * Exemplars of the series that match selectors.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { SeriesRef } from "../base/units.ts";
import { ExemplarLabels } from "./exemplar-labels.ts";
import { NO_EXEMPLAR } from "./exemplar-ring.ts";
import type { Head } from "./head.ts";
import type { Selectors } from "./label-queries.ts";
import { Labels } from "./labels.ts";
import { selectSeries } from "./select.ts";

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

/** Series that satisfy a selector and have exemplars in [fromMs, toMs], sorted by labels. */
export function exemplarsOf(
  head: Head,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
): SeriesExemplars[] {
  if (head.exemplars.count === 0) return [];
  const from = Math.max(fromMs, head.oldestStartMs);
  const found = new Set<SeriesRef>();
  const { POSITIVE_INFINITY: always, NEGATIVE_INFINITY: ever } = Number;
  for (const matchers of selectors) {
    // When a series has samples is no matter: an exemplar may be much older than its sample.
    for (const series of selectSeries(head, matchers, ever, always)) {
      if (head.exemplars.oldestOf(series) !== NO_EXEMPLAR) found.add(series);
    }
  }
  const reader = new ExemplarLabels();
  const answers: SeriesExemplars[] = [];
  for (const series of found) {
    const exemplars = between(head, series, from, toMs, reader);
    if (exemplars.length > 0) answers.push({ labels: head.index.labelsOf(series), exemplars });
  }
  return answers.sort((a, b) => Labels.compare(a.labels, b.labels));
}

function between(
  head: Head,
  series: SeriesRef,
  fromMs: number,
  toMs: number,
  reader: ExemplarLabels,
): Exemplar[] {
  const { exemplars } = head;
  const found: Exemplar[] = [];
  for (
    let slot = exemplars.oldestOf(series);
    slot !== NO_EXEMPLAR;
    slot = exemplars.laterOf(slot)
  ) {
    const timeMs = exemplars.timeOf(slot);
    if (timeMs < fromMs) continue;
    if (timeMs > toMs) break;
    const labels = reader.read(exemplars.textOf(slot), exemplars.textLengthOf(slot));
    found.push({ labels, value: exemplars.valueOf(slot), timeMs });
  }
  return found;
}
