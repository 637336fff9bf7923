/**
 * Reading one snapshot, whose manifest is known, into a target.
 *
 * The index is read first, then the chunk files in the order of the manifest. Throws SnapshotDamage
 * at the first thing that is not as the format says; the target is then of no use.
 */
import { BlockReader, ReadBuffers } from "./block-reader.ts";
import { ChunkFileReader } from "./chunk-file-reader.ts";
import { IndexReader } from "./index-reader.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import { type FileEntry, type Manifest, nameOfEntry } from "./snapshot-manifest.ts";

/** Told after each block: blocks read so far and blocks of the snapshot. */
export type Progress = (done: number, total: number) => void;

/** What was read. */
export interface ReadCounts {
  readonly chunks: number;
  readonly samples: number;
  /** Chunks left out because their series expired while the snapshot was written. */
  readonly expiredChunks: number;
}

/** Reads the snapshot of `manifest` into `target`, which must be empty and is not finished here. */
export async function readSnapshot(
  directory: SnapshotDirectory,
  manifest: Manifest,
  target: RestoreTarget,
  onProgress: Progress,
): Promise<ReadCounts> {
  const total = manifest.files.reduce((sum, file) => sum + file.blockCount, 0);
  const buffers = new ReadBuffers();
  let done = 0;
  const readFile = async (entry: FileEntry, take: BlockTaker): Promise<void> => {
    const reader = await BlockReader.open(directory, entry, manifest.numbering, buffers);
    try {
      for (let block = await reader.next(); block !== null; block = await reader.next()) {
        take.take(block);
        onProgress(++done, total);
      }
    } finally {
      await reader.close();
    }
  };
  const [indexEntry, ...chunkEntries] = manifest.files as [FileEntry, ...FileEntry[]];
  const index = new IndexReader(manifest, target);
  await readFile(indexEntry, index);
  index.finish(nameOfEntry(indexEntry), indexEntry.length);
  const chunks = new ChunkFileReader(index.series, target);
  for (const entry of chunkEntries) await readFile(entry, chunks);
  checkChunkCounts(manifest, chunks);
  const { recordCount, sampleCount, expiredCount } = chunks;
  return { chunks: recordCount, samples: sampleCount, expiredChunks: expiredCount };
}

type BlockTaker = Pick<IndexReader, "take">;

function checkChunkCounts(manifest: Manifest, chunks: ChunkFileReader): void {
  const { counts, files } = manifest;
  if (chunks.recordCount === counts.chunks && chunks.sampleCount === counts.samples) return;
  const last = files.at(-1)!;
  const text = `got ${chunks.recordCount} chunks and ${chunks.sampleCount} samples`;
  const wanted = `want ${counts.chunks} and ${counts.samples}`;
  throw new SnapshotDamage(nameOfEntry(last), last.length, `${text}; ${wanted}`);
}
