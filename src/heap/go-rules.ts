/**
 * What differs between Go versions in the allocation of byte slices, as data.
 *
 * Five profiles cover 1.15 to 1.27: the class table, append's growth rule, the largest request
 * that is a small object, the bytes that a span keeps back from its slots, and the sizes of the
 * runtime's own records. Everything else in this folder is the same for all of them.
 *
 * Source: runtime sources (msize.go, slice.go, mheap.go, mgc) and measurement.
 *
 * Units: bytes.
 */
import { PAGE_BYTES } from "../base/units.ts";
import {
  CLASS_24_BYTES,
  CLASS_COUNT,
  classLookup,
  SLOT_BYTES,
  SPAN_PAGES,
} from "./size-classes.ts";

/** How append picks the wanted capacity: see growth.ts. */
export type GrowthRule = "double-below-1024-length" | "double-below-1024-capacity" | "smooth-256";

/** Everything that a Go version decides. */
export interface GoRules {
  readonly version: string;
  readonly growth: GrowthRule;
  /** Largest request served from a size class. */
  readonly smallRequestMax: number;
  /** Largest value that append rounds up to a class, exclusive or not as the version has it. */
  readonly roundToClassMax: number;
  /** Class by ceil(request / 8). */
  readonly classByEighth: Uint8Array;
  /** Slots of a span, by class. */
  readonly slotCounts: Uint32Array;
  readonly spanRecordBytes: number;
  readonly cacheRecordBytes: number;
  /** Whether the scavenger skips groups of pages that were lately full (1.22 and later). */
  readonly scavengerSkipsDense: boolean;
  /** The collector's tables for an empty heap, and for each 64 MiB arena mapped. */
  readonly collectorBytes: number;
  readonly collectorArenaBytes: number;
}

interface Profile {
  readonly growth: GrowthRule;
  readonly without24: boolean;
  readonly smallRequestMax: number;
  readonly roundToClassMax: number;
  readonly markBitsInSpan: boolean;
  readonly spanRecordBytes: number;
  readonly cacheRecordBytes: number;
  readonly scavengerSkipsDense: boolean;
  /** The collector's tables for an empty heap, and for each 64 MiB arena mapped. */
  readonly collectorBytes: number;
  readonly collectorArenaBytes: number;
}

const P18: Profile = {
  growth: "smooth-256",
  without24: false,
  smallRequestMax: 32768,
  roundToClassMax: 32767,
  markBitsInSpan: false,
  spanRecordBytes: 144,
  cacheRecordBytes: 1200,
  scavengerSkipsDense: false,
  collectorBytes: 5_710_000,
  collectorArenaBytes: 2_480_000,
};
const P16: Profile = { ...P18, growth: "double-below-1024-capacity" };
const P15: Profile = { ...P18, growth: "double-below-1024-length", without24: true };
const P22: Profile = {
  ...P18,
  smallRequestMax: 32760,
  roundToClassMax: 32760,
  spanRecordBytes: 160,
  cacheRecordBytes: 1208,
  scavengerSkipsDense: true,
  collectorBytes: 2_000_000,
  collectorArenaBytes: 340_000,
};
const P26: Profile = { ...P22, markBitsInSpan: true, cacheRecordBytes: 2296 };

const PROFILE_BY_MINOR: ReadonlyMap<number, Profile> = new Map([
  [15, P15],
  [16, P16],
  [17, P16],
  [18, P18],
  [19, P18],
  [20, P18],
  [21, P18],
  [22, P22],
  [23, P22],
  [24, P22],
  [25, P22],
  [26, P26],
  [27, P26],
]);

/** Versions that can be asked for, oldest first. */
export const GO_VERSIONS: readonly string[] = [...PROFILE_BY_MINOR.keys()].map((m) => `1.${m}`);

/** Bytes that the collector keeps at the end of spans of 16..512-byte objects since 1.26. */
const MARK_BITS_BYTES = 128;
const MARK_BITS_SLOT_MIN = 16;
const MARK_BITS_SLOT_MAX = 512;

function slotCount(sizeClass: number, markBitsInSpan: boolean): number {
  const size = SLOT_BYTES[sizeClass]!;
  const spanBytes = SPAN_PAGES[sizeClass]! * PAGE_BYTES;
  const reserved =
    markBitsInSpan && size >= MARK_BITS_SLOT_MIN && size <= MARK_BITS_SLOT_MAX
      ? MARK_BITS_BYTES
      : 0;
  return Math.floor((spanBytes - reserved) / size);
}

/** The rules of a Go version such as "1.26"; throws RangeError for one that is not known. */
export function rulesOfGoVersion(version: string): GoRules {
  const minor = /^1\.(\d+)$/.exec(version)?.[1];
  const profile = PROFILE_BY_MINOR.get(Number(minor));
  if (!profile) {
    throw new RangeError(`Go version ${version} is not one of ${GO_VERSIONS.join(", ")}`);
  }
  const slotCounts = new Uint32Array(CLASS_COUNT);
  slotCounts[0] = 1;
  for (let c = 1; c < CLASS_COUNT; c++) slotCounts[c] = slotCount(c, profile.markBitsInSpan);
  return {
    version,
    growth: profile.growth,
    smallRequestMax: profile.smallRequestMax,
    roundToClassMax: profile.roundToClassMax,
    classByEighth: classLookup(profile.without24 ? CLASS_24_BYTES : -1),
    slotCounts,
    spanRecordBytes: profile.spanRecordBytes,
    cacheRecordBytes: profile.cacheRecordBytes,
    scavengerSkipsDense: profile.scavengerSkipsDense,
    collectorBytes: profile.collectorBytes,
    collectorArenaBytes: profile.collectorArenaBytes,
  };
}
