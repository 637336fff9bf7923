/**
 * Reading blocks of chunk records into a target.
 *
 * A block passed its checksum, so a record that does not fit was written wrong; it is damage all
 * the same, never an access outside the block.
 *
 * Units: offsets and lengths are bytes; words are 32 bits.
 */
import { ChunkBatch } from "../chunk/chunk-batch.ts";
import type { Block } from "./block-reader.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import {
  CHUNK_GRAIN_BYTES,
  CHUNK_HEADER_BYTES,
  CHUNKS_KIND,
  chunkPadded,
} from "./snapshot-format.ts";

/** Shortest stream: its 16-bit sample count. */
const STREAM_BYTES_MIN = 2;

export class ChunkFileReader {
  /** Records read, those of expired series included. */
  recordCount = 0;
  sampleCount = 0;
  /** Records left out because the index does not have their series. */
  expiredCount = 0;
  private readonly series: Uint32Array;
  private readonly target: RestoreTarget;
  private readonly batch = new ChunkBatch();

  /** `series` maps series numbers to the target's numbers plus 1, 0 for expired ones. */
  constructor(series: Uint32Array, target: RestoreTarget) {
    this.series = series;
    this.target = target;
  }

  /** Takes one block of a chunk file. */
  take(block: Block): void {
    if (block.kind !== CHUNKS_KIND) {
      throw damage(block, block.start, `kind ${block.kind} does not belong into a chunk file`);
    }
    this.takeRecords(block);
    this.recordCount += block.records;
  }

  /** Takes the records in front of the first one that is damaged, if there is one. */
  private takeRecords(block: Block): void {
    const { batch } = this;
    const end = this.findRecords(block);
    const taken = this.target.chunks(block, batch, 0, batch.count);
    if (taken < batch.count) {
      const at = batch.stateAt[taken]! - CHUNK_HEADER_BYTES;
      throw damage(block, at, "state and stream of a chunk do not fit each other");
    }
    if (end < 0) throw damage(block, ~end, "chunk leaves its block");
    if (end !== block.to) throw damage(block, end, "records do not fill the block");
  }

  /**
   * Puts the records of a block into the batch, but for those of expired series. Returns where they
   * end, or ~n when the one at n leaves the block.
   */
  private findRecords(block: Block): number {
    const { words, bytes, to, window, journalPosition } = block;
    const { batch, series } = this;
    let at = block.from;
    // No more records than fit: what a damaged count asks for is never made.
    batch.clear(Math.min(block.records, Math.ceil((to - at) / CHUNK_HEADER_BYTES)));
    let samples = 0;
    for (let left = block.records; left > 0; left--) {
      const word = at >>> 2;
      if (at + CHUNK_HEADER_BYTES > to) return ~at;
      const dataLength = words[word + 1]!;
      const packed = words[word + 2]!;
      const stateLength = (packed & 0xffff) * CHUNK_GRAIN_BYTES;
      const stateAt = at + CHUNK_HEADER_BYTES;
      const dataAt = stateAt + stateLength;
      if (dataAt + dataLength > to || dataLength < STREAM_BYTES_MIN) return ~at;
      samples += (bytes[dataAt]! << 8) | bytes[dataAt + 1]!;
      const owner = series[words[word]!] ?? 0;
      const position = journalPosition + words[word + 3]!;
      if (owner === 0) this.expiredCount++;
      else {
        const number = window + (packed >> 16);
        batch.add(owner - 1, number, stateAt, stateLength, dataAt, dataLength, position);
      }
      at = dataAt + chunkPadded(dataLength);
    }
    this.sampleCount += samples;
    return at;
  }
}

function damage(block: Block, at: number, reason: string): SnapshotDamage {
  return new SnapshotDamage(block.file, block.offset + at, reason);
}
