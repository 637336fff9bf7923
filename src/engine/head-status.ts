/**
 * Cardinality figures of /api/v1/status/tsdb, counted from the index when asked for.
 *
 * Units: counts; memory is bytes of label text.
 */
import type { Slices } from "../base/slices.ts";
import { sortedInSlices } from "../base/sort-in-steps.ts";
import type { PairRef, WindowNumber } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { Head } from "../series/head.ts";
import type { HeadStatus, NamedCount } from "./service.ts";

/** Pairs between two looks at the clock. */
const STEP = 64;

/** The `limit` largest entries, largest first. */
async function largest(
  entries: readonly NamedCount[],
  limit: number,
  slices: Slices,
): Promise<readonly NamedCount[]> {
  const order = (a: NamedCount, b: NamedCount) => b.value - a.value || (a.name < b.name ? -1 : 1);
  return (await sortedInSlices(entries, order, slices)).slice(0, limit);
}

interface Tally {
  readonly metricNames: NamedCount[];
  readonly valuesByName: NamedCount[];
  readonly bytesByName: NamedCount[];
  readonly pairs: NamedCount[];
}

/** Counts the pairs of every name; of what comes and goes meanwhile some are counted. */
async function tally(head: Head, slices: Slices): Promise<Tally> {
  const { pairs, symbols } = head.index;
  const result: Tally = { metricNames: [], valuesByName: [], bytesByName: [], pairs: [] };
  for (const name of [...pairs.nameSymbols()]) {
    const refs = pairs.refsOfName(name);
    if (refs.length === 0) continue;
    const nameText = symbols.textOf(name);
    let bytes = 0;
    for (let i = 0; i < refs.length; i++) {
      const pair = refs[i] as PairRef;
      if (!pairs.isLive(pair) || pairs.nameOf(pair) !== name) continue;
      const value = symbols.textOf(pairs.valueOf(pair));
      const count = pairs.seriesCountOf(pair);
      bytes += symbols.lengthOf(pairs.valueOf(pair)) * count;
      result.pairs.push({ name: `${nameText}=${value}`, value: count });
      if (nameText === "__name__") result.metricNames.push({ name: value, value: count });
      if (i % STEP === 0 && slices.isOver()) await slices.next();
    }
    result.valuesByName.push({ name: nameText, value: refs.length });
    result.bytesByName.push({ name: nameText, value: bytes });
  }
  return result;
}

/** Earliest and latest stored time, or nulls. */
function timeRange(head: Head): { minTimeMs: number | null; maxTimeMs: number | null } {
  const windows = head.windows.numbers().filter((w) => w * head.windowMs >= head.oldestStartMs);
  if (windows.length === 0) return { minTimeMs: null, maxTimeMs: null };
  return { minTimeMs: earliestOf(head, windows[0]!), maxTimeMs: latestOf(head, windows.at(-1)!) };
}

function earliestOf({ windows, chunks }: Head, window: WindowNumber): number {
  let earliest = Number.POSITIVE_INFINITY;
  let chunk = windows.firstOf(window);
  for (; chunk !== NO_CHUNK; chunk = chunks.nextInWindow(chunk)) {
    const time = chunks.firstTimeOf(chunk);
    if (time < earliest) earliest = time;
  }
  return earliest;
}

function latestOf({ windows, chunks }: Head, window: WindowNumber): number {
  let latest = Number.NEGATIVE_INFINITY;
  let chunk = windows.firstOf(window);
  for (; chunk !== NO_CHUNK; chunk = chunks.nextInWindow(chunk)) {
    const time = chunks.lastTimeOf(chunk);
    if (time > latest) latest = time;
  }
  return latest;
}

/** The figures of the head, the lists cut to `limit` entries; made in slices. */
export async function headStatus(head: Head, limit: number, slices: Slices): Promise<HeadStatus> {
  const { metricNames, valuesByName, bytesByName, pairs } = await tally(head, slices);
  const lists = {
    seriesCountByMetricName: await largest(metricNames, limit, slices),
    labelValueCountByLabelName: await largest(valuesByName, limit, slices),
    memoryInBytesByLabelName: await largest(bytesByName, limit, slices),
    seriesCountByLabelValuePair: await largest(pairs, limit, slices),
  };
  // What comes before and after is long too, with many series.
  await slices.next();
  const times = timeRange(head);
  await slices.next();
  return {
    ...lists,
    seriesCount: head.index.series.liveCount,
    labelPairCount: head.index.pairs.liveCount,
    chunkCount: head.chunks.count,
    ...times,
  };
}
