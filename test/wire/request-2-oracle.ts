/**
 * The reference for remote write 2.0: protobufjs over proto/write_v2.proto, its references looked
 * up one by one, in the form that 1.0 requests are compared in.
 */
import { loadContract, type PlainRequest } from "./request-oracle.ts";

const request2 = loadContract("write_v2.proto").lookupType("io.prometheus.write.v2.Request");

/** Encodes an object in the shape of the .proto file. */
export function encodeReference2(request: object): Uint8Array {
  return new Uint8Array(request2.encode(request2.fromObject(request)).finish());
}

interface Decoded {
  symbols: string[];
  timeseries: {
    labelsRefs: number[];
    samples: { timestamp: number; value: number }[];
    exemplars: { labelsRefs: number[]; timestamp: number; value: number }[];
    histograms: object[];
    metadata?: { type: number; helpRef: number; unitRef: number } | null;
  }[];
}

const TYPES = ["unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info"];
const ENDINGS: Readonly<Record<number, RegExp>> = {
  3: /(?<=.)_(?:bucket|count|sum)$/s,
  4: /(?<=.)_(?:bucket|gcount|gsum)$/s,
  5: /(?<=.)_(?:count|sum)$/s,
};

/** What protobufjs reads. Throws what it throws, and for references to nothing. */
export function decodeReference2(body: Uint8Array): PlainRequest {
  const options = { defaults: true, arrays: true, longs: Number };
  const { symbols, timeseries } = request2.toObject(request2.decode(body), options) as Decoded;
  const labelsOf = (refs: readonly number[]) => {
    if (refs.length % 2 !== 0) throw new Error("a label name has no value");
    const texts = refs.map((ref) => textOf(symbols, ref));
    return Array.from({ length: texts.length / 2 }, (_, i) => texts.slice(2 * i, 2 * i + 2));
  };
  const metadata: PlainRequest["metadata"][number][] = [];
  const exemplars: PlainRequest["exemplars"][number][] = [];
  const series = timeseries.map((one, index) => {
    const labels = labelsOf(one.labelsRefs).map(
      ([name = "", value = ""]) => [name, value] as const,
    );
    for (const { labelsRefs, timestamp, value } of one.exemplars) {
      labelsOf(labelsRefs);
      exemplars.push([index, timestamp, value]);
    }
    const metric = labels.find(([name]) => name === "__name__")?.[1];
    if (one.metadata) {
      const { type, helpRef, unitRef } = one.metadata;
      const help = helpRef === 0 ? "" : textOf(symbols, helpRef);
      const unit = unitRef === 0 ? "" : textOf(symbols, unitRef);
      if (metric === undefined) return { labels, samples: samplesOf(one.samples) };
      const ending = one.histograms.length > 0 ? undefined : ENDINGS[type];
      const name = ending === undefined ? metric : metric.replace(ending, "");
      if (type !== 0 || helpRef !== 0 || unitRef !== 0) {
        const words = type === 7 ? "stateset" : (TYPES[type] ?? "unknown");
        metadata.push({ name, type: words, help, unit });
      }
    }
    return { labels, samples: samplesOf(one.samples) };
  });
  const histogramCount = timeseries.reduce((sum, one) => sum + one.histograms.length, 0);
  return { series, metadata, exemplarCount: exemplars.length, exemplars, histogramCount };
}

function samplesOf(samples: Decoded["timeseries"][number]["samples"]) {
  return samples.map(({ timestamp, value }) => [timestamp, value] as const);
}

function textOf(symbols: readonly string[], ref: number): string {
  const text = symbols[ref];
  if (text === undefined) throw new Error(`symbol ${ref} of ${symbols.length} is referred to`);
  return text;
}
