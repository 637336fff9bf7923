/** Restoring a single chunk out of memory of any length. */
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import { ChunkBatch } from "../../src/chunk/chunk-batch.ts";
import { type CapacityPolicy, restoreChunks } from "../../src/chunk/chunk-restore.ts";
import { type ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";

/** The chunk of a state and a stream in `bytes`; NO_CHUNK when they do not fit each other. */
export function restoreOne(
  chunks: ChunkTable,
  series: SeriesRef,
  window: WindowNumber,
  bytes: Uint8Array,
  stateAt: number,
  stateLength: number,
  dataAt: number,
  dataLength: number,
  policy: CapacityPolicy,
): ChunkRef {
  const padded = new Uint8Array((bytes.length + 7) & -8);
  padded.set(bytes);
  const words = new Uint32Array(padded.buffer);
  const saved = { bytes: padded, words, doubles: new Float64Array(padded.buffer) };
  const batch = new ChunkBatch();
  batch.add(series, window, stateAt, stateLength, dataAt, dataLength, 0);
  const end = restoreChunks(chunks, saved, batch, 0, 1, policy);
  return end === 0 ? NO_CHUNK : (batch.chunks[0]! as ChunkRef);
}
