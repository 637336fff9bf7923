import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { closeServer, isLoopback, listen, originOf } from "../../src/http/listen.ts";
import { buildServer } from "../../src/http/server.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { fakeParts } from "./fake-service.ts";
import { literalSnappy } from "./write-bodies.ts";

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

async function startedServer() {
  const fakes = fakeParts();
  const app = await buildServer(fakes.parts);
  const port = await listen(app, "127.0.0.1", 0);
  return { ...fakes, app, port };
}

function body(sampleCount: number): Buffer {
  const encoder = new WriteRequestEncoder();
  encoder.beginSeries();
  encoder.label("__name__", "up");
  for (let i = 0; i < sampleCount; i++) encoder.sample(1_700_000_000_000 + i, i);
  encoder.endSeries();
  return literalSnappy(encoder.finish());
}

function startWrite(port: number, headers: Record<string, string | number> = {}): ClientRequest {
  return request({ port, agent, method: "POST", path: "/api/v1/write", headers });
}

async function statusOf(sent: ClientRequest): Promise<number> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode ?? 0;
}

describe("write requests over a socket", () => {
  it("are read in any number of parts, with and without a declared length", async () => {
    const { app, port, service } = await startedServer();
    const bytes = body(3000);
    for (const headers of [{}, { "content-length": bytes.length }]) {
      const sent = startWrite(port, headers);
      for (let at = 0; at < bytes.length; at += 7001) sent.write(bytes.subarray(at, at + 7001));
      sent.end();
      expect(await statusOf(sent)).toBe(204);
      expect(service.writes.at(-1)?.samples).toBe(3000);
    }
    await closeServer(app);
  });

  it("that arrive at the same time do not mix", async () => {
    const { app, port, service } = await startedServer();
    const bodies = [1, 200, 3000, 17].map(body);
    const sent = bodies.map(() => startWrite(port));
    for (const [i, one] of sent.entries()) one.write(bodies[i]?.subarray(0, 5) as Buffer);
    for (const [i, one] of sent.entries()) one.end(bodies[i]?.subarray(5) as Buffer);
    expect(await Promise.all(sent.map(statusOf))).toEqual([204, 204, 204, 204]);
    const counts = service.writes.map(({ samples }) => samples).sort((a, b) => a - b);
    expect(counts).toEqual([1, 17, 200, 3000]);
    await closeServer(app);
  });

  it("that turn out too large are cut off with 413", async () => {
    const { app, port, parts } = await startedServer();
    const sent = startWrite(port);
    sent.on("error", () => {});
    const answered = statusOf(sent);
    for (let i = 0; i < 3; i++) sent.write(Buffer.alloc(30_000));
    expect(await answered).toBe(413);
    sent.destroy();
    expect(parts.counts.requests()).toEqual([{ handler: "/api/v1/write", status: 413, count: 1 }]);
    await closeServer(app);
  });

  it("whose sender goes away are counted and nothing else", async () => {
    const { app, port, parts, service } = await startedServer();
    const arrived = once(app.server, "request");
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /api/v1/write HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    await arrived;
    socket.destroy();
    await expect
      .poll(() => parts.counts.requests())
      .toEqual([{ handler: "/api/v1/write", status: 499, count: 1 }]);
    expect(service.writes).toEqual([]);
    await closeServer(app);
  });
});

describe("a server that closes", () => {
  it("finishes what is under way and leaves no connection open", async () => {
    const { app, port, service } = await startedServer();
    const bytes = body(10);
    const arrived = once(app.server, "request");
    const sent = startWrite(port, { "content-length": bytes.length });
    sent.write(bytes.subarray(0, 20));
    await arrived;
    const closed = closeServer(app);
    const answered = statusOf(sent);
    sent.end(bytes.subarray(20));
    expect(await answered).toBe(204);
    expect(service.writes.length).toBe(1);
    await closed;
    const refused = startWrite(port);
    refused.end();
    await expect(once(refused, "response")).rejects.toThrow();
  });
});

describe("listening", () => {
  it("says which address is taken", async () => {
    const { app, port } = await startedServer();
    const other = await buildServer(fakeParts().parts);
    await expect(listen(other, "127.0.0.1", port)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port} (--web.listen-address): EADDRINUSE`,
    );
    await closeServer(app);
    await other.close();
  });

  it("on every address is found under localhost", async () => {
    const app = await buildServer(fakeParts().parts);
    const port = await listen(app, "", 0);
    expect((await fetch(`http://127.0.0.1:${port}/-/healthy`)).status).toBe(200);
    await closeServer(app);
    expect(originOf("", 9201)).toBe("http://localhost:9201");
    expect(originOf("0.0.0.0", 1)).toBe("http://localhost:1");
    expect(originOf("::1", 1)).toBe("http://[::1]:1");
    expect(originOf("tsdb", 1)).toBe("http://tsdb:1");
  });

  it("is safe on loopback addresses only", () => {
    expect(["127.0.0.1", "127.1.2.3", "::1", "localhost"].every(isLoopback)).toBe(true);
    expect(["", "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org"].some(isLoopback)).toBe(false);
  });
});
