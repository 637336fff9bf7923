/** Remote read as plain samples, with the program, decoded by another reader of its contract. */
import { compress, uncompress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { histogramSeries } from "../peer/histogram-writes.ts";
import { encodeReference, loadContract } from "../wire/request-oracle.ts";
import { Write2Door } from "./write-2-door.ts";

const contract = loadContract("remote_read.proto");
const requestType = contract.lookupType("prometheus.ReadRequest");
const responseType = contract.lookupType("prometheus.ReadResponse");
const STEPS = 60;
const STEP_MS = 15_000;
const STALE_SUM = 0x7ff0000000000002n;

const door = new Write2Door();
const startMs = Math.floor(Date.now() / STEP_MS - STEPS) * STEP_MS;
const written = histogramSeries(startMs, STEPS);
const sums = new BigUint64Array(1);

beforeAll(async () => {
  await door.open();
  const timeseries = Object.entries(written).map(([kind, histograms]) => ({
    labels: [
      { name: "__name__", value: "h" },
      { name: "kind", value: kind },
    ],
    histograms,
  }));
  const floats = {
    labels: [{ name: "__name__", value: "f" }],
    samples: [1, 2, 3].map((value) => ({ value, timestamp: startMs + value * STEP_MS })),
  };
  const body = new Uint8Array(compress(encodeReference({ timeseries: [floats, ...timeseries] })));
  const answer = await door.send(body, { type: "application/x-protobuf", version: "0.1.0" });
  expect([answer.status, answer.text]).toEqual([204, ""]);
});

afterAll(() => door.close());

interface ReadSeries {
  readonly labels: readonly { name: string; value: string }[];
  readonly samples: readonly { value: number; timestamp: number }[];
  readonly histograms: readonly Record<string, unknown>[];
}

async function read(name: string, fromMs: number, toMs: number): Promise<ReadSeries[]> {
  const matchers = [{ type: "EQ", name: "__name__", value: name }];
  const query = { startTimestampMs: fromMs, endTimestampMs: toMs, matchers };
  const request = requestType.fromObject({ queries: [query] });
  const body = new Uint8Array(compress(requestType.encode(request).finish()));
  const headers = { "content-encoding": "snappy", "content-type": "application/x-protobuf" };
  const answer = await fetch(`${door.server}/api/v1/read`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  const bytes = uncompress(new Uint8Array(await answer.arrayBuffer()));
  const options = { longs: Number, arrays: true };
  const message = responseType.toObject(responseType.decode(bytes), options);
  return (message as { results: [{ timeseries: ReadSeries[] }] }).results[0].timeseries;
}

function isStale({ sum }: { sum?: number }): boolean {
  new Float64Array(sums.buffer)[0] = sum ?? 0;
  return sums[0] === STALE_SUM;
}

/** What both forms have in common: buckets may be laid out in other spans and with gaps filled. */
function plain(histogram: Record<string, unknown>): unknown[] {
  const { timestamp, sum = 0, schema = 0, zeroThreshold = 0 } = histogram;
  const count = histogram["countFloat"] ?? histogram["countInt"] ?? 0;
  const zero = histogram["zeroCountFloat"] ?? histogram["zeroCountInt"] ?? 0;
  return [timestamp, count, zero, sum, schema, zeroThreshold, sides(histogram).join(" ")];
}

function sides(histogram: Record<string, unknown>): string[] {
  const found: string[] = [];
  for (const side of ["positive", "negative"]) {
    const counts = histogram[`${side}Counts`] as number[] | undefined;
    const isFloat = counts !== undefined && counts.length > 0;
    const values = isFloat ? counts : ((histogram[`${side}Deltas`] ?? []) as number[]);
    const spans = (histogram[`${side}Spans`] ?? []) as { offset?: number; length?: number }[];
    let index = 0;
    let at = 0;
    let running = 0;
    for (const { offset = 0, length = 0 } of spans) {
      index += offset;
      for (let i = 0; i < length; i++, index++) {
        running = isFloat ? values[at++]! : running + values[at++]!;
        if (running !== 0) found.push(`${side}${index}:${running}`);
      }
    }
  }
  return found;
}

describe("remote read as samples", () => {
  it("has floats", async () => {
    const [series] = await read("f", startMs, startMs + 2 * STEP_MS);
    expect(series).toMatchObject({
      samples: [1, 2].map((value) => ({ value, timestamp: startMs + value * STEP_MS })),
      histograms: [],
    });
  });

  it("has native histograms bucket by bucket, and stale markers where series end", async () => {
    const found = await read("h", startMs, startMs + STEPS * STEP_MS);
    const kinds = found.map(({ labels }) => labels.find(({ name }) => name === "kind")?.value);
    expect(kinds).toEqual(Object.keys(written).sort());
    for (const [i, kind] of kinds.entries()) {
      const sent = written[kind!] as { sum?: number; timestamp: number }[];
      const kept = sent.filter((histogram) => !isStale(histogram));
      const { histograms, samples } = found[i]!;
      expect(histograms.map(plain), kind).toEqual(
        kept.map((histogram) => plain(histogram as unknown as Record<string, unknown>)),
      );
      const ends = sent.filter(isStale).map(({ timestamp }) => timestamp);
      expect(samples.map(({ timestamp }) => timestamp)).toEqual(ends);
    }
  });

  it("has those of the range alone, and no series without any", async () => {
    const [first] = await read("h", startMs + STEP_MS, startMs + 3 * STEP_MS);
    expect(first?.histograms).toHaveLength(3);
    expect(await read("h", startMs - 60_000, startMs - 1)).toEqual([]);
  });
});
