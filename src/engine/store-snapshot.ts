/**
 * A store as the source of a snapshot.
 */
import type { ChunkRef, WindowNumber } from "../base/units.ts";
import { stateBytesOf, writeState } from "../chunk/chunk-state.ts";
import type { ChunkTable } from "../chunk/chunk-table.ts";
import type {
  ChunkSource,
  FamilyMetadata,
  SnapshotSource,
  WindowSource,
} from "../journal/snapshot-source.ts";
import type { Head } from "../series/head.ts";
import type { MetadataStore } from "./metadata-store.ts";
import type { Store } from "./store.ts";

/** Where the journal stands; a store without a journal stands at 0. */
export interface JournalState {
  readonly position: number;
  readonly lastNumber: number;
}

const NO_JOURNAL: JournalState = { position: 0, lastNumber: 0 };

function chunkSource(chunks: ChunkTable): ChunkSource {
  return {
    isLive: (chunk) => chunks.isLive(chunk),
    seriesOf: (chunk) => chunks.seriesOf(chunk),
    windowOf: (chunk) => chunks.windowOf(chunk),
    olderOf: (chunk) => chunks.olderOf(chunk),
    sampleCountOf: (chunk) => chunks.sampleCountOf(chunk),
    byteLengthOf: (chunk) => chunks.byteLengthOf(chunk),
    bytesOf: (chunk) => chunks.bytesOf(chunk),
    offsetOf: (chunk) => chunks.offsetOf(chunk),
    stateBytesOf: (chunk: ChunkRef) => stateBytesOf(chunks, chunk),
    writeState: (chunk, into, at, length) => writeState(chunks, chunk, into, at, length),
  };
}

function windowSource(head: Head): WindowSource {
  const { windows } = head;
  return {
    numbers: () => windows.numbers(),
    walk: (window) => windows.walk(window),
    countOf: (window) => windows.countOf(window),
    changeOf: (window) => head.changeOf(window as WindowNumber),
    get splitCount() {
      return windows.splitCount;
    },
  };
}

function* families(metadata: MetadataStore): Iterable<FamilyMetadata> {
  for (const [name, { type, help, unit }] of metadata.families) yield { name, type, help, unit };
}

/** The parts of a store that a snapshot is written from; `journal` is asked again and again. */
export function snapshotSource(
  store: Store,
  metadata: MetadataStore,
  journal: JournalState = NO_JOURNAL,
): SnapshotSource {
  const { head } = store;
  return {
    symbols: head.index.symbols,
    pairs: head.index.pairs,
    series: head.index.series,
    windows: windowSource(head),
    chunks: chunkSource(store.chunks),
    tombstones: head.tombstones,
    exemplars: head.exemplars,
    families: () => families(metadata),
    journalPosition: () => journal.position,
    lastJournalNumber: () => journal.lastNumber,
  };
}
