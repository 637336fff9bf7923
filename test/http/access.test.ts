import bcrypt from "bcryptjs";
import { afterAll, describe, expect, it } from "vitest";
import { AccessFile } from "../../src/access/access-file.ts";
import { tokenHash } from "../../src/access/access-rules.ts";
import { silentLog } from "../../src/base/log.ts";
import { diskOf, writeFile } from "../access/files.ts";
import { testServer } from "./test-server.ts";

const PASSWORD = "correct horse";
const HASH = bcrypt.hashSync(PASSWORD, 4);
const TOKENS = { write: "write-token-0123456789", read: "read-token", admin: "admin-token" };
const CONFIG = `
basic_auth_users: { alice: ${HASH} }
http_server_config: { headers: { X-Frame-Options: deny } }
bearer_tokens:
  writer: { role: write, token_sha256: ${tokenHash(TOKENS.write)} }
  reader: { role: read, token_sha256: ${tokenHash(TOKENS.read)} }
  keeper: { role: admin, token_sha256: ${tokenHash(TOKENS.admin)} }
`;

async function guardedServer(text: string) {
  const disk = await diskOf({ "web.yml": text });
  const access = await AccessFile.open(disk, "/etc/web.yml", silentLog);
  const server = await testServer({ access });
  return { disk, access, ...server };
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("a server with users and tokens", async () => {
  const { get, send, parts } = await guardedServer(CONFIG);
  const refusals = (reason: string) => parts.counts.door.refusals.get(reason as "busy");

  it("asks everybody who they are, on every path, probes included", async () => {
    for (const path of ["/", "/-/healthy", "/metrics", "/api/v1/query?query=1", "/nothing"]) {
      const { status, headers, text } = await get(path);
      expect([path, status, text]).toEqual([path, 401, "Unauthorized\n"]);
      expect(headers["www-authenticate"]).toBe("Basic");
      expect(headers["x-frame-options"]).toBe("deny");
    }
    expect((await send("POST", "/api/v1/write", "x")).status).toBe(401);
    expect(refusals("no_credentials")).toBe(6);
  });

  it("lets a user do everything", async () => {
    const alice = basic("alice", PASSWORD);
    expect((await get("/api/v1/query?query=1", alice)).status).toBe(200);
    expect((await send("POST", "/api/v1/admin/tsdb/snapshot", undefined, alice)).status).toBe(200);
    const written = await send("POST", "/api/v1/write", "", alice);
    expect([written.status, written.text]).toEqual([400, expect.stringContaining("snappy")]);
  });

  it("refuses wrong passwords and unknown names alike, and counts them", async () => {
    const before = refusals("wrong_credentials") ?? 0;
    const wrong = [basic("alice", "wrong"), basic("bob", PASSWORD), bearer("guess-guess-guess")];
    wrong.push({ authorization: "Basic !!!" }, { authorization: "Digest x" }, bearer(""));
    for (const headers of [...wrong, wrong[0] as { authorization: string }]) {
      expect(await get("/", headers)).toMatchObject({ status: 401, text: "Unauthorized\n" });
    }
    expect(refusals("wrong_credentials")).toBe(before + 7);
    const write = await send("POST", "/api/v1/write", "", basic("alice", "wrong"));
    expect(write.status).toBe(401);
    const counted = parts.counts.requests().filter((entry) => entry.handler === "/api/v1/write");
    expect(counted.find((entry) => entry.status === 401)?.count).toBe(2);
  });

  it.each([
    ["write", { write: 400, read: 403, admin: 403, probe: 200 }],
    ["read", { write: 403, read: 200, admin: 403, probe: 200 }],
    ["admin", { write: 400, read: 200, admin: 200, probe: 200 }],
  ] as const)("lets the role %s do what it may", async (role, expected) => {
    const token = bearer(TOKENS[role]);
    const write = await send("POST", "/api/v1/write", "", token);
    const read = await get("/metrics", token);
    const admin = await send("POST", "/api/v1/admin/heap/compact", undefined, token);
    const drill = await send("POST", "/api/v1/drill/stop", undefined, token);
    expect(drill.status === 403).toBe(role !== "admin");
    const probe = await get("/-/ready", token);
    const statuses = { write: write.status, read: read.status, admin: admin.status };
    expect({ ...statuses, probe: probe.status }).toEqual(expected);
    if (expected.admin === 403) expect(admin.text).toContain(`the role ${role}`);
  });

  it("is not fooled by how a path is written", async () => {
    const writer = bearer(TOKENS.write);
    for (const path of ["/api/v1/write/../query?query=1", "/api/v1/%71uery?query=1", "//metrics"]) {
      expect((await get(path, writer)).status).toBe(403);
    }
  });
});

describe("a rate limit", async () => {
  const { get, clock, parts } = await guardedServer("rate_limit: { interval: 100ms, burst: 2 }");

  it("lets a burst through, then one request an interval", async () => {
    const statuses = async (count: number) => {
      const found = [];
      for (let i = 0; i < count; i++) found.push((await get("/-/healthy")).status);
      return found;
    };
    expect(await statuses(3)).toEqual([200, 200, 429]);
    clock.advance(100);
    expect(await statuses(2)).toEqual([200, 429]);
    expect((await get("/-/healthy")).headers["retry-after"]).toBe("1");
    expect(parts.counts.door.refusals.get("rate_limited")).toBe(3);
  });
});

describe("a changed configuration", () => {
  it("is in force when read again; one that is no use changes nothing", async () => {
    const { disk, access, get } = await guardedServer(CONFIG);
    const reader = bearer(TOKENS.read);
    expect((await get("/metrics", reader)).status).toBe(200);
    await writeFile(disk, "/etc/web.yml", CONFIG.replace(tokenHash(TOKENS.read), "f".repeat(64)));
    await access.reload();
    expect((await get("/metrics", reader)).status).toBe(401);
    for (const text of ["basic_auth_users: { alice: x }", "tls_server_config: { cert: C }"]) {
      await writeFile(disk, "/etc/web.yml", text);
      await expect(access.reload()).rejects.toThrow("--web.config.file /etc/web.yml");
      expect((await get("/metrics", reader)).status).toBe(401);
      expect((await get("/metrics", bearer(TOKENS.admin))).status).toBe(200);
    }
    expect([access.reloadCount, access.failureCount]).toEqual([1, 2]);
  });

  it("is looked for while the server runs", async () => {
    const { disk, access, get } = await guardedServer(CONFIG);
    await writeFile(disk, "/etc/web.yml", "{}");
    await expect.poll(() => access.reloadCount).toBe(1);
    expect((await get("/metrics")).status).toBe(200);
  });
});

describe("the lifecycle routes", () => {
  const quits: string[] = [];
  afterAll(() => expect(quits).toEqual(["quit"]));

  it("read the configuration again and end the process when they are enabled", async () => {
    const disk = await diskOf({ "web.yml": "{}" });
    const access = await AccessFile.open(disk, "/etc/web.yml", silentLog);
    const plain = await testServer();
    const settings = { ...plain.parts.settings, enableLifecycle: true };
    const { send } = await testServer({ access, settings, quit: () => quits.push("quit") });
    expect(await send("POST", "/-/reload")).toMatchObject({ status: 200, text: "" });
    await writeFile(disk, "/etc/web.yml", "nonsense: 1");
    const failed = await send("PUT", "/-/reload");
    expect(failed.status).toBe(500);
    expect(failed.text).toContain("nonsense: unknown key");
    expect((await send("POST", "/-/quit")).text).toBe("Requesting termination... Goodbye!");
    await expect.poll(() => quits.length).toBe(1);
  });
});
