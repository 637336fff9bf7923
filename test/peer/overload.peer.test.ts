/**
 * More senders than the service has room for, against a real process: it says no in time, answers
 * others meanwhile, loses nothing that it accepted, and is as before afterwards.
 */
import { setTimeout as sleep } from "node:timers/promises";
import snappy from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteConnection } from "../../bench/load/write-connection.ts";
import { memoryOf } from "../../bench/process-figures.ts";
import { type ServerUnderTest, startServer } from "../../bench/server-under-test.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { RunningProcess } from "./running-process.ts";

const SENDERS = 128;
const BODIES_EACH = 12;
const SERIES_EACH = 2000;
const MIB = 2 ** 20;
const COMMAND = [
  `${process.execPath} dist/main.js serve --web.listen-address=127.0.0.1:{port}`,
  "--storage.path={dir} --self-scrape.interval=0 --log.level=error",
  "--write.max-pending-bytes=1MiB",
].join(" ");

/**
 * Asks for the service's health 20 times a second and prints how long it took, in ms: by the clock,
 * and in processor time that the service used meanwhile, which is the same on a busy machine.
 */
const PROBE = `
const { readFileSync } = require("node:fs");
const [, port, pid] = process.argv;
const cpuMs = () => {
  const fields = readFileSync("/proc/" + pid + "/stat", "latin1").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
};
const ask = async () => {
  const [asked, used] = [performance.now(), cpuMs()];
  const { ok } = await fetch("http://127.0.0.1:" + port + "/-/healthy");
  console.log(ok ? performance.now() - asked : Infinity, cpuMs() - used);
  setTimeout(ask, 50);
};
ask();
`;

/** One sample of each of a sender's series. */
function bodyOf(sender: number, timeMs: number): Uint8Array {
  const encoder = new WriteRequestEncoder();
  for (let s = 0; s < SERIES_EACH; s++) {
    encoder.beginSeries();
    encoder.label("__name__", "load");
    encoder.label("instance", `host-${s}.example.org:9100`);
    encoder.label("sender", String(sender));
    encoder.sample(timeMs, s);
    encoder.endSeries();
  }
  return snappy.compress(encoder.finish());
}

describe("a service with more senders than room", () => {
  let server: ServerUnderTest;
  const statuses = new Map<number, number>();
  const latencies: { readonly wallMs: number; readonly cpuMs: number }[] = [];
  const startMs = Date.now() - 60_000;
  let bodies: Uint8Array[][] = [];
  let before = 0;
  let peak = 0;

  /** Sends a body until it is accepted, as Prometheus does. */
  async function deliver(connection: WriteConnection, body: Uint8Array): Promise<void> {
    for (;;) {
      const { status } = await connection.post(body).catch(() => ({ status: 0 }));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 204) return;
      await sleep(50);
    }
  }

  async function send(sender: number): Promise<void> {
    const connection = new WriteConnection(server.port, "/api/v1/write");
    for (let i = 0; i < BODIES_EACH; i++)
      await deliver(connection, bodies[sender]?.[i] as Uint8Array);
    connection.close();
  }

  beforeAll(async () => {
    server = await startServer(COMMAND, "/-/ready");
    // Made beforehand: making them would keep this process from sending.
    bodies = Array.from({ length: SENDERS + 1 }, (_, sender) =>
      Array.from({ length: BODIES_EACH }, (_body, i) => bodyOf(sender, startMs + i)),
    );
    await send(SENDERS);
    before = memoryOf(server.pid).resident;
    const probe = new RunningProcess(process.execPath, [
      "-e",
      PROBE,
      String(server.port),
      String(server.pid),
    ]);
    await probe.until("probes", 10_000, async () => probe.output || undefined);
    await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
    peak = memoryOf(server.pid).residentPeak;
    await probe.stop();
    for (const line of probe.output.trim().split("\n")) {
      const [wallMs = Number.NaN, cpuMs = Number.NaN] = line.split(" ").map(Number);
      latencies.push({ wallMs, cpuMs });
    }
  });

  afterAll(() => server.stop());

  it("answers what it has no room for with 503", () => {
    expect([...statuses.keys()].sort((a, b) => a - b)).toEqual([204, 503]);
    expect(statuses.get(204)).toBe((SENDERS + 1) * BODIES_EACH);
    expect(statuses.get(503)).toBeGreaterThan(0);
  });

  it("answers health checks within a second of its own time meanwhile", () => {
    const longest = (kind: "wallMs" | "cpuMs") => Math.max(...latencies.map((one) => one[kind]));
    expect(latencies.length).toBeGreaterThan(5);
    expect(longest("cpuMs")).toBeLessThan(1000);
    expect(longest("wallMs")).toBeLessThan(Number.POSITIVE_INFINITY);
    const times = `${longest("cpuMs")} ms of its own, ${longest("wallMs").toFixed(0)} by the clock`;
    console.log(`${latencies.length} probes, the longest ${times}`);
  });

  it("holds no more memory than its series and its limits explain", () => {
    // 256,000 series with a chunk each, their labels, and what V8 keeps around them.
    expect(peak - before).toBeLessThan(400 * MIB);
    console.log(`${Math.round(before / MIB)} MiB before, at most ${Math.round(peak / MIB)} MiB`);
  });

  it("has every sample that it accepted, and none twice", async () => {
    const query = "sum by (sender) (count_over_time(load[5m]))";
    // However long the senders took.
    const asked = new URLSearchParams({ query, time: String((startMs + 60_000) / 1000) });
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/query?${asked}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    const counts = data.result.map(({ value }) => value[1]);
    expect(counts).toEqual(Array(SENDERS + 1).fill(String(SERIES_EACH * BODIES_EACH)));
  });

  it("takes a sender's requests at once again", async () => {
    const connection = new WriteConnection(server.port, "/api/v1/write");
    for (let i = 0; i < 20; i++) {
      expect((await connection.post(bodyOf(0, startMs + 1000 + i))).status).toBe(204);
    }
    connection.close();
  });
});
