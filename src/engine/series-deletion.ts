/**
 * Deleting the samples of every series that some selectors match, in portions between requests.
 *
 * I1  References are pinned meanwhile: a series that dies and another that is made between two
 *     portions are never taken for one another.
 *
 * Units: …Ms milliseconds since the epoch, both ends inclusive.
 */
import type { SeriesRef } from "../base/units.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";
import { deleteSamples } from "../series/deletion.ts";
import type { Head } from "../series/head.ts";
import type { Selectors } from "../series/label-queries.ts";
import { selectSeries } from "../series/select.ts";

/** Series marked in one portion: well below a millisecond. */
const PORTION = 1000;

/**
 * Marks what the selected series have in [fromMs, toMs] as deleted; `onDeleted` is told each
 * stretch, `pause` gives the others their turn. Returns how many series lost something.
 */
export async function deleteSelected(
  head: Head,
  selectors: Selectors,
  fromMs: number,
  toMs: number,
  pause: () => Promise<void>,
  onDeleted: (series: SeriesRef, stretch: TimeIntervals) => void = () => {},
): Promise<number> {
  const unpin = head.index.series.pin();
  let count = 0;
  let looked = 0;
  try {
    for (const matchers of selectors) {
      for (const series of selectSeries(head, matchers, fromMs, toMs)) {
        if (++looked % PORTION === 0) await pause();
        if (!head.index.series.isLive(series)) continue;
        const stretch = deleteSamples(head, series, fromMs, toMs);
        if (stretch === null) continue;
        onDeleted(series, stretch);
        count++;
      }
    }
  } finally {
    unpin();
  }
  return count;
}
