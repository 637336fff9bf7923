/**
 * Cardinality figures of /api/v1/status/tsdb, counted from the index when asked for.
 *
 * Units: counts; memory is bytes of label text.
 */
import type { PairRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { Head } from "../series/head.ts";
import { NO_PAIR } from "../series/pairs.ts";
import type { HeadStatus, NamedCount } from "./service.ts";

/** The `limit` largest entries, largest first. */
function largest(entries: NamedCount[], limit: number): NamedCount[] {
  return entries.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1)).slice(0, limit);
}

interface Tally {
  readonly metricNames: NamedCount[];
  readonly valuesByName: NamedCount[];
  readonly bytesByName: NamedCount[];
  readonly pairs: NamedCount[];
}

function tally(head: Head): Tally {
  const { pairs, symbols } = head.index;
  const result: Tally = { metricNames: [], valuesByName: [], bytesByName: [], pairs: [] };
  for (const name of pairs.nameSymbols()) {
    const nameText = symbols.textOf(name);
    let bytes = 0;
    for (let p: PairRef = pairs.firstOfName(name); p !== NO_PAIR; p = pairs.nextOfName(p)) {
      const value = symbols.textOf(pairs.valueOf(p));
      const count = pairs.seriesCountOf(p);
      bytes += symbols.lengthOf(pairs.valueOf(p)) * count;
      result.pairs.push({ name: `${nameText}=${value}`, value: count });
      if (nameText === "__name__") result.metricNames.push({ name: value, value: count });
    }
    result.valuesByName.push({ name: nameText, value: pairs.valueCountOf(name) });
    result.bytesByName.push({ name: nameText, value: bytes });
  }
  return result;
}

/** Earliest and latest stored time, or nulls. */
function timeRange(head: Head): { minTimeMs: number | null; maxTimeMs: number | null } {
  const windows = head.windows.numbers().filter((w) => w * head.windowMs >= head.oldestStartMs);
  const bound = (window: number | undefined, pick: "first" | "last"): number | null => {
    if (window === undefined) return null;
    let best: number | null = null;
    let chunk = head.windows.firstOf(window as never);
    for (; chunk !== NO_CHUNK; chunk = head.chunks.nextInWindow(chunk)) {
      const first = pick === "first";
      const time = first ? head.chunks.firstTimeOf(chunk) : head.chunks.lastTimeOf(chunk);
      if (best === null || (first ? time < best : time > best)) best = time;
    }
    return best;
  };
  return { minTimeMs: bound(windows[0], "first"), maxTimeMs: bound(windows.at(-1), "last") };
}

/** The figures of the head, the lists cut to `limit` entries. */
export function headStatus(head: Head, limit: number): HeadStatus {
  const { metricNames, valuesByName, bytesByName, pairs } = tally(head);
  return {
    seriesCount: head.index.series.liveCount,
    labelPairCount: head.index.pairs.liveCount,
    chunkCount: head.chunks.count,
    ...timeRange(head),
    seriesCountByMetricName: largest(metricNames, limit),
    labelValueCountByLabelName: largest(valuesByName, limit),
    memoryInBytesByLabelName: largest(bytesByName, limit),
    seriesCountByLabelValuePair: largest(pairs, limit),
  };
}
