/**
 * A restore that reads each chunk into a temporary buffer first, as a loader does that decodes
 * record by record: the buffer is garbage as soon as the chunk is made.
 */
import type { AlignedBytes, ChunkBatch } from "../chunk/chunk-batch.ts";
import { StoreRestore } from "../engine/store-restore.ts";

export class CopyingTarget extends StoreRestore {
  override chunks(saved: AlignedBytes, batch: ChunkBatch, from: number, to: number): number {
    const { heap } = this.store;
    for (let i = from; i < to; i++) {
      const length = batch.dataLength[i]!;
      const buffer = heap.allocate(length);
      const end = super.chunks(saved, batch, i, i + 1);
      heap.drop(buffer, length);
      if (end === i) return i;
    }
    return to;
  }
}
