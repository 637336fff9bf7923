/**
 * Moves chunks out of sparse spans, which Go cannot do with its objects: a chunk is reached through
 * its record alone, so its slice may move.
 *
 * A slice is copied to a slot of its own class, the record is changed, the old slot is dropped; the
 * next collection frees the spans that are empty by then. Which spans are emptied is the plan's
 * business (heap/evacuation-plan.ts); here the chunks in them are found by walking the records.
 *
 * I1  No byte of a chunk changes, nor its capacity: it grows from there as it would have.
 * I2  Every chunk moves at most once in one pass.
 * I3  Between two steps anything may happen to heap and chunks. Whoever reads chunks through their
 *     records sees the old slice or the new one, both whole.
 *
 * Units: counts; …Bytes bytes.
 */
import { type ChunkRef, pageOfAddress } from "../base/units.ts";
import { EvacuationPlan } from "../heap/evacuation-plan.ts";
import type { HeapParts } from "../heap/heap-parts.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { type SliceLedger, SliceSource } from "./slice-ledger.ts";

/** Work of one step: 20 to 50 us, ten times that before the code is warm. */
const STEP_SPANS = 128;
const STEP_LOOKS = 128;
const STEP_BYTES = 32 << 10;

export class Compactor {
  movedCount = 0;
  movedBytes = 0;
  private readonly heap: HeapParts;
  private readonly chunks: ChunkTable;
  private readonly ledger: SliceLedger;
  private readonly plan: EvacuationPlan;
  private isPlanned = false;
  private chunk = 0 as ChunkRef;

  /** One pass over a heap that is swept. */
  constructor(heap: HeapParts, chunks: ChunkTable, ledger: SliceLedger) {
    this.heap = heap;
    this.chunks = chunks;
    this.ledger = ledger;
    this.plan = new EvacuationPlan(heap);
  }

  /** One small portion; false when the pass is over. Does nothing while a cycle is swept. */
  step(): boolean {
    if (this.heap.isSweeping) return true;
    if (!this.isPlanned) {
      this.isPlanned = !this.plan.step(STEP_SPANS);
      return !this.isPlanned || this.plan.chosenCount > 0;
    }
    return this.moveSome();
  }

  private moveSome(): boolean {
    const bytesBefore = this.movedBytes;
    this.ledger.source = SliceSource.compaction;
    for (let looks = 0; looks < STEP_LOOKS && this.chunk < this.chunks.upperBound; looks++) {
      this.look(this.chunk);
      this.chunk++;
      if (this.movedBytes - bytesBefore >= STEP_BYTES || this.heap.isSweeping) break;
    }
    this.ledger.source = SliceSource.ingestion;
    return this.chunk < this.chunks.upperBound;
  }

  /** Moves a chunk that lies in a chosen span. */
  private look(chunk: ChunkRef): void {
    const { chunks } = this;
    const { spans } = this.heap.store;
    if (!chunks.isLive(chunk)) return;
    if (!this.plan.isChosen(spans.spanAt(pageOfAddress(chunks.addressOf(chunk))))) return;
    chunks.moveSlice(chunk, chunks.capacityOf(chunk), chunks.byteLengthOf(chunk));
    this.plan.spare(spans.spanAt(pageOfAddress(chunks.addressOf(chunk))));
    this.movedCount++;
    this.movedBytes += chunks.byteLengthOf(chunk);
  }
}
