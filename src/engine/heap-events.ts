/**
 * What happened to the heap, found by comparing two looks at the engine a moment apart: purges,
 * snapshots, restarts, compactions. Collections are not among them: their number is a figure.
 *
 * A purge is told when it is over, since its chunks are released in portions.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import type { Engine } from "./engine.ts";
import type { RestoreFigures } from "./persistence.ts";
import type { Store } from "./store.ts";

export type HeapEventKind = "compaction" | "purge" | "restart" | "snapshot" | "snapshot-failed";

export interface HeapEvent {
  readonly timeMs: number;
  readonly kind: HeapEventKind;
  readonly text: string;
}

const BINARY_MIB = 2 ** 20;
const TEXT_DIGITS = 1;

function mebibytes(bytes: number): string {
  return `${(bytes / BINARY_MIB).toFixed(TEXT_DIGITS)} MiB`;
}

export class HeapEventWatch {
  private readonly engine: Engine;
  private store: Store | null = null;
  private restored: RestoreFigures | null = null;
  private written = 0;
  private failed = 0;
  private purged = 0;
  private purgingFrom = 0;
  private compactions = 0;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** What happened since the last look. */
  look(timeMs: number): HeapEvent[] {
    const found: [HeapEventKind, string][] = [...this.lookAtDisk()];
    const store = this.engine.hasStore ? this.engine.store : null;
    if (store !== null) found.push(...this.lookAtStore(store));
    return found.map(([kind, text]) => ({ timeMs, kind, text }));
  }

  private *lookAtDisk(): Generator<[HeapEventKind, string]> {
    const { snapshots, restored } = this.engine.persistence;
    if (snapshots.writtenTotal > this.written && snapshots.last !== null) {
      const { counts, bytes, durationSeconds } = snapshots.last;
      const size = `${counts.chunks} chunks, ${mebibytes(bytes)}`;
      yield ["snapshot", `${size} in ${durationSeconds.toFixed(2)} s`];
    }
    if (snapshots.failedTotal > this.failed) {
      yield ["snapshot-failed", "a snapshot could not be written"];
    }
    this.written = snapshots.writtenTotal;
    this.failed = snapshots.failedTotal;
    if (restored !== null && restored !== this.restored) {
      const policy = `capacity ${restored.capacity}, order ${restored.order ?? "unknown"}`;
      yield ["restart", `restored ${restored.chunkCount} chunks (${policy})`];
    }
    this.restored = restored;
  }

  private *lookAtStore(store: Store): Generator<[HeapEventKind, string]> {
    const purged = store.head.purgedChunkCount;
    const { runs, movedChunks } = store.compaction.totals;
    if (store !== this.store) {
      this.store = store;
      this.purgingFrom = purged;
      this.compactions = runs;
    } else if (purged === this.purged && purged > this.purgingFrom) {
      yield ["purge", `${purged - this.purgingFrom} chunks of an expired window dropped`];
      this.purgingFrom = purged;
    }
    this.purged = purged;
    if (runs > this.compactions) yield ["compaction", `compaction: ${movedChunks} chunks moved`];
    this.compactions = runs;
  }
}
