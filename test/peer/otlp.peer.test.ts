/**
 * The same OTLP requests to Spandrel and to Prometheus 3.5: the same series and samples.
 *
 * Debian's Prometheus is built without the OTLP receiver. One that has it is looked for in
 * PEERS_DIR/bin as prometheus-otlp and as prometheus; without it the test is skipped.
 *
 * Units: …Ms milliseconds.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import { type Json, protobufOf, randomRequest } from "../otlp/random-request.ts";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const REQUESTS = 60;
const PATH = "/api/v1/otlp/v1/metrics";

const peers = process.env["PEERS_DIR"] ?? join(homedir(), ".cache", "spandrel-bench", "peers");
const candidates = ["prometheus-otlp", "prometheus"].map((name) => join(peers, "bin", name));
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
  const text = await fetchText(`${url}/api/v1/query?${query}`);
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
    const directory = mkdtempSync(join(tmpdir(), "spandrel-otlp-"));
    const nowMs = Date.now();
    const servers: RunningProcess[] = [];
    const urls: string[] = [];

    beforeAll(async () => {
      const config = join(directory, "prometheus.yml");
      writeFileSync(config, "otlp: { promote_resource_attributes: [host.name] }\n");
      const ports = [await freePort(), await freePort()];
      const address = (port: number) => `--web.listen-address=127.0.0.1:${port}`;
      const programs: [string, string[]][] = [
        [
          prometheus!,
          [
            `--config.file=${config}`,
            `--storage.tsdb.path=${join(directory, "prometheus")}`,
            "--enable-feature=native-histograms",
          ],
        ],
        [
          process.execPath,
          [
            ...["dist/main.js", "serve", `--storage.path=${join(directory, "spandrel")}`],
            ...["--self-scrape.interval=0", "--otlp.promote-resource-attributes=host.name"],
          ],
        ],
      ];
      for (const [i, [program, args]] of programs.entries()) {
        const url = `http://127.0.0.1:${ports[i]}`;
        const all = [...args, address(ports[i]!), "--web.enable-otlp-receiver"];
        const server = new RunningProcess(program, all);
        servers.push(server);
        urls.push(url);
        await server.until("ready", START_MS, () => fetchText(`${url}/-/ready`));
      }
    });

    afterAll(async () => {
      for (const server of servers) await server.stop();
      rmSync(directory, { recursive: true, force: true });
    });

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
