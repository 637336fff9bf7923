/**
 * The curves of a drill, sent to a real Prometheus that also scrapes itself.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendCurves } from "../../src/drill/remote-write.ts";
import { smallDrill } from "../drill/small-drill.ts";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

function isInstalled(): boolean {
  try {
    execFileSync("prometheus", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skips = !isInstalled();
const note = skips ? " (skipped: no Prometheus here)" : "";

describe.skipIf(skips)(`a drill's curves in Prometheus${note}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-drill-"));
  let prometheus: RunningProcess;
  let url: string;

  beforeAll(async () => {
    url = `http://127.0.0.1:${await freePort()}`;
    const config = join(directory, "prometheus.yml");
    const target = `[{ targets: ["${url.slice("http://".length)}"] }]`;
    const job = `  - { job_name: self, static_configs: ${target} }`;
    writeFileSync(config, `global: { scrape_interval: 1s }\nscrape_configs:\n${job}\n`);
    prometheus = new RunningProcess("prometheus", [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      `--web.listen-address=${url.slice("http://".length)}`,
      "--web.enable-remote-write-receiver",
    ]);
    await prometheus.until("ready", 60_000, () => fetchText(`${url}/-/ready`));
  });

  afterAll(async () => {
    await prometheus.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("are all there, hour by hour, under the names of go_memstats", async () => {
    const scenario = { seriesCount: 30, hours: 50 };
    const result = await smallDrill("exact+shuffled,class+time", scenario);
    const nowMs = Date.now();
    expect(await sendCurves(`${url}/api/v1/write`, result, nowMs, 30_000)).toBe(24);
    const name = 'go_memstats_heap_inuse_bytes{job="spandrel-drill",policy="exact+shuffled"}[2h]';
    const query = new URLSearchParams({ query: name, time: String(nowMs / 1000) });
    const reply = JSON.parse((await fetchText(`${url}/api/v1/query?${query}`)) ?? "{}");
    const values = reply.data.result[0].values as [number, string][];
    const readings = [result.before.readings.at(-1)!, ...result.runs[1]!.readings];
    expect(values.map(([, text]) => Number(text))).toEqual(
      readings.map(({ inuseBytes }) => inuseBytes),
    );
  });

  it("are refused in words when the receiver refuses them", async () => {
    const result = await smallDrill("class+time", { seriesCount: 5, hours: 40 });
    const send = sendCurves(`${url}/api/v1/write`, result, Date.now() - 90_000_000, 30_000);
    await expect(send).rejects.toThrow(/remote write to .*: 400 .*out of bounds/);
    await expect(sendCurves(`${url}/nothing`, result, Date.now(), 1000)).rejects.toThrow(/404/);
  });
});
