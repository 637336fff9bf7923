/**
 * The program as a process of its own: started from its source, driven over HTTP and by signals.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { makeAuthority, makeCertificate } from "../access/certificates.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "spandrel-e2e-"));
const running: Program[] = [];

afterEach(async () => {
  for (const program of running.splice(0)) await program.kill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]): Program {
  const program = new Program(args);
  running.push(program);
  return program;
}

/** Starts the service on a free port and the shared directory, unless `flags` say otherwise. */
function startService(...flags: string[]): Program {
  const usual = ["--web.listen-address=127.0.0.1:0", `--storage.path=${folder}`];
  const given = new Set(flags.map((flag) => flag.split("=")[0]));
  const others = usual.filter((flag) => !given.has(flag.split("=")[0]));
  return start("serve", "--self-scrape.interval=0", ...others, ...flags);
}

async function writeOne(origin: string, timeMs: number): Promise<number> {
  const encoder = new WriteRequestEncoder();
  encoder.beginSeries();
  encoder.label("__name__", "requests");
  encoder.label("host", "a");
  encoder.sample(timeMs, 42);
  encoder.endSeries();
  const body = new Uint8Array(literalSnappy(encoder.finish()));
  return (await fetch(`${origin}/api/v1/write`, { method: "POST", body })).status;
}

async function query(origin: string, text: string, timeMs: number): Promise<string> {
  const form = new URLSearchParams({ query: text, time: String(timeMs / 1000) });
  return (await fetch(`${origin}/api/v1/query`, { method: "POST", body: form })).text();
}

describe("spandrel serve", () => {
  it("stores, answers, ends in order on SIGTERM and has it all after a restart", async () => {
    const nowMs = Date.now();
    const first = startService();
    const origin = await first.ready();
    expect(await writeOne(origin, nowMs)).toBe(204);
    const answer = await query(origin, "requests", nowMs);
    expect(answer).toContain('{"__name__":"requests","host":"a"}');
    expect(answer).toContain('"42"');
    expect(await first.stop("SIGTERM")).toBe(0);
    expect(first.output).toContain("stopped");

    const second = startService();
    expect(await query(await second.ready(), "requests", nowMs)).toBe(answer);
    expect(await second.stop("SIGINT")).toBe(0);
  });

  it("says where it is found, on the port it was given", async () => {
    const service = startService();
    const origin = await service.ready();
    const line = service.lines().find((fields) => fields["page"] !== undefined);
    expect(line).toMatchObject({
      page: origin,
      write: `${origin}/api/v1/write`,
      "grafana data source": origin,
      level: "info",
    });
    expect((await fetch(origin)).headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(service.lines().some(({ level }) => level === "warn")).toBe(false);
  });

  it("warns when other machines can reach it", async () => {
    const service = startService("--web.listen-address=0.0.0.0:0");
    await service.ready();
    const warning = service.lines().find(({ level }) => level === "warn");
    expect(warning?.["msg"]).toContain("there is no authentication");
  });

  it("keeps a second process out of its directory", async () => {
    await startService().ready();
    const second = startService();
    expect(await second.end()).toBe(1);
    expect(second.output).toMatch(/^spandrel: .*lock/m);
  });

  it("ends with 1 when its port is taken", async () => {
    const origin = await startService().ready();
    const other = join(folder, "other");
    const { host } = new URL(origin);
    const second = startService(`--storage.path=${other}`, `--web.listen-address=${host}`);
    expect(await second.end()).toBe(1);
    expect(second.output).toContain(`spandrel: cannot listen on ${host}`);
  });
});

describe("a second signal", () => {
  it("ends the process at once, whatever is under way", async () => {
    const service = startService();
    const { port } = new URL(await service.ready());
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    const head = "POST /api/v1/write HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n";
    // Node says "100 Continue" when it hands the request over: from then on it is under way.
    socket.write(`${head}Expect: 100-continue\r\n\r\n`);
    await once(socket, "data");
    socket.write("abc");
    service.signal("SIGTERM");
    await expect.poll(() => service.output).toContain("finishing");
    expect(await service.stop("SIGTERM")).toBe(143);
    socket.destroy();
  });
});

describe("the health check", () => {
  it("exits 0 when the service is ready and 1 when nothing answers", async () => {
    const { host } = new URL(await startService().ready());
    const check = (address: string, ...args: string[]) => {
      const program = new Program(args, "healthcheck.ts", { SPANDREL_WEB_LISTEN_ADDRESS: address });
      running.push(program);
      return program;
    };
    const ready = check(host);
    const healthy = check(host, "healthy");
    const nobody = check("127.0.0.1:1");
    expect(await ready.end()).toBe(0);
    expect(ready.output).toBe("/-/ready: 200\n");
    expect(await healthy.end()).toBe(0);
    expect(healthy.output).toBe("/-/healthy: 200\n");
    expect(await nobody.end()).toBe(1);
    expect(nobody.output).toContain("ECONNREFUSED");
  });
});

describe("a service with TLS and a token", () => {
  it("is probed with a token, reads its users again on SIGHUP and ends when asked to", async () => {
    const authority = makeAuthority("authority");
    const { cert, key } = makeCertificate(authority, "authority", "localhost");
    const tls = "tls_server_config: { cert_file: s.crt, key_file: s.key }\n";
    const config = `${tls}bearer_tokens: { probe: { role: admin, token_file: token } }`;
    const files = { "web.yml": config, "s.crt": cert, "s.key": key, token: "probe-token-0123" };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const webConfig = `--web.config.file=${join(folder, "web.yml")}`;
    const service = startService(webConfig, "--web.enable-lifecycle", "--log.level=info");
    const page = () => service.lines().find((fields) => fields["page"] !== undefined)?.["page"];
    await expect.poll(page).toMatch(/^https:/);
    const { host, port } = new URL(page() as string);
    const check = async (token?: string) => {
      const program = new Program([], "healthcheck.ts", {
        SPANDREL_WEB_LISTEN_ADDRESS: host,
        SPANDREL_WEB_CONFIG_FILE: join(folder, "web.yml"),
        ...(token === undefined ? {} : { SPANDREL_HEALTHCHECK_TOKEN_FILE: join(folder, token) }),
      });
      running.push(program);
      await program.end();
      return program.output;
    };
    expect(await check("token")).toBe("/-/ready: 200\n");
    expect(await check()).toContain("/-/ready: 401; SPANDREL_HEALTHCHECK_TOKEN_FILE");
    writeFileSync(join(folder, "web.yml"), "nonsense: 1");
    service.signal("SIGHUP");
    await expect.poll(() => service.output).toContain("nonsense: unknown key");
    const quit = request({
      ...{ host: "127.0.0.1", port, path: "/-/quit", method: "POST", ca: authority.cert },
      headers: { authorization: "Bearer probe-token-0123" },
    });
    quit.on("error", () => {});
    quit.end();
    expect(await service.end()).toBe(0);
  });

  it("does not start with a file that is no use", async () => {
    writeFileSync(join(folder, "bad.yml"), "basic_auth_users: { alice: secret }");
    const service = startService(`--web.config.file=${join(folder, "bad.yml")}`);
    expect(await service.end()).toBe(2);
    expect(service.output).toContain("basic_auth_users.alice: want a password hashed with bcrypt");
    expect(service.output).not.toContain("secret");
  });
});

describe("the command line", () => {
  it("refuses a bad flag with 2 and says what is allowed", async () => {
    const program = start("--heap.gogc=-1");
    expect(await program.end()).toBe(2);
    expect(program.output).toContain('spandrel: --heap.gogc="-1" is not allowed: want a whole');
  });

  it("knows its version and its commands", async () => {
    const version = start("--version");
    const help = start("--help");
    expect(await version.end()).toBe(0);
    expect(version.output).toMatch(/^spandrel \d+\.\d+\.\d+/);
    expect(await help.end()).toBe(0);
    expect(help.output).toContain("serve");
  });
});
