/**
 * The same OTLP requests to Spandrel and to Prometheus 3.5: the same series and samples.
 *
 * Debian's Prometheus is built without the OTLP receiver. One that has it is looked for beside the
 * others (peer-programs.ts) as prometheus-otlp and as prometheus; without it the test is skipped.
 *
 * Units: …Ms milliseconds.
 */
import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import { type Json, protobufOf, randomRequest } from "../otlp/random-request.ts";
import { peerPath } from "./peer-programs.ts";
import { fetchText } from "./running-process.ts";
import { StartedServers } from "./started-servers.ts";

const REQUESTS = 60;
const PATH = "/api/v1/otlp/v1/metrics";

const candidates = ["prometheus-otlp", "prometheus"].map(peerPath);
const prometheus = candidates.find((program) => {
  const { stdout, stderr } = spawnSync(program, ["--help"], { encoding: "utf8" });
  return `${stdout}${stderr}`.includes("web.enable-otlp-receiver");
});

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values?: readonly unknown[];
      readonly histograms?: readonly unknown[];
    }[];
  };
}

/** Bounds of buckets without their last digits: Prometheus has them from a rounded table. */
function rounded(text: string): string {
  return text.replace(/-?\d+\.\d{12,}(?:e[+-]\d+)?/g, (n) => Number(n).toPrecision(12));
}

/** Every series with its samples, as texts in order. */
async function everything(url: string, toSeconds: number): Promise<string[]> {
  const query = new URLSearchParams({ query: '{instance=~".+"}[10m]', time: String(toSeconds) });
  const text = await fetchText(`${url}/api/v1/query?${query.toString()}`);
  const { result } = (JSON.parse(text!) as Answer).data;
  return result
    .map(({ metric, values, histograms }) => {
      const labels = Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1));
      return JSON.stringify([labels, values ?? [], rounded(JSON.stringify(histograms ?? []))]);
    })
    .sort();
}

function send(url: string, body: Uint8Array | string, headers: Record<string, string>) {
  const bytes = typeof body === "string" ? body : Buffer.from(body);
  return fetch(`${url}${PATH}`, { method: "POST", body: bytes, headers });
}

const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };

describe.skipIf(prometheus === undefined)(
  "OTLP to Prometheus 3.5 and Spandrel (skipped: no Prometheus with an OTLP receiver)",
  () => {
    const servers = new StartedServers("otlp");
    const nowMs = Date.now();
    const urls: string[] = [];

    beforeAll(async () => {
      const receiver = "--web.enable-otlp-receiver";
      const configuration = "otlp: { promote_resource_attributes: [host.name] }\n";
      const flags = ["--enable-feature=native-histograms,exemplar-storage", receiver];
      flags.push("--log.level=debug");
      urls.push(
        await servers.startPrometheus(prometheus!, configuration, flags),
        await servers.startSpandrel("--otlp.promote-resource-attributes=host.name", receiver),
      );
    });

    afterAll(() => servers.end());

    it("stores the same series, sample by sample", async () => {
      for (let i = 0; i < REQUESTS; i++) {
        const request = randomRequest(new Prng(i), nowMs);
        // Requests do not meet: each has its own instances.
        const text = JSON.stringify(request).replaceAll('"stringValue":"i', `"stringValue":"${i}-`);
        const body = protobufOf(JSON.parse(text) as Json);
        for (const url of urls) {
          const gzip = { ...PROTOBUF, "content-encoding": "gzip" };
          const answer =
            i % 3 === 0
              ? await send(url, text, JSON_TYPE)
              : i % 3 === 1
                ? await send(url, gzipSync(body), gzip)
                : await send(url, body, PROTOBUF);
          expect([i, url, answer.status, await answer.text()]).toEqual([
            ...[i, url, 200],
            url === urls[0] ? "" : expect.any(String),
          ]);
        }
      }
      const [theirs, ours] = await Promise.all(urls.map((url) => everything(url, nowMs / 1000)));
      expect(theirs!.length).toBeGreaterThan(REQUESTS * 10);
      expect(ours).toEqual(theirs);
    });

    // Prometheus looks some series of exemplars up by labels that it has not stored, empty ones
    // among them, finds none, says so in its log and leaves the exemplar out.
    it("stores the same exemplars, and those for which Prometheus finds no series", async () => {
      const texts = await Promise.all(
        urls.map(async (url) => {
          const query = new URLSearchParams({ query: '{__name__=~".+"}', start: "0", end: "4e9" });
          const text = await fetchText(`${url}/api/v1/query_exemplars?${query.toString()}`);
          const { data } = JSON.parse(text ?? "") as { data: unknown[] };
          return data.map((series) => JSON.stringify(series)).sort();
        }),
      );
      const [theirs, ours] = texts;
      expect(theirs!.length).toBeGreaterThan(50);
      const known = new Set(ours);
      expect(theirs!.filter((series) => !known.has(series))).toEqual([]);
      const lost = servers.outputOf(urls[0]!).match(/unknown HeadSeriesRef when trying/g) ?? [];
      expect(ours!.length).toBe(theirs!.length + lost.length);
    });

    it("answers the same status to what is no request", async () => {
      const cases: [string, string | Uint8Array, Record<string, string>][] = [
        ["an empty message", "", PROTOBUF],
        ["an empty object", "{}", JSON_TYPE],
        ["no body of JSON", "", JSON_TYPE],
        ["a cut message", protobufOf(randomRequest(new Prng(1), nowMs)).subarray(0, 50), PROTOBUF],
        ["broken JSON", '{"resourceMetrics":', JSON_TYPE],
        ["another shape", '{"resourceMetrics":[{"resource":{"attributes":7}}]}', JSON_TYPE],
        ["a charset", "{}", { "content-type": "application/json; charset=utf-8" }],
        ["another type", "{}", { "content-type": "text/plain" }],
        ["zstd", "", { ...PROTOBUF, "content-encoding": "zstd" }],
        ["gzip that is none", "x", { ...PROTOBUF, "content-encoding": "gzip" }],
      ];
      for (const [what, body, headers] of cases) {
        const answers = await Promise.all(urls.map((url) => send(url, body, headers)));
        const [theirs, ours] = answers.map(({ status }) => [what, status]);
        expect(ours).toEqual(theirs);
      }
    });

    it("refuses a sample that is older than its series' newest one, with 400", async () => {
      const body = (timeMs: number) => {
        const point = { timeUnixNano: `${timeMs}000000`, asInt: "1" };
        const metrics = [{ name: "late", gauge: { dataPoints: [point] } }];
        return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
      };
      for (const url of urls) {
        expect((await send(url, body(nowMs), JSON_TYPE)).status).toBe(200);
        const late = await send(url, body(nowMs - 1000), JSON_TYPE);
        expect([url, late.status]).toEqual([url, 400]);
        expect(await late.text()).toContain("out of order sample");
      }
    });
  },
);
