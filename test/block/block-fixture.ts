/** Blocks for tests: made-up series, written to a directory of the machine that goes afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll } from "vitest";
import { NodeDisk } from "../../src/base/disk.ts";
import type { BlockChunk } from "../../src/block/block-chunk.ts";
import { BlockReader, type StoredSeries } from "../../src/block/block-reader.ts";
import { BlockWriter } from "../../src/block/block-writer.ts";
import { SeriesBatchBuilder } from "../../src/block/series-batch.ts";
import { compareUtf8, Labels } from "../../src/series/labels.ts";

export const WINDOW_MS = 4 * 3600 * 1000;
export const FROM_MS = 120_000 * WINDOW_MS;
export const disk = new NodeDisk();

export interface PlainBlockSeries {
  readonly labels: readonly string[];
  readonly chunks: readonly BlockChunk[];
}

/** A new directory that is removed after the file's tests. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-block-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const name = fc.oneof(fc.constantFrom("__name__", "job", "é", "😀", "\uffee"), fc.string());
const text = fc.oneof(fc.constantFrom("a", "b", "", "ü"), fc.string({ unit: "grapheme" }));

const labelSet = fc
  .dictionary(name, text, { minKeys: 1, maxKeys: 5, noNullPrototype: false })
  .map((record) => Labels.fromRecord(record))
  .filter(({ size }) => size > 0)
  .map((labels) =>
    Array.from({ length: labels.size }, (_, i) => [labels.nameAt(i), labels.valueAt(i)]).flat(),
  );

const chunks = fc
  .array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.uint8Array({ minLength: 2, maxLength: 300 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => {
    let lastMs = FROM_MS;
    return parts.map(([gap, length, bytes], i) => {
      const minTimeMs = lastMs + gap + 1;
      lastMs = minTimeMs + length;
      const chunk = { minTimeMs, maxTimeMs: lastMs, encoding: 1 + (i % 3), bytes };
      return { ...chunk, sampleCount: i + 1 };
    });
  });

/** Series with label sets that differ. */
export const blockSeries: fc.Arbitrary<PlainBlockSeries[]> = fc.uniqueArray(
  fc.record({ labels: labelSet, chunks }),
  { minLength: 1, maxLength: 20, selector: ({ labels }) => JSON.stringify(labels) },
);

/** Puts the batches of a block together from series with texts. */
export class PlainBatches {
  readonly builder = new SeriesBatchBuilder();
  private readonly numbers = new Map<string, number>();

  add({ labels, chunks }: PlainBlockSeries): void {
    const numbers = labels.map((text) => this.number(text));
    this.builder.addSeries(numbers, chunks);
  }

  private number(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.builder.addText(new TextEncoder().encode(text));
    this.numbers.set(text, number);
    return number;
  }
}

/** Writes a block, a few series a batch, and returns its directory. */
export async function writeBlock(
  parent: string,
  ulid: string,
  series: readonly PlainBlockSeries[],
): Promise<string> {
  const writer = await BlockWriter.begin(disk, parent, ulid);
  const batches = new PlainBatches();
  for (const [i, one] of series.entries()) {
    batches.add(one);
    if (i % 3 === 0) await writer.add(batches.builder.take());
  }
  await writer.add(batches.builder.take());
  await writer.finish(FROM_MS, FROM_MS + WINDOW_MS);
  return `${parent}/${ulid}`;
}

export async function readBlock(directory: string): Promise<StoredSeries[]> {
  return [...(await BlockReader.open(disk, directory)).series()];
}

/** Prometheus' order of label sets, the plain way. */
export function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareUtf8(a[i] as string, b[i] as string);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
