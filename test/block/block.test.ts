import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBlockMeta, readTombstones } from "../../src/block/block-reader.ts";
import { ulidOf } from "../../src/block/ulid.ts";
import {
  blockSeries,
  compareLabels,
  disk,
  FROM_MS,
  newDirectory,
  type PlainBlockSeries,
  readBlock,
  WINDOW_MS,
  writeBlock,
} from "./block-fixture.ts";

let made = 0;
const nextUlid = () => ulidOf(1_700_000_000_000 + made++, () => 7);

/** What a reader must find: sorted series without the samples' count. */
function expected(series: readonly PlainBlockSeries[]) {
  return [...series]
    .sort((a, b) => compareLabels(a.labels, b.labels))
    .map(({ labels, chunks }) => ({
      labels,
      chunks: chunks.map(({ sampleCount: _count, ...chunk }) => chunk),
    }));
}

function plain(series: Awaited<ReturnType<typeof readBlock>>) {
  return series.map(({ labels, chunks }) => ({
    labels,
    chunks: chunks.map((chunk) => ({ ...chunk, bytes: Uint8Array.from(chunk.bytes) })),
  }));
}

describe("a block", () => {
  const parent = newDirectory();

  it("gives back every series and chunk, sorted by labels", async () => {
    await fc.assert(
      fc.asyncProperty(blockSeries, async (series) => {
        const directory = await writeBlock(parent, nextUlid(), series);
        expect(plain(await readBlock(directory))).toEqual(expected(series));
      }),
      { numRuns: 50 },
    );
  });

  it("says in meta.json what it holds", async () => {
    const bytes = Uint8Array.of(0, 1, 2);
    const chunk = { minTimeMs: FROM_MS, maxTimeMs: FROM_MS + 5, encoding: 1, bytes };
    const series = [{ labels: ["a", "b"], chunks: [{ ...chunk, sampleCount: 3 }] }];
    const ulid = nextUlid();
    const directory = await writeBlock(parent, ulid, series);
    const range = { minTime: FROM_MS, maxTime: FROM_MS + WINDOW_MS };
    expect(await readBlockMeta(disk, directory)).toEqual({ ulid, ...range, version: 1 });
    expect(JSON.parse(readFileSync(`${directory}/meta.json`, "utf8"))).toMatchObject({
      stats: { numSamples: 3, numSeries: 1, numChunks: 1 },
      compaction: { level: 1, sources: [ulid] },
    });
    expect(await readTombstones(disk, directory)).toEqual(new Map());
  });

  it("is there whole or not at all", async () => {
    const names = (await disk.list(parent)).filter((name) => name.includes("tmp"));
    expect(names).toEqual([]);
  });
});

/** A block of Prometheus 3.5.3: three samples, 15 s apart, of a series named f. */
const INDEX_OF_PROMETHEUS =
  "uqrXAAIAAAAQAAAAAwAIX19uYW1lX18BZmDzJRQAAAAOAQECAYDK7tXCaLDqAQi8+XAhAAAAAAwAAAABAAAAAQAA" +
  "AAIGdHxOAAAACAAAAAEAAAACVQKt0QAAAAgAAAABAAAAAlUCrdEAAAAPAAAAAQEIX19uYW1lX180lmcbuAAAABUA" +
  "AAACAgAASAIIX19uYW1lX18BZliQiVb/AAAAAAAAAAUAAAAAAAAAHQAAAAAAAAAzAAAAAAAAAGgAAAAAAAAASAAA" +
  "AAAAAAB/voUaAw==";
const CHUNKS_OF_PROMETHEUS = "hb1A3QEAAAAYAQADgMru1cJoAAAAAAAAAACYdcRX/sJX/lPGYWA=";

describe("a block of Prometheus", () => {
  it("is read, though its index counts the zeros before the first series to them", async () => {
    const directory = newDirectory();
    mkdirSync(`${directory}/chunks`);
    writeFileSync(`${directory}/index`, Buffer.from(INDEX_OF_PROMETHEUS, "base64"));
    writeFileSync(`${directory}/chunks/000001`, Buffer.from(CHUNKS_OF_PROMETHEUS, "base64"));
    const [series, ...more] = await readBlock(directory);
    expect(more).toEqual([]);
    expect(series?.labels).toEqual(["__name__", "f"]);
    expect(series?.chunks).toMatchObject([{ encoding: 1, minTimeMs: 1_795_654_800_000 }]);
    expect(series?.chunks[0]?.maxTimeMs).toBe(1_795_654_830_000);
  });
});

describe("a damaged block", () => {
  const parent = newDirectory();
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  const chunkAt = (minTimeMs: number) => {
    return { minTimeMs, maxTimeMs: minTimeMs + 5, encoding: 1, bytes, sampleCount: 3 };
  };
  const series = ["a", "b"].map((value, i) => {
    return { labels: ["__name__", value], chunks: [chunkAt(FROM_MS + i), chunkAt(FROM_MS + 50)] };
  });

  for (const file of ["index", "chunks/000001"]) {
    it(`is refused, or reads as before, with any byte of ${file} flipped`, async () => {
      const directory = await writeBlock(parent, nextUlid(), series);
      const whole = readFileSync(`${directory}/${file}`);
      for (let at = 0; at < whole.length; at++) {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] as number) ^ 0x41;
        writeFileSync(`${directory}/${file}`, damaged);
        const read = await readBlock(directory).then(plain, (error) => error.code);
        expect([read, at]).toEqual([read === "BLOCK_CORRUPT" ? read : expected(series), at]);
      }
    });

    it(`is refused, with the file's name, when ${file} is cut off anywhere`, async () => {
      const directory = await writeBlock(parent, nextUlid(), series);
      const whole = readFileSync(`${directory}/${file}`);
      for (let length = 0; length < whole.length; length++) {
        writeFileSync(`${directory}/${file}`, whole.subarray(0, length));
        await expect(readBlock(directory)).rejects.toMatchObject({
          code: "BLOCK_CORRUPT",
          message: expect.stringContaining(file),
        });
      }
    });
  }
});
