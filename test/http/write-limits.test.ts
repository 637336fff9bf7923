/** Limits of write requests over real sockets. */
import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { afterAll, describe, expect, it } from "vitest";
import { closeServer, listen } from "../../src/http/listen.ts";
import { buildServer } from "../../src/http/server.ts";
import type { HttpSettings } from "../../src/http/server-parts.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { fakeParts } from "./fake-service.ts";
import { literalSnappy } from "./write-bodies.ts";

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

async function startedServer(changes: Partial<HttpSettings>) {
  const base = fakeParts();
  const fakes = fakeParts({ settings: { ...base.parts.settings, ...changes } });
  const app = await buildServer(fakes.parts);
  const port = await listen(app, "127.0.0.1", 0);
  const start = (headers: Record<string, string> = {}): ClientRequest =>
    request({ port, agent, method: "POST", path: "/api/v1/write", headers });
  return { ...fakes, app, start };
}

function body(sampleCount: number): Buffer {
  const encoder = new WriteRequestEncoder();
  encoder.beginSeries();
  encoder.label("__name__", "up");
  for (let i = 0; i < sampleCount; i++) encoder.sample(1_700_000_000_000 + i, i);
  encoder.endSeries();
  return literalSnappy(encoder.finish());
}

async function answerOf(sent: ClientRequest) {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(response, "end");
  return { status: response.statusCode, text, retryAfter: response.headers["retry-after"] };
}

describe("limits of write requests", () => {
  it("hold a client to its number of requests under way", async () => {
    const { app, start, parts } = await startedServer({ clientRequestsMax: 1 });
    const bytes = body(10);
    const first = start();
    const arrived = once(app.server, "request");
    first.write(bytes.subarray(0, 5));
    await arrived;
    await expect.poll(() => parts.counts.door.writeQueue.bodies.heldBytes).toBeGreaterThan(0);
    const second = start();
    second.end(bytes);
    const refused = await answerOf(second);
    expect(refused).toMatchObject({ status: 429, retryAfter: "1" });
    expect(refused.text).toContain("127.0.0.1 has 1 write requests under way");
    first.end(bytes.subarray(5));
    expect((await answerOf(first)).status).toBe(204);
    const third = start();
    third.end(bytes);
    expect((await answerOf(third)).status).toBe(204);
    expect(parts.counts.door.writeRefusals.get("client_requests")).toBe(1);
    await closeServer(app);
  });

  it("hold a client to its samples a second", async () => {
    const { app, start, service } = await startedServer({ clientSamplesPerSecond: 10 });
    const first = start();
    first.end(body(150));
    expect((await answerOf(first)).status).toBe(204);
    const second = start();
    second.end(body(1));
    const refused = await answerOf(second);
    expect(refused).toMatchObject({ status: 429, retryAfter: "6" });
    expect(refused.text).toContain("10 a second (--write.max-samples-per-client)");
    expect(service.writes.length).toBe(1);
    await closeServer(app);
  });

  it("bound the bytes of all bodies together; bodies that stand still give way", async () => {
    const room = 300 * 1024;
    const { app, start, parts, clock } = await startedServer({ writePendingBytesMax: room });
    const held = () => parts.counts.door.writeQueue.bodies.heldBytes;
    const stalled = [start(), start()];
    for (const [i, one] of stalled.entries()) {
      one.write("abc");
      await expect.poll(held).toBe((i + 1) * 128 * 1024);
    }
    const late = start();
    late.end(body(10));
    const refused = await answerOf(late);
    expect(refused).toMatchObject({ status: 503, retryAfter: "1" });
    expect(refused.text).toContain("the limit is 307200 (--write.max-pending-bytes)");
    clock.advance(5001);
    const answers = stalled.map(answerOf);
    const next = start();
    next.end(body(10));
    expect((await answerOf(next)).status).toBe(204);
    expect((await answers[0])?.status).toBe(503);
    stalled[1]?.end(body(3).subarray(0, 3));
    expect((await answers[1])?.status).toBe(400);
    await expect.poll(held).toBe(0);
    await closeServer(app);
  });

  it("take no buffer for a length that was only declared", async () => {
    const { app, start, parts } = await startedServer({});
    const sent = start({ "content-length": "60000" });
    sent.on("error", () => {});
    const arrived = once(app.server, "request");
    sent.flushHeaders();
    await arrived;
    // Whatever is done for its head is done: this one came later and has its answer.
    const other = start();
    other.end(body(1));
    expect((await answerOf(other)).status).toBe(204);
    expect(parts.counts.door.writeQueue.bodies.heldBytes).toBe(0);
    sent.destroy();
    await closeServer(app);
  });
});
