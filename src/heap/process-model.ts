/**
 * What a small Go process has beside its heap: stacks, the runtime's own tables, globals.
 *
 * These figures do not come from the traces; they are those of a one-processor program measured
 * with ReadMemStats on Go 1.19, and, for the collector's tables, what later versions are known to
 * take since heap bitmaps moved into the spans (1.22). They fill the metrics and the memory limit;
 * nothing in the heap's own behaviour depends on them.
 *
 * Units: bytes.
 */
import { PAGE_BYTES } from "../base/units.ts";
import type { GoRules } from "./go-rules.ts";
import type { SpanRecords } from "./span-records.ts";

/** Stacks and globals that a mark scans: what NextGC was above twice the marked bytes. */
export const SCANNABLE_BYTES = 231_840;
const STACK_BYTES = 229_376;
const BUCKET_HASH_BYTES = 3_503;
const OTHER_BYTES = 508_529;
const ARENA_BYTES = 64 << 20;
const CACHE_BLOCK_BYTES = 16_384;

/** Figures outside the heap, named as MemStats has them. */
export interface ProcessFigures {
  readonly stackInuseBytes: number;
  readonly stackSysBytes: number;
  readonly mspanInuseBytes: number;
  readonly mspanSysBytes: number;
  readonly mcacheInuseBytes: number;
  readonly mcacheSysBytes: number;
  readonly buckHashSysBytes: number;
  readonly gcSysBytes: number;
  readonly otherSysBytes: number;
}

/** The figures for a heap of `mappedPages` whose spans are counted in `records`. */
export function processFigures(
  rules: GoRules,
  mappedPages: number,
  records: SpanRecords,
): ProcessFigures {
  const arenas = Math.ceil((mappedPages * PAGE_BYTES) / ARENA_BYTES);
  const caches = Math.floor(CACHE_BLOCK_BYTES / rules.cacheRecordBytes);
  return {
    stackInuseBytes: STACK_BYTES,
    stackSysBytes: STACK_BYTES,
    mspanInuseBytes: records.inUseBytes(rules.spanRecordBytes),
    mspanSysBytes: records.systemBytes(rules.spanRecordBytes),
    mcacheInuseBytes: rules.cacheRecordBytes,
    mcacheSysBytes: caches * rules.cacheRecordBytes,
    buckHashSysBytes: BUCKET_HASH_BYTES,
    gcSysBytes: rules.collectorBytes + arenas * rules.collectorArenaBytes,
    otherSysBytes: OTHER_BYTES,
  };
}

/** Their sum: mapped memory that is not heap. */
export function processBytes(figures: ProcessFigures): number {
  return (
    figures.stackSysBytes +
    figures.mspanSysBytes +
    figures.mcacheSysBytes +
    figures.buckHashSysBytes +
    figures.gcSysBytes +
    figures.otherSysBytes
  );
}
