import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { DrillService } from "../../src/drill/drill-service.ts";
import { launchHere } from "../../src/drill/launch.ts";
import { curvesCsv } from "../../src/drill/write-output.ts";
import type { DrillReport, DrillStatus } from "../../src/http/api-types.ts";
import { countingClock, smallDrill } from "../drill/small-drill.ts";
import { testServer } from "./test-server.ts";

/** Jobs are done in this thread, once the gate is open. */
let gate = Promise.resolve();
const disk = new MemoryDisk(1);
const clock = countingClock();
const drill = new DrillService({
  disk: { makeDirectory: () => Promise.resolve(), removeDirectory: () => Promise.resolve() },
  clock,
  seriesMax: 300,
  launch: (job, tell) => ({
    done: gate.then(() => launchHere(disk, clock)(job, tell).done),
    stop: () => Promise.resolve(),
  }),
});
const server = await testServer({ drill });
const SMALL = {
  series: "60",
  hours: "44",
  "restart-hour": "36",
  "scrape-interval": "1m",
  "chunk-bytes-median": "300",
  policy: "exact+shuffled,class+time",
};

describe("/api/v1/drill", () => {
  it("has nothing to show before the first", async () => {
    expect(await server.data("/api/v1/drill")).toMatchObject({ state: "idle", seriesMax: 300 });
    expect((await server.get("/api/v1/drill/report")).status).toBe(404);
    expect((await server.get("/api/v1/drill/curves.csv")).status).toBe(404);
  });

  it.each([
    [{ series: "301" }, /301 series: at most 300/],
    [{ hours: "20" }, /--restart-hour=36 is not below --hours=20/],
    [{ policy: "none" }, /policy/],
    [{ out: "/tmp/x" }, /out: want one of policy, series/],
    [{ seed: "x" }, /seed/],
  ])("refuses %j", async (change, text) => {
    const answer = await server.post("/api/v1/drill", { ...SMALL, ...change });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toMatch(text);
  });

  it("runs one at a time, to the figures of the command line", async () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const started = await server.post("/api/v1/drill", SMALL);
    expect(JSON.parse(started.text).data).toMatchObject({ state: "running", number: 1 });
    expect((await server.post("/api/v1/drill", SMALL)).status).toBe(409);
    open();
    let status = (await server.data("/api/v1/drill")) as DrillStatus;
    for (let i = 0; i < 600 && status.state === "running"; i++) {
      await sleep(50);
      status = (await server.data("/api/v1/drill")) as DrillStatus;
    }
    expect(status).toMatchObject({ state: "done", part: 1, error: null });
    const expected = await smallDrill(SMALL.policy, {
      ...{ seriesCount: 60, hours: 44, restartHour: 36, scrapeMs: 60_000, chunkBytesMedian: 300 },
    });
    expect((await server.get("/api/v1/drill/curves.csv")).text).toBe(curvesCsv(expected));
    const report = (await server.data("/api/v1/drill/report")) as DrillReport;
    expect(report.parameters).toEqual(SMALL);
    expect(report.runs.map(({ name }) => name)).toEqual(expected.runs.map(({ name }) => name));
    expect(report.runs[1]?.readings).toMatchObject(
      expected.runs[1]!.readings.map(({ inuseBytes }) => ({ inuseBytes })),
    );
  });

  it("can be stopped", async () => {
    gate = new Promise(() => {});
    await server.post("/api/v1/drill", SMALL);
    await server.send("POST", "/api/v1/drill/stop");
    const status = () => server.data("/api/v1/drill");
    await expect.poll(status).toMatchObject({ state: "stopped", number: 2 });
    // What was finished before is still there.
    expect(await server.data("/api/v1/drill/report")).toMatchObject({ number: 1 });
  });
});
