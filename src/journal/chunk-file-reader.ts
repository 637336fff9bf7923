/**
 * Reading blocks of chunk records into a target.
 *
 * A block passed its checksum, so a record that does not fit was written wrong; it is damage all
 * the same, never an access outside the block.
 *
 * Units: offsets and lengths are bytes; words are 32 bits.
 */
import type { WindowNumber } from "../base/units.ts";
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

  /** `series` maps series numbers to the target's numbers plus 1, 0 for expired ones. */
  constructor(series: Uint32Array, target: RestoreTarget) {
    this.series = series;
    this.target = target;
  }

  /** Takes one block of a chunk file. */
  take(block: Block): void {
    if (block.kind !== CHUNKS_KIND) {
      throw damage(block, 0, `kind ${block.kind} does not belong into a chunk file`);
    }
    let at = block.from;
    for (let left = block.records; left > 0; left--) at = this.takeRecord(block, at);
    if (at !== block.to) throw damage(block, at, "records do not fill the block");
    this.recordCount += block.records;
  }

  /** Takes the record at `at`; returns where the next one starts. */
  private takeRecord(block: Block, at: number): number {
    const { words, bytes } = block;
    const word = at >>> 2;
    if (at + CHUNK_HEADER_BYTES > block.to) throw damage(block, at, "chunk leaves its block");
    const dataLength = words[word + 1]!;
    const packed = words[word + 2]!;
    const stateLength = (packed & 0xffff) * CHUNK_GRAIN_BYTES;
    const stateAt = at + CHUNK_HEADER_BYTES;
    const dataAt = stateAt + stateLength;
    if (dataAt + dataLength > block.to || dataLength < STREAM_BYTES_MIN) {
      throw damage(block, at, "chunk leaves its block");
    }
    this.sampleCount += (bytes[dataAt]! << 8) | bytes[dataAt + 1]!;
    const window = (block.window + (packed >> 16)) as WindowNumber;
    const series = this.series[words[word]!] ?? 0;
    const position = block.journalPosition + words[word + 3]!;
    if (series === 0) this.expiredCount++;
    else if (
      !this.target.chunk(
        series - 1,
        window,
        bytes,
        stateAt,
        stateLength,
        dataAt,
        dataLength,
        position,
      )
    ) {
      throw damage(block, at, "state and stream of a chunk do not fit each other");
    }
    return dataAt + chunkPadded(dataLength);
  }
}

function damage(block: Block, at: number, reason: string): SnapshotDamage {
  return new SnapshotDamage(block.file, block.offset + at, reason);
}
