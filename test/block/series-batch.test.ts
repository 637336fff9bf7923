import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buffersOf,
  type SeriesBatch,
  SeriesBatchBuilder,
  seriesOf,
  textsOf,
} from "../../src/block/series-batch.ts";
import { blockSeries, PlainBatches, type PlainBlockSeries } from "./block-fixture.ts";

/** Reads batches the plain way: all texts so far by number. */
function readBack(batches: readonly SeriesBatch[]): PlainBlockSeries[] {
  const texts: string[] = [];
  const read: PlainBlockSeries[] = [];
  for (const batch of batches) {
    for (const bytes of textsOf(batch)) texts.push(Buffer.from(bytes).toString("utf8"));
    for (const { labels, chunks } of seriesOf(batch)) {
      read.push({
        labels: Array.from(labels, (number) => texts[number] as string),
        chunks: chunks.map((chunk) => ({ ...chunk, bytes: Uint8Array.from(chunk.bytes) })),
      });
    }
  }
  expect(new Set(texts).size).toBe(texts.length);
  return read;
}

describe("a batch of series", () => {
  it("gives back what was added, wherever one batch ends and the next begins", () => {
    fc.assert(
      fc.property(blockSeries, fc.infiniteStream(fc.boolean()), (series, ends) => {
        const plain = new PlainBatches();
        const batches: SeriesBatch[] = [];
        for (const one of series) {
          plain.add(one);
          if (ends.next().value) batches.push(plain.builder.take());
        }
        batches.push(plain.builder.take());
        expect(readBack(batches)).toEqual(series);
      }),
    );
  });

  it("is four buffers of its own, which can be given away", () => {
    const plain = new PlainBatches();
    const chunk = { minTimeMs: 1, maxTimeMs: 2, encoding: 1, sampleCount: 2 };
    const series = { labels: ["a", "b"], chunks: [{ ...chunk, bytes: Uint8Array.of(7, 8) }] };
    plain.add(series);
    const batch = plain.builder.take();
    const given = structuredClone(batch, { transfer: buffersOf(batch) });
    expect(buffersOf(batch).map((buffer) => buffer.byteLength)).toEqual([0, 0, 0, 0]);
    plain.add({ ...series, labels: ["a", "c"] });
    expect(readBack([given, plain.builder.take()])).toEqual([
      series,
      { ...series, labels: ["a", "c"] },
    ]);
  });

  it("tells what it takes, and is empty when it was taken", () => {
    const builder = new SeriesBatchBuilder();
    expect(builder.byteLength).toBe(0);
    builder.addText(Uint8Array.of(65));
    const taken = 1 + Float64Array.BYTES_PER_ELEMENT;
    expect(builder.byteLength).toBe(taken);
    const batch = builder.take();
    expect(buffersOf(batch).reduce((sum, buffer) => sum + buffer.byteLength, 0)).toBe(taken);
    expect(builder.byteLength).toBe(0);
  });
});
