import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import { ChunkKind, ChunkTable } from "../../src/chunk/chunk-table.ts";
import {
  appendHistogram,
  beginWithHistogram,
  flagsAlone,
  settleHistograms,
} from "../../src/chunk/histogram-appender.ts";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { decodeAll, decodeHistograms, decodeStale } from "../../src/chunk/histogram-decoder.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { BumpHeap } from "./bump-heap.ts";
import { hexOf } from "./chunk-samples.ts";
import { histogramSeries, naiveOf } from "./histogram-samples.ts";
import { draftOf, NaiveChunk, type NaiveHistogram, STALE_BITS } from "./naive-histogram.ts";

const heap = new BumpHeap();

interface Pair {
  readonly chunk: ChunkRef;
  readonly twin: NaiveChunk;
}

/** Appends a series to chunks and to twins of chunks; every chunk that came about. */
function appendBoth(chunks: ChunkTable, series: readonly NaiveHistogram[], forget = false): Pair[] {
  const pairs: Pair[] = [];
  const columns = new HistogramColumns();
  for (const sample of series) {
    columns.clear();
    columns.push(draftOf(sample));
    const open = pairs[pairs.length - 1];
    let flags = open ? appendHistogram(chunks, open.chunk, columns, 0) : flagsAlone(columns, 0);
    if (open) expect(flags).toBe(open.twin.append(sample) ?? -1);
    if (flags >= 0) {
      const chunk = chunks.create(0 as SeriesRef, 0 as WindowNumber);
      beginWithHistogram(chunks, chunk, flags, columns, 0);
      pairs.push({ chunk, twin: new NaiveChunk(flags, sample) });
      flags = -1;
    }
    if (forget) settleHistograms(chunks, pairs[pairs.length - 1]!.chunk);
  }
  return pairs;
}

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

const kinds = fc.boolean().chain((isFloat) => histogramSeries(isFloat));

describe("histogram chunk", () => {
  test.prop([kinds], { numRuns: 400 })("has the bytes and bounds of its slow twin", (series) => {
    const chunks = emptyTable();
    for (const { chunk, twin } of appendBoth(chunks, series)) {
      expect(hexOf(chunks, chunk)).toBe(Buffer.from(twin.encode()).toString("hex"));
    }
    chunks.verify();
    heap.verify();
  });

  test.prop([kinds], { numRuns: 200 })("goes on from its bytes alone", (series) => {
    const chunks = emptyTable();
    for (const { chunk, twin } of appendBoth(chunks, series, true)) {
      expect(hexOf(chunks, chunk)).toBe(Buffer.from(twin.encode()).toString("hex"));
    }
  });

  test.prop([kinds], { numRuns: 200 })("gives back what it took", (series) => {
    const chunks = emptyTable();
    for (const { chunk, twin } of appendBoth(chunks, series)) {
      const rows = new HistogramColumns();
      decodeAll(chunks, chunk, rows);
      const isGauge = twin.flags === 0xc0;
      const expected = twin.samples.map((sample, i) => {
        if (sample.sum === STALE_BITS) return [sample.timeMs, "stale"];
        const bounds = sample.schema === -53 ? sample.bounds : [];
        return { ...sample, bounds, hint: isGauge ? 3 : i > 0 ? 2 : 0 };
      });
      const found = Array.from({ length: rows.length }, (_, row) => {
        return rows.isStale(row) ? [rows.timeOf(row), "stale"] : naiveOf(rows, row);
      });
      expect(found).toEqual(expected);
    }
  });

  test.prop([kinds, fc.nat(20), fc.nat(20)])("gives the samples of a range", (series, a, b) => {
    const chunks = emptyTable();
    const timeOf = (i: number): number => (series[i] ?? series[series.length - 1]!).timeMs;
    const [from, to] = [timeOf(a) + (a % 2), timeOf(b) - (b % 2)];
    const rows = new HistogramColumns();
    const markers = new SampleColumns();
    for (const { chunk } of appendBoth(chunks, series)) {
      decodeHistograms(chunks, chunk, from, to, rows);
      decodeStale(chunks, chunk, from, to, markers);
    }
    const inRange = series.filter(({ timeMs }) => timeMs >= from && timeMs <= to);
    const [stale, live] = [true, false].map((wanted) =>
      inRange.filter(({ sum }) => (sum === STALE_BITS) === wanted).map(({ timeMs }) => timeMs),
    );
    expect(Array.from({ length: rows.length }, (_, row) => rows.timeOf(row))).toEqual(live);
    expect([...markers.times.subarray(0, markers.length)]).toEqual(stale);
  });

  it("leaves nothing behind when it is released", () => {
    const chunks = emptyTable();
    const series = fc.sample(histogramSeries(false), { numRuns: 1, seed: 7 })[0]!;
    for (const { chunk } of appendBoth(chunks, series)) {
      expect(chunks.kindOf(chunk)).toBe(ChunkKind.histogram);
      chunks.release(chunk);
    }
    expect(chunks.encoders.size).toBe(0);
    expect(heap.live.size).toBe(0);
    chunks.verify();
  });
});
