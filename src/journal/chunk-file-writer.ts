/**
 * Writing one chunk file: each record is a chunk as of one moment.
 *
 * The memory of streams starts at a multiple of 4 (a region of the heap does).
 *
 * Units: bytes; …Word offsets count 32-bit words.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { BlockBuilder } from "./block-builder.ts";
import type { BlockFile, FileSummary } from "./block-file.ts";
import type { SeriesMarks } from "./series-marks.ts";
import {
  BLOCK_BYTES,
  CHUNK_GRAIN_BYTES,
  CHUNK_HEADER_BYTES,
  CHUNK_STATE_BYTES_MAX,
  CHUNKS_KIND,
  chunkPadded,
} from "./snapshot-format.ts";
import type { ChunkSource } from "./snapshot-source.ts";

/**
 * Streams up to this length are copied by a loop: the view that a native copy needs costs 100 ns
 * and garbage, whose collection would hold up ingestion for milliseconds.
 */
const COPY_WORDS_BYTES_MAX = 1024;

export class ChunkFileWriter {
  chunkCount = 0;
  sampleCount = 0;
  private readonly file: BlockFile;
  private readonly chunks: ChunkSource;
  private readonly written: SeriesMarks;
  private readonly builder: BlockBuilder;
  private source: Uint8Array = new Uint8Array(0);
  private sourceWords: Uint32Array = new Uint32Array(0);

  /** Marks in `written` whose chunks it wrote. */
  constructor(file: BlockFile, chunks: ChunkSource, written: SeriesMarks) {
    this.file = file;
    this.chunks = chunks;
    this.written = written;
    this.builder = new BlockBuilder(file, CHUNKS_KIND, BLOCK_BYTES);
  }

  /** Blocks that wait for drain(). */
  get backlog(): number {
    return this.file.backlog;
  }

  drain(): Promise<void> {
    return this.file.drain();
  }

  /** Copies a live chunk into the open block, with the journal position of this moment. */
  put(chunk: ChunkRef, journalPosition: number): void {
    const { chunks, builder } = this;
    const stateLength = chunks.stateBytesOf(chunk);
    const dataLength = chunks.byteLengthOf(chunk);
    assert(stateLength <= CHUNK_STATE_BYTES_MAX, "state of a chunk is too long for its record");
    const stateSize = chunkPadded(stateLength);
    const dataSize = chunkPadded(dataLength);
    const window = chunks.windowOf(chunk);
    builder.rebase(window, journalPosition);
    const at = builder.reserve(CHUNK_HEADER_BYTES + stateSize + dataSize);
    const stateAt = at + CHUNK_HEADER_BYTES;
    const dataAt = stateAt + stateSize;
    const { words, halves } = builder;
    const word = at >>> 2;
    clearGrain(words, dataAt);
    clearGrain(words, dataAt + dataSize);
    const series = chunks.seriesOf(chunk);
    this.written.add(series);
    words[word] = series;
    words[word + 1] = dataLength;
    halves[(at >>> 1) + 4] = stateSize / CHUNK_GRAIN_BYTES;
    halves[(at >>> 1) + 5] = window - builder.windowBase;
    words[word + 3] = journalPosition - builder.journalBase;
    chunks.writeState(chunk, builder.bytes, stateAt, stateLength);
    this.copyStream(chunk, dataAt, dataLength);
    this.chunkCount++;
    this.sampleCount += chunks.sampleCountOf(chunk);
  }

  /** Seals the last block and makes the file durable. */
  finish(): Promise<FileSummary> {
    this.builder.end();
    return this.file.finish();
  }

  /** Copies a stream to `at`; what lies behind it up to the next multiple of 8 stays zero. */
  private copyStream(chunk: ChunkRef, at: number, length: number): void {
    const source = this.chunks.bytesOf(chunk);
    const from = this.chunks.offsetOf(chunk);
    if ((from & 3) !== 0 || length > COPY_WORDS_BYTES_MAX) {
      this.builder.bytes.set(source.subarray(from, from + length), at);
      return;
    }
    if (source !== this.source) this.setSource(source);
    copyWords(this.sourceWords, from >>> 2, this.builder.words, at >>> 2, length);
  }

  private setSource(source: Uint8Array): void {
    this.source = source;
    this.sourceWords = new Uint32Array(source.buffer, source.byteOffset, source.length >>> 2);
  }
}

/** Copies `length` bytes word by word; the last word keeps only the bytes that belong to them. */
function copyWords(
  source: Uint32Array,
  from: number,
  target: Uint32Array,
  to: number,
  length: number,
): void {
  const whole = length >>> 2;
  for (let i = 0; i < whole; i++) target[to + i] = source[from + i]!;
  const rest = length & 3;
  if (rest > 0) target[to + whole] = source[from + whole]! & (0xffffffff >>> (32 - rest * 8));
}

/** Zeroes the 8 bytes in front of `end`: the padding behind what is written there next. */
function clearGrain(words: Uint32Array, end: number): void {
  words[(end >>> 2) - 1] = 0;
  words[(end >>> 2) - 2] = 0;
}
