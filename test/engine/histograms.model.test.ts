import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { stateBytesOf, writeState } from "../../src/chunk/chunk-state.ts";
import { ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { AppendCode } from "../../src/series/append-code.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { BumpHeap } from "../chunk/bump-heap.ts";
import { histogram } from "../chunk/histogram-samples.ts";
import { draftOf, type NaiveHistogram, STALE_BITS } from "../chunk/naive-histogram.ts";
import { restoreOne } from "../chunk/restore-one.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { append, HOUR_MS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const NAME = [["__name__", "h"]] as const;
const kinds = fc.boolean().chain((isFloat) => histogram(isFloat));
/** A float, or a histogram, at one of few times: many meet, many are late. */
const sample = fc.tuple(
  fc.integer({ min: 0, max: 60 }),
  fc.oneof(fc.integer({ min: 0, max: 3 }), kinds, kinds, kinds),
);

function timeOf(step: number): number {
  return START_MS - 6 * HOUR_MS + step * 6 * 60_000;
}

describe("a series of histograms and floats", () => {
  test.prop([fc.array(sample, { minLength: 1, maxLength: 60 })], { numRuns: 200 })(
    "holds every sample once, whatever the order",
    (samples) => {
      const { store } = storeAt(START_MS, { outOfOrderMs: 12 * HOUR_MS });
      const series = seriesOf(store, NAME);
      const held = new Map<number, number | NaiveHistogram>();
      const columns = new HistogramColumns();
      for (const [step, value] of samples) {
        const timeMs = timeOf(step);
        let code: number;
        if (typeof value === "number") code = append(store, series, timeMs, value);
        else {
          columns.clear();
          columns.push(draftOf({ ...value, timeMs }));
          code = store.head.appendHistogram(series, columns, 0);
        }
        const there = held.get(timeMs);
        if (there === undefined) expect(code).toBe(AppendCode.stored);
        else if (there === value) expect(code).toBe(AppendCode.unchanged);
        else expect([AppendCode.unchanged, AppendCode.duplicate]).toContain(code);
        if (there === undefined) held.set(timeMs, value);
      }
      store.verify();
      const set = new HeadSource(store.head).select([], 0, Number.MAX_SAFE_INTEGER);
      const [floats, rows] = [new SampleColumns(), new HistogramColumns()];
      set.read(0, 0, Number.MAX_SAFE_INTEGER, floats);
      set.readHistograms(0, 0, Number.MAX_SAFE_INTEGER, rows);
      const ordered = [...held].sort(([a], [b]) => a - b);
      const isRow = (value: number | NaiveHistogram): boolean =>
        typeof value !== "number" && value.sum !== STALE_BITS;
      const timesOf = (wanted: boolean): number[] =>
        ordered.filter(([, value]) => isRow(value) === wanted).map(([time]) => time);
      expect([...floats.times.subarray(0, floats.length)]).toEqual(timesOf(false));
      const times = Array.from({ length: rows.length }, (_, row) => rows.timeOf(row));
      expect(times).toEqual(timesOf(true));
    },
  );

  test.prop([fc.array(sample, { minLength: 1, maxLength: 40 })], { numRuns: 60 })(
    "goes on from a saved state, and a damaged one is refused or harmless",
    (samples) => {
      const { store } = storeAt(START_MS, { outOfOrderMs: 12 * HOUR_MS });
      const series = seriesOf(store, NAME);
      const columns = new HistogramColumns();
      for (const [step, value] of samples) {
        columns.clear();
        if (typeof value === "number") append(store, series, timeOf(step), value);
        else {
          columns.push(draftOf({ ...value, timeMs: timeOf(step) }));
          store.head.appendHistogram(series, columns, 0);
        }
      }
      const { chunks } = store;
      const copies = new ChunkTable(new BumpHeap(), 1);
      for (let c = store.head.newestChunkOf(series); c !== NO_CHUNK; c = chunks.olderOf(c)) {
        const stateLength = stateBytesOf(chunks, c);
        const length = chunks.byteLengthOf(c);
        const bytes = new Uint8Array(stateLength + length);
        writeState(chunks, c, bytes, 0, stateLength);
        const from = chunks.offsetOf(c);
        bytes.set(chunks.bytesOf(c).subarray(from, from + length), stateLength);
        const take = (saved: Uint8Array, cut: number) =>
          restoreOne(
            ...([copies, series, chunks.windowOf(c), saved, 0, stateLength, stateLength] as const),
            ...([length - cut, "exact"] as const),
          );
        const copy = take(bytes, 0);
        expect(copies.kindOf(copy)).toBe(chunks.kindOf(c));
        expect(copies.sampleCountOf(copy)).toBe(chunks.sampleCountOf(c));
        for (let cut = 1; cut < length; cut++) expect(take(bytes, cut)).toBe(NO_CHUNK);
        for (let bit = 0; bit < stateLength * 8; bit++) {
          const damaged = bytes.slice();
          damaged[bit >>> 3]! ^= 1 << (bit & 7);
          const other = take(damaged, 0);
          if (other !== NO_CHUNK) copies.release(other);
        }
      }
      copies.verify();
    },
  );
});

describe("a write request with histograms", () => {
  const send = (store: ReturnType<typeof storeAt>["store"], ...histograms: object[]) => {
    const batch = new WriteBatch();
    const labels = [{ name: "__name__", value: "h" }];
    scanWriteRequest(encodeReference({ timeseries: [{ labels, histograms }] }), batch);
    return store.write(batch);
  };
  const good = { timestamp: START_MS, countInt: 3, sum: 5, positiveSpans: [{ length: 1 }] };

  it("refuses an invalid one in Prometheus' words and makes no series for it", () => {
    const { store } = storeAt(START_MS);
    const outcome = send(store, { ...good, positiveDeltas: [2] });
    expect(outcome.refusals).toMatchObject([{ reason: "invalid native histogram", count: 1 }]);
    expect(outcome.refusals[0]?.first).toContain(
      "2 observations found in buckets, but the Count field is 3: histogram's observation count " +
        "should equal the number of observations found in the buckets (in absence of NaN)",
    );
    expect(store.head.index.series.liveCount).toBe(0);
  });

  it("stores the valid ones of a request and counts them", () => {
    const { store } = storeAt(START_MS);
    const first = { ...good, timestamp: START_MS - 5, positiveDeltas: [3] };
    const outcome = send(store, first, { ...good, positiveDeltas: [-1] }, { ...first, sum: 6 });
    expect(outcome).toMatchObject({ samplesStored: 1, histogramsStored: 1 });
    expect(outcome.refusals.map(({ reason }) => reason)).toEqual([
      "duplicate sample for timestamp",
      "invalid native histogram",
    ]);
    expect(send(store, first)).toMatchObject({ samplesStored: 0, samplesUnchanged: 1 });
    expect(store.ingest.histogramCount).toBe(1);
  });

  it("takes custom buckets, and schemas that are too fine in schema 8", () => {
    const { store } = storeAt(START_MS);
    const custom = { ...good, schema: -53, customValues: [1, 2.5], positiveDeltas: [3] };
    const fine = {
      ...good,
      schema: 10,
      positiveDeltas: [3],
      positiveSpans: [{ offset: 9, length: 1 }],
    };
    const later = { ...fine, timestamp: START_MS + 1 };
    expect(send(store, custom, later)).toMatchObject({ samplesStored: 2, refusals: [] });
    const rows = new HistogramColumns();
    const set = new HeadSource(store.head).select([], 0, Number.MAX_SAFE_INTEGER);
    expect(set.readHistograms(0, 0, Number.MAX_SAFE_INTEGER, rows)).toBe(2);
    expect([rows.schemaOf(0), rows.schemaOf(1)]).toEqual([-53, 8]);
  });
});
