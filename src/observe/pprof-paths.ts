/**
 * The call paths of a heap profile: which functions a slice of each origin came through.
 *
 * They are written down, not sampled: every allocation of the simulated heap is one of a few. The
 * innermost frame is the window that the slice belongs to, so that `pprof -top` lists windows by
 * themselves (flat) and origins by their sum (cum).
 */
import type { AllocationEntry, AllocationOrigin } from "../engine/heap-status-origins.ts";

/** One frame of a call path. */
export interface Frame {
  readonly name: string;
  readonly file: string;
}

function frame(name: string, file: string): Frame {
  return { name, file };
}

const INGEST = frame("spandrel.ingest", "src/engine/ingest.ts");
const APPEND = frame("series.Head.append", "src/series/head.ts");
const CREATE = frame("chunk.ChunkTable.create", "src/chunk/chunk-table.ts");
const GROW = frame("chunk.ChunkTable.growSlice", "src/chunk/chunk-table.ts");
const MOVE = frame("chunk.ChunkTable.moveSlice", "src/chunk/chunk-table.ts");
const RESTORE = frame("spandrel.restore", "src/engine/store-restore.ts");
const RESTORE_CHUNK = frame("chunk.restoreChunks", "src/chunk/chunk-restore.ts");
const COMPACTION = frame("spandrel.compaction", "src/engine/compaction.ts");

/** Outermost frame first. */
const PATHS: {
  readonly [Source in Exclude<AllocationOrigin["source"], "garbage">]: Readonly<
    Record<"made" | "grown" | "remade", readonly Frame[]>
  >;
} = {
  ingestion: {
    made: [INGEST, APPEND, CREATE],
    grown: [INGEST, APPEND, frame("chunk.appendSample", "src/chunk/xor-appender.ts"), GROW],
    remade: [INGEST, APPEND, frame("chunk.insertSample", "src/chunk/late-insert.ts"), MOVE],
  },
  restore: {
    made: [RESTORE, RESTORE_CHUNK, CREATE],
    grown: [RESTORE, RESTORE_CHUNK, GROW],
    remade: [RESTORE, RESTORE_CHUNK, MOVE],
  },
  compaction: {
    made: [COMPACTION, CREATE],
    grown: [COMPACTION, GROW],
    remade: [COMPACTION, frame("chunk.Compactor.step", "src/chunk/compactor.ts"), MOVE],
  },
};
const GARBAGE = [frame("spandrel.garbage", "src/heap/sweeper.ts")];
const SWEEP = frame("waits for its sweep", "src/heap/sweeper.ts");

/** Name of the window frame of an entry, also its label "window". */
export function windowName(startMs: number | null): string {
  if (startMs === null) return "expired windows";
  return `window ${new Date(startMs).toISOString().replace(".000Z", "Z")}`;
}

/** The call path of an entry, innermost frame first. */
export function framesOf({ origin, windowStartMs }: AllocationEntry): Frame[] {
  if (origin.source === "garbage") return [SWEEP, ...GARBAGE];
  const window = frame(windowName(windowStartMs), "src/series/window-lists.ts");
  return [window, ...PATHS[origin.source][origin.kind].toReversed()];
}
