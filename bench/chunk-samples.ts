/**
 * Sample matrix: the samples of many series over many scrapes, series by series.
 *
 * From the modelled cluster of load/ (seeded), or from a stream on disk as other load generators
 * write it: PATH.idx has a 40-byte little-endian record per request (u64 offset, i64 newest time,
 * then u32 body bytes, decoded bytes, samples, queue, cycle, unused) and PATH.rwb the bodies.
 *
 * Units: times are milliseconds since the epoch.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { Prng } from "../src/base/prng.ts";
import { scanWriteRequest } from "../src/wire/scan-write-request.ts";
import { SnappyDecoder } from "../src/wire/snappy-decoder.ts";
import { WriteBatch } from "../src/wire/write-batch.ts";
import { Cluster } from "./load/cluster.ts";

const INTERVAL_MS = 15_000;
const END_MS = Date.UTC(2026, 10, 23);
const LATE_SHARE = 0.02;
const LATE_MS_MAX = 20;
const LIMIT_BYTES = 64 << 20;
const INDEX_BYTES = 40;

/** Sample c of series s is at index s * cycles + c; bits has the low word first. */
export interface SampleMatrix {
  readonly seriesCount: number;
  readonly cycles: number;
  readonly times: Float64Array;
  readonly bits: Uint32Array;
  /** What kind of series each is. */
  readonly kinds: readonly string[];
}

/** `seriesCount` series of the modelled cluster over `cycles` scrapes. */
export function matrixOfCluster(seriesCount: number, cycles: number, seed: number): SampleMatrix {
  const random = new Prng(seed);
  const cluster = new Cluster(seriesCount, INTERVAL_MS, random);
  const times = new Float64Array(seriesCount * cycles);
  const values = new Float64Array(seriesCount * cycles);
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const { firstSeries, endSeries, offsetMs } of cluster.targets) {
      const late = random.float() < LATE_SHARE ? 1 + random.below(LATE_MS_MAX) : 0;
      const timeMs = END_MS + (cycle - cycles) * INTERVAL_MS + offsetMs + late;
      for (let series = firstSeries; series < endSeries; series++) {
        const at = series * cycles + cycle;
        times[at] = timeMs;
        values[at] = cluster.values.step(series, INTERVAL_MS / 1000, timeMs);
      }
    }
  }
  const kinds = Array.from({ length: seriesCount }, (_, i) => cluster.values.kindOf(i));
  return { seriesCount, cycles, times, bits: new Uint32Array(values.buffer), kinds };
}

/** The series of a stream on disk that have a sample in each of its `cycles` scrapes. */
export function matrixOfStream(path: string, cycles: number): SampleMatrix {
  const rows = new Map<string, { times: number[]; words: number[] }>();
  const decoder = new SnappyDecoder();
  const batch = new WriteBatch();
  const index = readFileSync(`${path}.idx`);
  const bodies = openSync(`${path}.rwb`, "r");
  for (let at = 0; at < index.length; at += INDEX_BYTES) {
    const body = Buffer.alloc(index.readUInt32LE(at + 16));
    readSync(bodies, body, 0, body.length, Number(index.readBigUInt64LE(at)));
    const decoded = decoder.decode(body, LIMIT_BYTES);
    scanWriteRequest(decoded, batch);
    addBatch(batch, decoded, rows);
  }
  closeSync(bodies);
  const whole = [...rows.values()].filter(({ times }) => times.length >= cycles);
  const times = Float64Array.from(whole.flatMap((row) => row.times.slice(0, cycles)));
  const bits = Uint32Array.from(whole.flatMap((row) => row.words.slice(0, 2 * cycles)));
  const kinds = whole.map(() => "stream");
  return { seriesCount: whole.length, cycles, times, bits, kinds };
}

function addBatch(
  batch: WriteBatch,
  decoded: Uint8Array,
  rows: Map<string, { times: number[]; words: number[] }>,
): void {
  for (let series = 0; series < batch.seriesCount; series++) {
    const labels = decoded.subarray(batch.labelsFromOf(series), batch.labelsToOf(series));
    const key = Buffer.from(labels).toString("latin1");
    const row = rows.get(key) ?? { times: [], words: [] };
    rows.set(key, row);
    for (let i = batch.sampleStartOf(series); i < batch.sampleEndOf(series); i++) {
      row.times.push(batch.timeOf(i));
      row.words.push(batch.valueLowOf(i), batch.valueHighOf(i));
    }
  }
}

/** Samples between a series' chunks when it is cut as Prometheus cuts it at 15 s. */
export const SHORT_CHUNK_SAMPLES = 120;
