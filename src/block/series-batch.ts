/**
 * Series on their way into a block, many at once: four arrays, which a thread can be given without
 * anything being copied or looked at. No string is made on the way; whoever writes the block makes
 * them.
 *
 * I1  The texts of a block's labels are numbered from 0 in the order in which they come, through
 *     all its batches; each comes once, not later than the first series that names it.
 * I2  `series` is, for every series: count of label numbers, these (name, value, name, value …,
 *     sorted by name), count of chunks, and for every chunk first time, last time, encoding,
 *     count of samples, length of its data.
 *
 * Units: times are milliseconds since the epoch; lengths are bytes.
 */
import { assert } from "../base/assert.ts";
import type { BlockChunk } from "./block-chunk.ts";
import { ByteWriter } from "./byte-writer.ts";
import { NumberList } from "./number-list.ts";

export interface SeriesBatch {
  /** Texts that are new, in UTF-8, one behind the other. */
  readonly texts: Uint8Array<ArrayBuffer>;
  readonly textLengths: Float64Array<ArrayBuffer>;
  readonly series: Float64Array<ArrayBuffer>;
  /** Data of the chunks, one behind the other. */
  readonly chunks: Uint8Array<ArrayBuffer>;
}

/** The buffers of a batch: all that a thread needs to be given. */
export function buffersOf({ texts, textLengths, series, chunks }: SeriesBatch): ArrayBuffer[] {
  return [texts.buffer, textLengths.buffer, series.buffer, chunks.buffer];
}

/** Puts the batches of one block together. */
export class SeriesBatchBuilder {
  private readonly texts = new ByteWriter();
  private readonly textLengths = new NumberList();
  private readonly series = new NumberList();
  private readonly chunks = new ByteWriter();
  private textCount = 0;

  /** What the batch takes so far. */
  get byteLength(): number {
    const numbers = this.textLengths.length + this.series.length;
    return this.texts.length + this.chunks.length + numbers * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Adds a text that no batch of the block has had; returns its number. */
  addText(bytes: Uint8Array): number {
    this.texts.append(bytes);
    this.textLengths.push(bytes.length);
    return this.textCount++;
  }

  /** Adds a series: numbers of name, value, name, value … and its chunks by time. */
  addSeries(labels: readonly number[], chunks: readonly BlockChunk[]): void {
    assert(chunks.length > 0, "a series of a block has a chunk");
    this.series.push(labels.length);
    for (let i = 0; i < labels.length; i++) this.series.push(labels[i] as number);
    this.series.push(chunks.length);
    for (let i = 0; i < chunks.length; i++) this.addChunk(chunks[i] as BlockChunk);
  }

  /** What was added since the last call. */
  take(): SeriesBatch {
    const batch = {
      texts: this.texts.view.slice(),
      textLengths: this.textLengths.view.slice(),
      series: this.series.view.slice(),
      chunks: this.chunks.view.slice(),
    };
    this.texts.clear();
    this.textLengths.clear();
    this.series.clear();
    this.chunks.clear();
    return batch;
  }

  private addChunk(chunk: BlockChunk): void {
    this.series.push(chunk.minTimeMs);
    this.series.push(chunk.maxTimeMs);
    this.series.push(chunk.encoding);
    this.series.push(chunk.sampleCount);
    this.series.push(chunk.bytes.length);
    this.chunks.append(chunk.bytes);
  }
}

/** Texts of a batch, in the order of their numbers. */
export function* textsOf({ texts, textLengths }: SeriesBatch): Generator<Uint8Array> {
  let from = 0;
  for (const length of textLengths) {
    yield texts.subarray(from, from + length);
    from += length;
  }
}

/** A series as a batch holds it; label numbers and bytes are views. */
export interface BatchedSeries {
  readonly labels: Float64Array;
  readonly chunks: readonly BlockChunk[];
}

/** Series of a batch, in the order in which they were added. */
export function* seriesOf({ series, chunks }: SeriesBatch): Generator<BatchedSeries> {
  let at = 0;
  let byteAt = 0;
  const next = (): number => series[at++] as number;
  while (at < series.length) {
    const labelCount = next();
    const labels = series.subarray(at, at + labelCount);
    at += labelCount;
    const own: BlockChunk[] = [];
    for (let left = next(); left > 0; left--) {
      const times = { minTimeMs: next(), maxTimeMs: next() };
      const kind = { encoding: next(), sampleCount: next() };
      const length = next();
      own.push({ ...times, ...kind, bytes: chunks.subarray(byteAt, byteAt + length) });
      byteAt += length;
    }
    yield { labels, chunks: own };
  }
}
