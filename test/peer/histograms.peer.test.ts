import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { storeAt } from "../engine/store-fixtures.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { serveChunks } from "./chunk-reader.ts";
import { freePort } from "./free-port.ts";
import { comparable, differences } from "./histogram-answers.ts";
import { histogramSeries } from "./histogram-writes.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const STEPS = 120;
const STEP_MS = 15_000;
/** Prometheus 2.42 needs the flag, later ones take it. */
const FEATURES = "native-histograms";
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};
const program = process.env["SPANDREL_PEER_PROMETHEUS"] ?? "prometheus";

/**
 * Queries about one series. Rates of series that start again near zero are left out: 3.5
 * extrapolates them to below zero, Spandrel does as the versions behind it.
 */
function queriesOf(kind: string, isOld: boolean): string[] {
  const h = `h{source="write",kind="${kind}"}`;
  const isGauge = kind.toLowerCase().endsWith("gauge");
  const changes = isGauge ? ["delta"] : kind === "restarted" ? [] : ["rate", "increase"];
  const settled = [h, `histogram_count(${h})`, `histogram_sum(${h})`, `sum(${h})`, `${h} + ${h}`];
  const rates = changes.flatMap((name) => [
    `${name}(${h}[4m])`,
    `histogram_count(${name}(${h}[4m]))`,
  ]);
  // Since 2.42 quantiles are interpolated exponentially and there are averages.
  const newer = [
    `histogram_quantile(0.9, ${h})`,
    `histogram_quantile(0.1, ${h})`,
    `histogram_fraction(0, 8, ${h})`,
    `avg by (kind) (${h})`,
  ];
  return isOld ? [...settled, ...rates] : [...settled, ...rates, ...newer];
}

describe.skipIf(!isInstalled(program))("native histograms and a real Prometheus", () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-histograms-"));
  const startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - STEPS * STEP_MS;
  const servers: RunningProcess[] = [];
  let reader: Server | null = null;
  let prometheusUrl = "";
  let spandrelUrl = "";

  const requestFor = (source: string): Uint8Array => {
    const timeseries = Object.entries(histogramSeries(startMs, STEPS)).map(
      ([kind, histograms]) => ({
        labels: [
          { name: "__name__", value: "h" },
          { name: "kind", value: kind },
          { name: "source", value: source },
        ],
        histograms,
      }),
    );
    return encodeReference({ timeseries });
  };

  async function start(command: string, args: string[], url: string): Promise<void> {
    const running = new RunningProcess(command, args);
    servers.push(running);
    await running.until("ready", START_MS, () => fetchText(`${url}/-/ready`));
  }

  function startSpandrel(): Promise<void> {
    const address = new URL(spandrelUrl).host;
    const path = join(directory, "spandrel");
    const flags = [`--web.listen-address=${address}`, `--storage.path=${path}`];
    return start(process.execPath, ["dist/main.js", "serve", ...flags], spandrelUrl);
  }

  beforeAll(async () => {
    const { store } = storeAt(Date.now());
    const batch = new WriteBatch();
    scanWriteRequest(requestFor("chunks"), batch);
    expect(store.write(batch).refusals).toEqual([]);
    store.verify();
    const served = await serveChunks(store);
    reader = served.server;
    const [own, other] = [await freePort(), await freePort()];
    spandrelUrl = `http://127.0.0.1:${own}`;
    prometheusUrl = `http://127.0.0.1:${other}`;
    const config = join(directory, "prometheus.yml");
    const readUrl = `http://127.0.0.1:${served.port}/api/v1/read`;
    const matchers = 'required_matchers: { source: "chunks" }';
    writeFileSync(config, `remote_read: [{ url: "${readUrl}", read_recent: true, ${matchers} }]\n`);
    await startSpandrel();
    await start(
      program,
      [
        ...[`--config.file=${config}`, `--storage.tsdb.path=${join(directory, "prometheus")}`],
        `--web.listen-address=127.0.0.1:${other}`,
        ...["--web.enable-remote-write-receiver", `--enable-feature=${FEATURES}`],
      ],
      prometheusUrl,
    );
    const body = literalSnappy(requestFor("write"));
    for (const url of [spandrelUrl, prometheusUrl]) {
      const options = { method: "POST", headers: HEADERS, body };
      const reply = await fetch(`${url}/api/v1/write`, options);
      expect([reply.status, await reply.text()]).toEqual([204, ""]);
    }
  });

  afterAll(async () => {
    for (const server of servers) await server.stop();
    reader?.closeAllConnections();
    reader?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function ask(url: string, query: string, steps: boolean): Promise<string[]> {
    const [from, to] = [startMs / 1000, (startMs + STEPS * STEP_MS) / 1000];
    // Never a window whose end is at a sample: whether it counts differs between versions. Rates
    // begin in the middle: those of a series that begins are extrapolated differently. And no
    // window's first sample is the last in front of a reset: 2.42 has it in the result's form.
    const start = from + 2 + (query.includes("[") ? (to - from) / 2 : 0);
    const range = `start=${start}&end=${to}&step=45`;
    const path = steps ? `query_range?${range}` : `query?time=${to - 13}`;
    const text = await fetchText(`${url}/api/v1/${path}&query=${encodeURIComponent(query)}`);
    if (text === undefined) throw new Error(`no answer to ${query}`);
    return comparable(text);
  }

  /**
   * Whether this version reads chunks from a remote server: those behind 2.53 do. What the others
   * decode is in block-histograms.peer.test.ts.
   */
  async function readsChunks(): Promise<boolean> {
    const text = await fetchText(`${prometheusUrl}/api/v1/status/buildinfo`);
    const { data } = JSON.parse(text ?? "") as { data: { version: string } };
    return Number.parseInt(data.version, 10) >= 3;
  }

  it("answers as it does about the same histograms", async () => {
    const isOld = !(await readsChunks());
    // 2.42 takes a stale marker of a float histogram for an integer one. In a block it does not.
    const kinds = Object.keys(histogramSeries(startMs, STEPS)).filter(
      (kind) => !isOld || kind !== "floatEnded",
    );
    const found: string[] = [];
    let compared = 0;
    for (const query of kinds.flatMap((kind) => queriesOf(kind, isOld))) {
      for (const steps of [false, true]) {
        const reference = await ask(prometheusUrl, query, steps);
        const own = await ask(spandrelUrl, query, steps);
        compared += reference.length;
        found.push(...differences(reference, own).map((text) => `${query}: ${text}`));
      }
    }
    expect(found).toEqual([]);
    expect(compared).toBeGreaterThan(70);
  });

  it("decodes our chunks to the samples that it was sent itself", async (context) => {
    if (!(await readsChunks())) return context.skip("it asks for samples, not for chunks");
    for (const query of ["h{SOURCE}[31m]", "h{SOURCE}", "rate(h{SOURCE}[4m])"]) {
      const written = await ask(prometheusUrl, query.replace("SOURCE", 'source="write"'), false);
      const read = await ask(prometheusUrl, query.replace("SOURCE", 'source="chunks"'), false);
      expect(written.length, query).toBeGreaterThan(0);
      expect(differences(written, read), query).toEqual([]);
    }
  });

  it("are there after a restart of Spandrel, bucket by bucket", async () => {
    const before = await ask(spandrelUrl, "h[31m]", false);
    expect(before.length).toBe(Object.keys(histogramSeries(0, 1)).length);
    expect(await servers[0]!.stop()).toBe(0);
    await startSpandrel();
    expect(differences(before, await ask(spandrelUrl, "h[31m]", false))).toEqual([]);
  });
});
