/**
 * A restore that reads each chunk into a temporary buffer first, as a loader does that decodes
 * record by record: the buffer is garbage as soon as the chunk is made.
 */
import type { WindowNumber } from "../base/units.ts";
import { StoreRestore } from "../engine/store-restore.ts";

export class CopyingTarget extends StoreRestore {
  override chunk(
    series: number,
    window: WindowNumber,
    bytes: Uint8Array,
    stateAt: number,
    stateLength: number,
    dataAt: number,
    dataLength: number,
    journalPosition: number,
  ): boolean {
    const { heap } = this.store;
    const buffer = heap.allocate(dataLength);
    const isTaken = super.chunk(
      series,
      window,
      bytes,
      stateAt,
      stateLength,
      dataAt,
      dataLength,
      journalPosition,
    );
    heap.drop(buffer, dataLength);
    return isTaken;
  }
}
