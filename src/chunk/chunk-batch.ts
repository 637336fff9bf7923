/**
 * Saved chunks that are restored together: where the state and the stream of each lie in one piece
 * of memory, as columns.
 *
 * Units: offsets and lengths are bytes from the start of the memory; positions are the journal's.
 */

/** Memory that starts at a multiple of 8, under several views. */
export interface AlignedBytes {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

const FIRST_LENGTH = 1024;

export class ChunkBatch {
  count = 0;
  series = new Uint32Array(FIRST_LENGTH);
  windows = new Int32Array(FIRST_LENGTH);
  /** A multiple of 8. */
  stateAt = new Uint32Array(FIRST_LENGTH);
  stateLength = new Uint32Array(FIRST_LENGTH);
  dataAt = new Uint32Array(FIRST_LENGTH);
  dataLength = new Uint32Array(FIRST_LENGTH);
  /** The journal position that the chunk is complete to. */
  positions = new Float64Array(FIRST_LENGTH);
  /** The chunk that was made of the entry. */
  chunks = new Uint32Array(FIRST_LENGTH);

  /** Forgets all entries and makes room for `count`. */
  clear(count: number): void {
    this.count = 0;
    if (count <= this.series.length) return;
    const length = Math.max(count, this.series.length * 2);
    this.series = new Uint32Array(length);
    this.windows = new Int32Array(length);
    this.stateAt = new Uint32Array(length);
    this.stateLength = new Uint32Array(length);
    this.dataAt = new Uint32Array(length);
    this.dataLength = new Uint32Array(length);
    this.positions = new Float64Array(length);
    this.chunks = new Uint32Array(length);
  }

  /** Adds an entry, for which there is room. */
  add(
    series: number,
    window: number,
    stateAt: number,
    stateLength: number,
    dataAt: number,
    dataLength: number,
    position: number,
  ): void {
    const at = this.count++;
    this.series[at] = series;
    this.windows[at] = window;
    this.stateAt[at] = stateAt;
    this.stateLength[at] = stateLength;
    this.dataAt[at] = dataAt;
    this.dataLength[at] = dataLength;
    this.positions[at] = position;
  }
}
