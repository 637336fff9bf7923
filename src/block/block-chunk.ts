/**
 * A chunk as it goes into a block.
 *
 * Units: times are milliseconds since the epoch.
 */
export interface BlockChunk {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  /** 1 XOR, 2 histogram, 3 float histogram. */
  readonly encoding: number;
  readonly bytes: Uint8Array;
  readonly sampleCount: number;
}
