/**
 * The reference for WriteRequest: protobufjs over proto/*.proto, and both readers' results in one
 * comparable form. Doubles are compared as numbers here; their bits have a test of their own.
 */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { NO_KEY, type SeriesKeys } from "../../src/series/series-keys.ts";
import { readMetadata } from "../../src/wire/metadata-fields.ts";
import type { WriteBatch } from "../../src/wire/write-batch.ts";

export interface PlainSeries {
  readonly labels: readonly (readonly [string, string])[];
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

export type PlainExemplar = readonly [series: number, timeMs: number, value: number];

export interface PlainRequest {
  readonly series: readonly PlainSeries[];
  readonly metadata: readonly { type: string; name: string; help: string; unit: string }[];
  readonly exemplarCount: number;
  readonly exemplars: readonly PlainExemplar[];
  readonly histogramCount: number;
}

const protoFolder = fileURLToPath(new URL("../../proto/", import.meta.url));

/** Loads a .proto file of the contract. */
export function loadContract(file: string): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => protoFolder + target;
  return root.loadSync(file);
}

const writeRequest = loadContract("remote.proto").lookupType("prometheus.WriteRequest");

/** Encodes an object in the shape of the .proto files. */
export function encodeReference(request: object): Uint8Array {
  return writeRequest.encode(writeRequest.fromObject(request)).finish().slice();
}

interface Decoded {
  timeseries: {
    labels: { name: string; value: string }[];
    samples: { timestamp: number; value: number }[];
    exemplars: { timestamp: number; value: number }[];
    histograms: object[];
  }[];
  metadata: { type: string; metricFamilyName: string; help: string; unit: string }[];
}

/** What protobufjs reads. Throws what it throws. */
export function decodeReference(body: Uint8Array): PlainRequest {
  const options = { defaults: true, arrays: true, longs: Number, enums: String };
  const { timeseries, metadata } = writeRequest.toObject(
    writeRequest.decode(body),
    options,
  ) as Decoded;
  return {
    series: timeseries.map((series) => ({
      labels: series.labels.map((label) => [label.name, label.value] as const),
      samples: series.samples.map((sample) => [sample.timestamp, sample.value] as const),
    })),
    metadata: metadata.map((entry) => ({
      name: entry.metricFamilyName,
      type: typeof entry.type === "string" ? entry.type.toLowerCase() : "unknown",
      help: entry.help,
      unit: entry.unit,
    })),
    exemplarCount: timeseries.reduce((sum, series) => sum + series.exemplars.length, 0),
    exemplars: timeseries.flatMap(({ exemplars }, series) =>
      exemplars.map(({ timestamp, value }) => [series, timestamp, value] as const),
    ),
    histogramCount: timeseries.reduce((sum, series) => sum + series.histograms.length, 0),
  };
}

/** What a scanned batch holds. Throws when a label is not in plain form. */
export function plainOfBatch(batch: WriteBatch, keys: SeriesKeys | null = null): PlainRequest {
  const series: PlainSeries[] = [];
  for (let i = 0; i < batch.seriesCount; i++) {
    const samples: [number, number][] = [];
    for (let s = batch.sampleStartOf(i); s < batch.sampleEndOf(i); s++) {
      samples.push([batch.timeOf(s), doubleOf(batch.valueHighOf(s), batch.valueLowOf(s))]);
    }
    series.push({ labels: labelsOf(labelBytesOf(batch, i, keys)), samples });
  }
  const metadata = Array.from({ length: batch.metadataCount }, (_, i) => readMetadata(batch, i));
  const { exemplarCount, histogramCount } = batch;
  const exemplars = Array.from({ length: exemplarCount }, (_, row): PlainExemplar => {
    const { exemplars: rows } = batch;
    const value = doubleOf(rows.valueHighOf(row), rows.valueLowOf(row));
    return [rows.seriesOf(row), rows.timeOf(row), value];
  });
  return { series, metadata, exemplarCount, exemplars, histogramCount };
}

/** The label bytes of a series: its key's when it was taken by its key alone. */
export function labelBytesOf(batch: WriteBatch, i: number, keys: SeriesKeys | null): Uint8Array {
  const [from, to, key] = [batch.labelsFromOf(i), batch.labelsToOf(i), batch.keyOf(i)];
  if (keys === null || from < to || key === NO_KEY) return batch.bytes.subarray(from, to);
  return keys.bytes.subarray(keys.textOf(key), keys.textOf(key) + keys.lengthOf(key));
}

function doubleOf(high: number, low: number): number {
  return new Float64Array(Uint32Array.of(low, high).buffer)[0]!;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads label fields in plain form, strictly. */
export function labelsOf(bytes: Uint8Array): [string, string][] {
  const labels: [string, string][] = [];
  let at = 0;
  const length = (tag: number): number => {
    if (bytes[at] !== tag) throw new Error(`byte ${at}: tag ${bytes[at]} instead of ${tag}`);
    let value = 0;
    let scale = 1;
    for (at++; ; at++, scale *= 128) {
      value += (bytes[at]! & 127) * scale;
      if (bytes[at]! < 128) break;
    }
    if (bytes[at] === 0 && scale > 1) throw new Error(`byte ${at}: varint is not minimal`);
    at++;
    return value;
  };
  const text = (tag: number): string => {
    const size = length(tag);
    at += size;
    return decoder.decode(bytes.subarray(at - size, at));
  };
  while (at < bytes.length) {
    const size = length(0x0a);
    const end = at + size;
    labels.push([text(0x0a), text(0x12)]);
    if (at !== end) throw new Error(`label ends at ${at}, its field at ${end}`);
  }
  return labels;
}
