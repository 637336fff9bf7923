/**
 * The simulated heap as a pprof profile: alloc_objects, alloc_space, inuse_objects, inuse_space by
 * call path, as `go tool pprof` reads them.
 *
 * Every allocation is in it, none is sampled: the period is 1. Format: github.com/google/pprof,
 * proto/profile.proto.
 *
 * Units: objects are counts, space is bytes, times are nanoseconds in the profile.
 */
import {
  type FunctionInput,
  type LocationInput,
  Profile,
  type SampleInput,
  StringTable,
} from "pprof-format";
import type { AllocationEntry } from "../engine/heap-status-origins.ts";
import { type Frame, framesOf, windowName } from "./pprof-paths.ts";

/** What a profile shows when nothing else is asked for. */
export type DefaultSample = "inuse_space" | "alloc_space";

const SAMPLE_TYPES = [
  ["alloc_objects", "count"],
  ["alloc_space", "bytes"],
  ["inuse_objects", "count"],
  ["inuse_space", "bytes"],
] as const;
const NANOS_PER_MS = 1_000_000n;
const MAPPING = 1;

/** Functions and locations of the frames met so far; both have the same numbers, from 1. */
class FrameTable {
  readonly functions: FunctionInput[] = [];
  readonly locations: LocationInput[] = [];
  private readonly strings: StringTable;
  private readonly numbers = new Map<string, number>();

  constructor(strings: StringTable) {
    this.strings = strings;
  }

  numberOf({ name, file }: Frame): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const id = this.functions.length + 1;
    const text = this.strings.dedup(name);
    this.functions.push({ id, name: text, systemName: text, filename: this.strings.dedup(file) });
    // An address is no memory here, but readers tell locations apart by it.
    this.locations.push({
      id,
      mappingId: MAPPING,
      address: id,
      line: [{ functionId: id, line: 1 }],
    });
    this.numbers.set(name, id);
    return id;
  }
}

function sampleOf(entry: AllocationEntry, frames: FrameTable, strings: StringTable): SampleInput {
  const { origin } = entry;
  const label = (key: string, value: string) => ({
    key: strings.dedup(key),
    str: strings.dedup(value),
  });
  const labels = [label("origin", origin.source), label("kind", origin.kind)];
  if (origin.source !== "garbage") labels.push(label("window", windowName(entry.windowStartMs)));
  return {
    locationId: framesOf(entry).map((frame) => frames.numberOf(frame)),
    value: [entry.allocatedObjects, entry.allocatedBytes, entry.inuseObjects, entry.inuseBytes],
    label: labels,
  };
}

/** Encodes a profile, not compressed; `timeMs` is the time of the reading. */
export function encodeHeapProfile(
  entries: readonly AllocationEntry[],
  timeMs: number,
  defaultSample: DefaultSample,
): Uint8Array {
  const strings = new StringTable();
  const frames = new FrameTable(strings);
  const valueType = (type: string, unit: string) => ({
    type: strings.dedup(type),
    unit: strings.dedup(unit),
  });
  const sample = entries.map((entry) => sampleOf(entry, frames, strings));
  const profile = new Profile({
    sampleType: SAMPLE_TYPES.map(([type, unit]) => valueType(type, unit)),
    sample,
    mapping: [
      {
        id: MAPPING,
        memoryStart: 0,
        memoryLimit: frames.locations.length + 1,
        filename: strings.dedup("spandrel"),
        hasFunctions: true,
        hasFilenames: true,
      },
    ],
    location: frames.locations,
    function: frames.functions,
    stringTable: strings,
    timeNanos: BigInt(Math.floor(timeMs)) * NANOS_PER_MS,
    periodType: valueType("space", "bytes"),
    period: 1,
    defaultSampleType: strings.dedup(defaultSample),
  });
  return profile.encode();
}
