/**
 * A window on its way into a block, against a naive twin: the label sets as objects, sorted as
 * Prometheus sorts them.
 *
 * Units: …Ms milliseconds.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { BlockReader } from "../../src/block/block-reader.ts";
import { BlockExport } from "../../src/engine/block-export.ts";
import type { Store } from "../../src/engine/store.ts";
import { deleteSamples } from "../../src/series/deletion.ts";
import { EpochSeriesSet } from "../../src/series/epoch-series-set.ts";
import { Labels } from "../../src/series/labels.ts";
import { disk, newDirectory } from "../block/block-fixture.ts";
import { append, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const { windowMs } = SETTINGS;
const STEP_MS = 60_000;

type Pairs = readonly (readonly [string, string])[];

const name = fc.constantFrom("A", "_", "a", "aa", "é", "\uffee", "😀");
const value = fc.oneof(
  fc.constantFrom("__name__", "a", "é", "\uffee", "😀", "😀a"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
);
const labelSet: fc.Arbitrary<Pairs> = fc
  .tuple(value, fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: false }))
  .map(([metric, others]) => [["__name__", metric], ...Object.entries(others)]);
const labelSets = fc.uniqueArray(labelSet, {
  minLength: 1,
  maxLength: 60,
  selector: (pairs) => Labels.fromPairs(pairs).key(),
});

/** Each look at it is a millisecond: every slice is over soon. */
function hastyClock(clock: Clock): Clock {
  let looks = 0;
  return { nowMs: () => clock.nowMs(), monotonicMs: () => looks++ };
}

/** Stores `count` samples of every series from `startMs` on. */
function fill(store: Store, sets: readonly Pairs[], startMs: number, count: number): void {
  for (let i = 0; i < count; i++) {
    for (const [s, pairs] of sets.entries()) {
      append(store, seriesOf(store, pairs), startMs + i * STEP_MS, i * s);
    }
  }
}

/** What the block of the first window must hold. */
function plainBlock(store: Store) {
  const range = { fromMs: START_MS, toMs: START_MS + windowMs - 1, newestOnly: false };
  const set = new EpochSeriesSet(store.head, [], range);
  while (!set.prepare(() => true));
  const all = Array.from({ length: set.count }, (_, index) => {
    const chunks = set.chunks(index).map(({ sampleCount: _count, ...chunk }) => chunk);
    return { labels: set.labels(index), chunks };
  });
  set.close();
  return all
    .filter(({ chunks }) => chunks.length > 0)
    .sort((a, b) => Labels.compare(a.labels, b.labels))
    .map(({ labels, chunks }) => ({ labels: labels.namesAndValues, chunks }));
}

const parent = newDirectory();
let made = 0;

/** The blocks in a directory, series by series as they come. */
async function blocksOf(path: string) {
  const names = (await disk.list(path)).filter((one) => !one.endsWith(".json"));
  const blocks = names.map(async (one) => {
    const series = [...(await BlockReader.open(disk, `${path}/${one}`)).series()];
    return series.map(({ labels, chunks }) => {
      return { labels, chunks: chunks.map((c) => ({ ...c, bytes: Uint8Array.from(c.bytes) })) };
    });
  });
  return Promise.all(blocks);
}

/** Exports what is sealed to a new directory, while `meanwhile` happens again and again. */
async function exported(store: Store, clock: Clock, meanwhile: () => void) {
  const path = `${parent}/${made++}`;
  const blocks = new BlockExport({ path, delayMs: 0 }, disk, hastyClock(clock), silentLog, () => 7);
  const run = { isOver: false };
  const over = blocks.run(store.head).finally(() => {
    run.isOver = true;
  });
  while (!run.isOver) {
    meanwhile();
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await over;
  return { path, blocks: await blocksOf(path), figures: blocks.figures };
}

/** A store whose first window has ended, with these series in it. */
function sealedStore(sets: readonly Pairs[]) {
  const parts = storeAt(START_MS);
  parts.store.settle();
  parts.clock.set(START_MS + windowMs - 1);
  fill(parts.store, sets, START_MS, 5);
  parts.clock.advance(windowMs / 2);
  parts.store.settle();
  return parts;
}

/** Deletes the window's samples of the series of one metric name. */
function deleteNamed(store: Store, name: string): void {
  const series = seriesOf(store, [["__name__", name]]);
  deleteSamples(store.head, series, START_MS, START_MS + windowMs);
}

describe("the block of a window", () => {
  it("has every series with its chunks, in Prometheus' order of label sets", async () => {
    await fc.assert(
      fc.asyncProperty(labelSets, async (sets) => {
        const { store, clock } = sealedStore(sets);
        const plain = plainBlock(store);
        expect(plain).toHaveLength(sets.length);
        const { blocks } = await exported(store, clock, () => {});
        expect(blocks).toEqual([plain]);
      }),
      { numRuns: 20 },
    );
  });

  it("is as it was at the start, whatever samples and series come meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(labelSets, labelSets, async (sets, others) => {
        const { store, clock } = sealedStore(sets);
        const plain = plainBlock(store);
        let atMs = START_MS + windowMs;
        const { blocks } = await exported(store, clock, () => {
          fill(store, [...sets, ...others], atMs, 1);
          atMs += 1000;
        });
        expect(blocks).toEqual([plain]);
      }),
      { numRuns: 10 },
    );
  });

  it("has nothing of what is deleted", async () => {
    const sets: Pairs[] = [[["__name__", "a"]], [["__name__", "b"]], [["__name__", "c"]]];
    const { store, clock } = sealedStore(sets);
    deleteNamed(store, "b");
    const plain = plainBlock(store);
    expect(plain.map(({ labels }) => labels[1])).toEqual(["a", "c"]);
    expect((await exported(store, clock, () => {})).blocks).toEqual([plain]);
  });

  it("is none when all is deleted", async () => {
    const { store, clock } = sealedStore([[["__name__", "a"]]]);
    deleteNamed(store, "a");
    const { blocks, figures } = await exported(store, clock, () => {});
    expect(blocks).toEqual([]);
    expect(figures).toEqual({ writtenTotal: 0, failedTotal: 0, last: null });
  });

  it("has the chunks of one metric name behind each other", async () => {
    const sets: Pairs[] = Array.from({ length: 30 }, (_, i) => [
      ["__name__", `m${i % 3}`],
      ["i", `${i}`],
    ]);
    const { store, clock } = sealedStore(sets);
    const { path, figures } = await exported(store, clock, () => {});
    const block = await BlockReader.open(disk, `${path}/${figures.last?.ulid}`);
    const series = [...block.series()];
    const places = series.map(({ labels, chunks }) => {
      return { name: labels[1], at: chunks[0]?.bytes.byteOffset ?? 0 };
    });
    const names = places.sort((a, b) => a.at - b.at).map(({ name: own }) => own);
    const changes = names.filter((own, i) => own !== names[i - 1]);
    expect(changes).toHaveLength(3);
  });
});
