/**
 * A real Prometheus writes over TLS: with a password, with a token, and with a wrong password. Each
 * way adds a label of its own, by which its samples are found.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokenHash } from "../../src/access/access-rules.ts";
import { makeAuthority, makeCertificate } from "../access/certificates.ts";
import { freePort } from "./free-port.ts";
import { isInstalled, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const PASSWORD = "a long password";
const WRITER = "writer-token-of-the-peer-test";
const READER = "reader-token-of-the-peer-test";

const authority = makeAuthority("authority");
const server = makeCertificate(authority, "authority", "localhost");

const WEB_CONFIG = `tls_server_config: { cert_file: server.crt, key_file: server.key }
basic_auth_users: { prometheus: ${bcrypt.hashSync(PASSWORD, 10)} }
bearer_tokens:
  writer: { role: write, token_file: writer }
  reader: { role: read, token_sha256: ${tokenHash(READER)} }
`;

function remoteWrite(port: number, via: string, how: string): string {
  return `  - url: https://127.0.0.1:${port}/api/v1/write
    name: ${via}
    tls_config: { ca_file: ca.crt }
    ${how}
    queue_config: { batch_send_deadline: 1s, max_backoff: 1s }
    write_relabel_configs: [{ target_label: via, replacement: ${via} }]
`;
}

function prometheusConfig(own: number, spandrel: number): string {
  return `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: prometheus
    static_configs: [{ targets: ["127.0.0.1:${own}"] }]
  - job_name: spandrel
    scheme: https
    tls_config: { ca_file: ca.crt }
    authorization: { credentials: ${READER} }
    static_configs: [{ targets: ["127.0.0.1:${spandrel}"] }]
remote_write:
${remoteWrite(spandrel, "password", `basic_auth: { username: prometheus, password: ${PASSWORD} }`)}
${remoteWrite(spandrel, "token", "authorization: { credentials_file: writer }")}
${remoteWrite(spandrel, "guess", "basic_auth: { username: prometheus, password: guess }")}
${remoteWrite(spandrel, "role", `authorization: { credentials: ${READER} }`)}`;
}

describe.skipIf(!isInstalled("prometheus"))("a real Prometheus that must say who it is", () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-access-"));
  const running: RunningProcess[] = [];
  let port = 0;

  function get(path: string, token: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const options = { host: "127.0.0.1", port, path, headers, ca: authority.cert };
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on("error", reject);
      sent.end();
    });
  }

  async function countOf(query: string): Promise<number> {
    const { text } = await get(`/api/v1/query?query=${encodeURIComponent(query)}`, READER);
    const { data } = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  beforeAll(async () => {
    const files = { "web.yml": WEB_CONFIG, "server.crt": server.cert, "server.key": server.key };
    const all = { ...files, "ca.crt": authority.cert, writer: `${WRITER}\n` };
    for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text);
    port = await freePort();
    const prometheusPort = await freePort();
    writeFileSync(join(directory, "prometheus.yml"), prometheusConfig(prometheusPort, port));
    const spandrel = new RunningProcess(process.execPath, [
      ...["dist/main.js", "serve", `--web.listen-address=127.0.0.1:${port}`],
      `--web.config.file=${join(directory, "web.yml")}`,
      `--storage.path=${join(directory, "spandrel")}`,
    ]);
    running.push(spandrel);
    await spandrel.until("ready", START_MS, async () => {
      const { status } = await get("/-/ready", WRITER);
      return status === 200 ? true : undefined;
    });
    const prometheus = new RunningProcess("prometheus", [
      `--config.file=${join(directory, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(directory, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
    ]);
    running.push(prometheus);
    await prometheus.until("samples", START_MS, async () =>
      (await countOf('count(up{via="password",job="spandrel"} == 1)')) === 1 ? true : undefined,
    );
  });

  afterAll(async () => {
    for (const one of running.reverse()) await one.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("writes with a password and with a token, and only with those", async () => {
    await expect
      .poll(() => countOf('count(up{via="token",job="prometheus"})'), { timeout: 60_000 })
      .toBe(1);
    expect(await countOf('count({via="password"})')).toBeGreaterThan(500);
    expect(await countOf('count({via=~"guess|role"})')).toBe(0);
  });

  it("is refused with 401 and 403 otherwise, which is counted", async () => {
    const write = 'spandrel_http_requests_total{handler="/api/v1/write",code=';
    const counters = [
      'spandrel_http_refusals_total{reason="wrong_credentials"}',
      'spandrel_http_refusals_total{reason="not_allowed"}',
      `${write}"401"}`,
      `${write}"403"}`,
    ];
    const missing = async () => {
      const lines = (await get("/metrics", READER)).text.split("\n");
      const figureOf = (name: string) => lines.find((line) => line.startsWith(name))?.split(" ")[1];
      return counters.filter((name) => !(Number(figureOf(name)) > 0));
    };
    await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([]);
  });

  it("finds no secret in the log or in what the service says of itself", async () => {
    const said = [running[0]?.output ?? ""];
    for (const path of ["flags", "config", "runtimeinfo"]) {
      said.push((await get(`/api/v1/status/${path}`, READER)).text);
    }
    for (const secret of [PASSWORD, WRITER, READER, "$2b$", tokenHash(READER), "PRIVATE KEY"]) {
      expect(said.join("\n")).not.toContain(secret);
    }
  });
});
