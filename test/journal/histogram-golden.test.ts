/**
 * A snapshot of native histograms kept as hex: their chunks, and what is kept beside them to go on,
 * are still written and read as they were.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import type { Store } from "../../src/engine/store.ts";
import { StoreRestore } from "../../src/engine/store-restore.ts";
import { snapshotSource } from "../../src/engine/store-snapshot.ts";
import { restoreNewest } from "../../src/journal/restore.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { START_MS, storeAt } from "../engine/store-fixtures.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { CONFIGURATION, PATH, Setting } from "./snapshot-setting.ts";

const STEP_MS = 15_000;
const STEPS = 8;
const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer)[0]!;
const folder = new URL("golden/histograms/", import.meta.url);

/** One sample of each series at step n: every kind of chunk, and what begins a new one. */
const KINDS: Readonly<Record<string, (n: number) => object>> = {
  // A counter with both sides that is reset, then ends.
  counter: (n) =>
    n === STEPS - 1
      ? { sum: STALE }
      : {
          ...{ sum: 10.5 * n, schema: 2, zeroThreshold: 0.001, zeroCountInt: n % 5, resetHint: 0 },
          countInt: (n % 5) * 7,
          positiveSpans: [{ offset: -2, length: 2 }],
          positiveDeltas: [(n % 5) * 2, n % 5],
          negativeSpans: [{ offset: 1, length: 1 }],
          negativeDeltas: [n % 5],
        },
  // A gauge whose schema and buckets change.
  gauge: (n) => ({
    ...{ sum: -n, schema: n < 4 ? 1 : 0, zeroThreshold: 0.5, zeroCountInt: 3, resetHint: 3 },
    countInt: 3 + 2 * (n + 1),
    positiveSpans: [{ offset: n % 3, length: 2 }],
    positiveDeltas: [n + 1, 0],
  }),
  float: (n) => ({
    ...{ sum: n / 3, schema: 3, zeroThreshold: 2 ** -128, zeroCountFloat: n / 7 },
    countFloat: n / 7 + n * 0.75,
    positiveSpans: [
      { offset: 0, length: 1 },
      { offset: 2, length: 1 },
    ],
    positiveCounts: [n * 0.5, n * 0.25],
  }),
  // Buckets with bounds of their own.
  custom: (n) => ({
    ...{ sum: 4 * n, schema: -53, countInt: 3 * n, customValues: [0.1, 1, 10] },
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveDeltas: [2 * n, -n],
  }),
};

const batchOf = (step: number): WriteBatch => {
  const timeseries = Object.entries(KINDS).map(([kind, sampleAt]) => ({
    labels: [
      { name: "__name__", value: "h" },
      { name: "kind", value: kind },
    ],
    histograms: [{ timestamp: START_MS + step * STEP_MS, ...sampleAt(step) }],
  }));
  const batch = new WriteBatch();
  scanWriteRequest(encodeReference({ timeseries }), batch);
  return batch;
};

function goldenStore(): Store {
  const { store, clock } = storeAt(START_MS);
  for (let step = 0; step < STEPS; step++) {
    clock.set(START_MS + step * STEP_MS);
    expect(store.write(batchOf(step)).refusals).toEqual([]);
  }
  return store;
}

/** Every series with its histograms word by word, and the times of its stale markers. */
function contents(store: Store): string[] {
  const set = new HeadSource(store.head).select([new Matcher("=", "__name__", "h")], 0, 2 ** 52);
  return Array.from({ length: set.count }, (_, index) => {
    const columns = new HistogramColumns();
    const stale = new SampleColumns();
    const rows = set.readHistograms(index, 0, 2 ** 52, columns);
    set.read(index, 0, 2 ** 52, stale);
    const words = Array.from({ length: rows }, (_none, row) =>
      columns.words.subarray(columns.startOf(row), columns.endOf(row)).join(),
    );
    return [set.labels(index).key(), words.join(";"), stale.times.subarray(0, stale.length)].join();
  }).sort();
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const golden = (name: string): string =>
  readFileSync(new URL(`${name}.hex`, folder), "utf8").replaceAll("\n", "");

describe("a snapshot of native histograms", () => {
  it("is written byte for byte as it always was", async () => {
    const setting = new Setting();
    await setting.write(snapshotSource(goldenStore(), new MetadataStore()));
    const names = await setting.names();
    expect(names.length).toBe(3);
    for (const name of names) {
      const hex = hexOf(await setting.disk.readFile(`${PATH}/${name}`));
      expect(hex, name).toBe(golden(name));
    }
  });

  it("is read from files of then, and its series go on", async () => {
    const setting = new Setting();
    await setting.disk.makeDirectory(PATH);
    for (const name of ["0000.chunks", "index", "manifest"]) {
      const file = `snapshot-00000001${name === "0000.chunks" ? "-" : "."}${name}`;
      const bytes = new Uint8Array(Buffer.from(golden(file), "hex"));
      const written = await setting.disk.open(`${PATH}/${file}`, "create");
      await written.append(bytes, 0, bytes.length);
    }
    const outcome = await restoreNewest({
      directory: setting.directory,
      configuration: CONFIGURATION,
      newTarget: () => new StoreRestore(storeAt(START_MS).store, new MetadataStore(), "class"),
      onProgress: () => {},
    });
    if (outcome.kind !== "restored") throw new Error(outcome.kind);
    const restored = outcome.target.store;
    restored.verify();
    const live = goldenStore();
    expect(contents(restored)).toEqual(contents(live));
    for (const store of [restored, live]) {
      expect(store.write(batchOf(STEPS)).refusals).toEqual([]);
      store.verify();
    }
    expect(contents(restored)).toEqual(contents(live));
  });
});
