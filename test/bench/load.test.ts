import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cluster } from "../../bench/load/cluster.ts";
import { createDecodeSink } from "../../bench/load/decode-sink.ts";
import { generateRequests, type LoadRequest } from "../../bench/load/request-stream.ts";
import { StreamSender } from "../../bench/load/send-stream.ts";
import { StreamReader, StreamWriter } from "../../bench/load/stream-file.ts";
import { WriteConnection } from "../../bench/load/write-connection.ts";
import { Prng } from "../../src/base/prng.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { SnappyDecoder } from "../../src/wire/snappy-decoder.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";

const SETTINGS = {
  cycles: 8,
  intervalMs: 15_000,
  endMs: 1_800_000_000_000,
  queues: 4,
  samplesPerRequest: 500,
};

function stream(seriesCount: number, seed = 1): { cluster: Cluster; requests: LoadRequest[] } {
  const random = new Prng(seed);
  const cluster = new Cluster(seriesCount, SETTINGS.intervalMs, random);
  const requests: LoadRequest[] = [];
  generateRequests(cluster, random, SETTINGS, (request) => requests.push(request));
  return { cluster, requests };
}

/** One decoded sample, as an observer of requests sees it. */
interface Seen {
  readonly queue: number;
  readonly series: string;
  readonly timeMs: number;
  readonly value: number;
}

function* samplesOf(requests: readonly LoadRequest[]): Generator<Seen> {
  const decoder = new SnappyDecoder();
  const batch = new WriteBatch();
  const words = new Uint32Array(2);
  const value = new Float64Array(words.buffer);
  for (const { body, queue } of requests) {
    scanWriteRequest(decoder.decode(body, 2 ** 25), batch);
    for (let i = 0; i < batch.seriesCount; i++) {
      const labels = batch.bytes.subarray(batch.labelsFromOf(i), batch.labelsToOf(i));
      words.set([batch.valueLowOf(i), batch.valueHighOf(i)]);
      const series = Buffer.from(labels).toString("latin1");
      yield { queue, series, timeMs: batch.timeOf(i), value: value[0]! };
    }
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

describe("load generator", () => {
  it("gives the same stream for the same seed, another for another", () => {
    const bodies = (seed: number): string[] =>
      stream(500, seed).requests.map(({ body }) => Buffer.from(body).toString("base64"));
    expect(bodies(7)).toEqual(bodies(7));
    expect(bodies(7)).not.toEqual(bodies(8));
  });

  it("models label sets of a Kubernetes scrape: 12 labels, 300 bytes of text", () => {
    const { cluster } = stream(10_000);
    expect(cluster.labelCount / 10_000).toBeCloseTo(12, 0);
    expect(Math.abs(cluster.labelTextBytes / 10_000 - 301)).toBeLessThan(10);
  });

  it("sends every series once a cycle, in time order, from one queue", () => {
    const { requests } = stream(3000);
    const last = new Map<string, Seen>();
    const counts = new Map<string, number>();
    for (const sample of samplesOf(requests)) {
      const before = last.get(sample.series);
      if (before !== undefined) {
        expect(sample.queue).toBe(before.queue);
        expect(sample.timeMs).toBeGreaterThan(before.timeMs);
      }
      last.set(sample.series, sample);
      counts.set(sample.series, (counts.get(sample.series) ?? 0) + 1);
    }
    expect(counts.size).toBe(3000);
    expect(new Set(counts.values())).toEqual(new Set([SETTINGS.cycles]));
  });

  it("ends before the moment it is told, and a few scrapes are late", () => {
    const times = [...samplesOf(stream(3000).requests)].map(({ timeMs }) => timeMs);
    expect(Math.max(...times)).toBeLessThan(SETTINGS.endMs + 20);
    const startMs = SETTINGS.endMs - SETTINGS.cycles * SETTINGS.intervalMs;
    expect(Math.min(...times)).toBeGreaterThanOrEqual(startMs);
  });

  it("cuts requests at their size, and all queues after the first cycle", () => {
    const { requests } = stream(3000);
    expect(Math.max(...requests.map(({ sampleCount }) => sampleCount))).toBe(500);
    const first = requests.filter(({ cycle }) => cycle === 0);
    expect(first.reduce((sum, { sampleCount }) => sum + sampleCount, 0)).toBe(3000);
  });

  it("models values: constants, whole numbers, decimals and few full doubles", () => {
    const runs = new Map<string, number[]>();
    for (const { series, value } of samplesOf(stream(8000).requests)) {
      const run = runs.get(series) ?? [];
      run.push(value);
      runs.set(series, run);
    }
    let constant = 0;
    let whole = 0;
    for (const run of runs.values()) {
      if (run.every((value) => value === run[0])) constant++;
      else if (run.every(Number.isInteger)) whole++;
    }
    // A short run looks constant more often than the 120 samples of the model's 28 %.
    expect(constant / 8000).toBeGreaterThan(0.25);
    expect(constant / 8000).toBeLessThan(0.45);
    expect(whole / 8000).toBeGreaterThan(0.45);
    expect((constant + whole) / 8000).toBeLessThan(0.95);
  });

  it("lets counters and buckets grow only, and buckets hold those below them", () => {
    const { cluster } = stream(2000);
    for (let cycle = 0; cycle < 20; cycle++) {
      let below = 0;
      for (let series = 0; series < cluster.seriesCount; series++) {
        const value = cluster.values.step(series, 15, cycle * 15_000);
        const kind = cluster.values.kindOf(series);
        if (kind === "bucket") expect(value).toBeGreaterThanOrEqual(below);
        if (kind === "histogram-count") expect(value).toBe(below);
        if (kind !== "histogram-sum") below = kind === "bucket" ? value : 0;
      }
    }
  });
});

describe("load sender", () => {
  let directory = "";
  const servers: Server[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "spandrel-load-"));
  });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function written(requests: readonly LoadRequest[]): StreamReader {
    const path = join(directory, "stream");
    const writer = new StreamWriter(path);
    for (const request of requests) writer.add(request);
    writer.close();
    return new StreamReader(path);
  }

  it("delivers a stream file whole, the first cycle apart", async () => {
    const { requests } = stream(3000);
    const reader = written(requests);
    let samples = 0;
    const sink = createDecodeSink((batch) => {
      samples += batch.sampleCount;
    });
    servers.push(sink);
    const sender = new StreamSender(reader, await listen(sink), "/api/v1/write", 4);
    const first = await sender.send(0, 1);
    expect([first.samples, samples]).toEqual([3000, 3000]);
    const rest = await sender.send(1, SETTINGS.cycles);
    expect(rest.samples).toBe(3000 * (SETTINGS.cycles - 1));
    expect(samples).toBe(3000 * SETTINGS.cycles);
    expect(first.requests + rest.requests).toBe(requests.length);
    expect(rest.refusedRequests).toBe(0);
    expect(rest.senderCpuSeconds).toBeGreaterThan(0);
    sender.close();
    reader.close();
  });

  it("counts refusals and keeps the first one's text", async () => {
    const reader = written(stream(600).requests.slice(0, 3));
    const refusing = createServer((request, reply) => {
      request.resume().on("end", () => reply.writeHead(400).end("no such thing\n"));
    });
    servers.push(refusing);
    const sender = new StreamSender(reader, await listen(refusing), "/", 4);
    const report = await sender.send(0, 1);
    expect(report.refusedRequests).toBe(3);
    expect(report.samples).toBe(0);
    expect(report.firstRefusal).toBe("400 no such thing");
    sender.close();
    reader.close();
  });

  it("reads chunked replies, and opens a new connection after one that closes", async () => {
    const server = createServer((request, reply) => {
      request.resume().on("end", () => {
        reply.setHeader("Connection", "close");
        reply.write("part one, ");
        reply.end("part two");
      });
    });
    servers.push(server);
    const connection = new WriteConnection(await listen(server), "/");
    for (let i = 0; i < 3; i++) {
      const reply = await connection.post(Uint8Array.of(1, 2, 3));
      expect(reply.status).toBe(200);
      expect(reply.text).toContain("part two");
    }
    connection.close();
  });

  it("rejects when the server goes away", async () => {
    const server = createServer((request) => request.socket.destroy());
    servers.push(server);
    const connection = new WriteConnection(await listen(server), "/");
    await expect(connection.post(Uint8Array.of(0))).rejects.toThrow();
  });
});
