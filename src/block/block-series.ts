/**
 * The series of a block while it is written: label texts as symbols, chunks as places in the chunk
 * files, all in columns.
 *
 * I1  Texts are unique, and so are label sets, which are sorted by name; a series has at least one
 *     chunk, chunks by time.
 * I2  After rank() symbols are numbered in the order of their bytes, so that comparing numbers
 *     compares texts.
 *
 * Units: times are milliseconds; a place is file number * 2^32 + byte offset.
 */
import { compareUtf8 } from "../series/labels.ts";
import { NumberList } from "./number-list.ts";

export interface ChunkPlace {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly place: number;
}

const CHUNK_FIELDS = 3;

export class BlockSeries {
  private texts: string[] = [];
  private readonly labels = new NumberList();
  private readonly labelStarts = new NumberList();
  private readonly chunks = new NumberList();
  private readonly chunkStarts = new NumberList();

  constructor() {
    this.labelStarts.push(0);
    this.chunkStarts.push(0);
  }

  get count(): number {
    return this.labelStarts.length - 1;
  }

  get chunkCount(): number {
    return this.chunks.length / CHUNK_FIELDS;
  }

  /** Label texts; in the order of their bytes once they are ranked. */
  get symbols(): readonly string[] {
    return this.texts;
  }

  /** Adds a label text that is new; texts are numbered from 0. */
  addText(text: string): void {
    this.texts.push(text);
  }

  /** Adds a series: numbers of name, value, name, value … and where its chunks lie. */
  add(labels: Float64Array, chunks: readonly ChunkPlace[]): void {
    for (let i = 0; i < labels.length; i++) this.labels.push(labels[i] as number);
    this.labelStarts.push(this.labels.length);
    for (const { minTimeMs, maxTimeMs, place } of chunks) {
      this.chunks.push(minTimeMs);
      this.chunks.push(maxTimeMs);
      this.chunks.push(place);
    }
    this.chunkStarts.push(this.chunks.length);
  }

  /** Numbers the symbols by their bytes: I2. Nothing is added after this. */
  rank(): void {
    const order = this.texts.map((_text, symbol) => symbol);
    order.sort((a, b) => compareUtf8(this.texts[a] as string, this.texts[b] as string));
    const rankOf = new Float64Array(order.length);
    for (const [rank, symbol] of order.entries()) rankOf[symbol] = rank;
    this.texts = order.map((symbol) => this.texts[symbol] as string);
    for (let i = 0; i < this.labels.length; i++) {
      this.labels.set(i, rankOf[this.labels.at(i)] as number);
    }
  }

  /** Positions of the series in the order of their label sets; after rank(). */
  sorted(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_none, i) => i);
    return order.sort((a, b) => this.compare(a, b));
  }

  /** Label numbers of a series: name, value, name, value … */
  labelsOf(series: number, visit: (name: number, value: number) => void): void {
    const end = this.labelStarts.at(series + 1);
    for (let i = this.labelStarts.at(series); i < end; i += 2) {
      visit(this.labels.at(i), this.labels.at(i + 1));
    }
  }

  labelCountOf(series: number): number {
    return (this.labelStarts.at(series + 1) - this.labelStarts.at(series)) / 2;
  }

  chunkCountOf(series: number): number {
    return (this.chunkStarts.at(series + 1) - this.chunkStarts.at(series)) / CHUNK_FIELDS;
  }

  chunkOf(series: number, index: number): ChunkPlace {
    const at = this.chunkStarts.at(series) + index * CHUNK_FIELDS;
    return {
      minTimeMs: this.chunks.at(at),
      maxTimeMs: this.chunks.at(at + 1),
      place: this.chunks.at(at + 2),
    };
  }

  private compare(a: number, b: number): number {
    const startA = this.labelStarts.at(a);
    const startB = this.labelStarts.at(b);
    const lengthA = this.labelStarts.at(a + 1) - startA;
    const lengthB = this.labelStarts.at(b + 1) - startB;
    const shared = Math.min(lengthA, lengthB);
    for (let i = 0; i < shared; i++) {
      const order = this.labels.at(startA + i) - this.labels.at(startB + i);
      if (order !== 0) return order;
    }
    return lengthA - lengthB;
  }
}
