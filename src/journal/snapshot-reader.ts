/**
 * Reading one snapshot, whose manifest is known, into a target.
 *
 * The index is read first, then the chunk files in the order of the manifest. Throws SnapshotDamage
 * at the first thing that is not as the format says; the target is then of no use. Where the caller
 * takes damage of chunk files, what is damaged is left out (salvage.ts).
 */
import { BlockReader, ReadBuffers } from "./block-reader.ts";
import { ChunkFileReader } from "./chunk-file-reader.ts";
import { IndexReader } from "./index-reader.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { salvageFile } from "./salvage.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import { type FileEntry, type Manifest, nameOfEntry } from "./snapshot-manifest.ts";
import type { FileRead } from "./window-files.ts";

/** Told after each block: blocks read so far and blocks of the snapshot. */
export type Progress = (done: number, total: number) => void;

/** What was read. */
export interface ReadCounts {
  readonly chunks: number;
  readonly samples: number;
  /** Chunks left out because their series expired while the snapshot was written. */
  readonly expiredChunks: number;
  /** Files whose every chunk the target took, with the series numbers that the files have. */
  readonly wholeFiles: readonly FileRead[];
}

/** Takes damage of chunk files: what it is about is left out. */
export type DamageTaker = (damage: SnapshotDamage, entry: FileEntry) => void;

/**
 * Reads the snapshot of `manifest` into `target`, which must be empty and is not finished here.
 * Without `takeDamage` any damage is thrown.
 */
export async function readSnapshot(
  directory: SnapshotDirectory,
  manifest: Manifest,
  target: RestoreTarget,
  onProgress: Progress,
  takeDamage: DamageTaker | null = null,
): Promise<ReadCounts> {
  const buffers = new ReadBuffers();
  try {
    return await readFiles(directory, manifest, target, buffers, onProgress, takeDamage);
  } finally {
    buffers.end();
  }
}

async function readFiles(
  directory: SnapshotDirectory,
  manifest: Manifest,
  target: RestoreTarget,
  buffers: ReadBuffers,
  onProgress: Progress,
  takeDamage: DamageTaker | null,
): Promise<ReadCounts> {
  const total = manifest.files.reduce((sum, file) => sum + file.blockCount, 0);
  let done = 0;
  const open = (entry: FileEntry): Promise<BlockReader> =>
    BlockReader.open(directory, entry, manifest.numbering, buffers);
  const readFile = async (entry: FileEntry, take: BlockTaker): Promise<void> => {
    const reader = await open(entry);
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
  const wholeFiles: FileRead[] = [];
  for (const entry of chunkEntries) {
    if (takeDamage === null) {
      const { sampleCount, expiredCount } = chunks;
      await readFile(entry, chunks);
      if (!index.keepsNumbers || chunks.expiredCount > expiredCount) continue;
      wholeFiles.push({ entry, sampleCount: chunks.sampleCount - sampleCount });
    } else
      await salvageFile(
        () => open(entry),
        chunks,
        (damage) => takeDamage(damage, entry),
      );
  }
  if (takeDamage === null) checkChunkCounts(manifest, chunks);
  const { recordCount, sampleCount, expiredCount } = chunks;
  return { chunks: recordCount, samples: sampleCount, expiredChunks: expiredCount, wholeFiles };
}

export type BlockTaker = Pick<IndexReader, "take">;

function checkChunkCounts(manifest: Manifest, chunks: ChunkFileReader): void {
  const { counts, files } = manifest;
  if (chunks.recordCount === counts.chunks && chunks.sampleCount === counts.samples) return;
  const last = files.at(-1)!;
  const text = `got ${chunks.recordCount} chunks and ${chunks.sampleCount} samples`;
  const wanted = `want ${counts.chunks} and ${counts.samples}`;
  throw new SnapshotDamage(nameOfEntry(last), last.length, `${text}; ${wanted}`);
}
