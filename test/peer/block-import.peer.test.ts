/**
 * A block that Prometheus wrote, floats and native histograms in it, is imported: Spandrel answers
 * with every sample that Prometheus has.
 *
 * Units: …Ms milliseconds.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { literalSnappy } from "../http/write-bodies.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { comparable, differences } from "./histogram-answers.ts";
import { histogramSeries } from "./histogram-writes.ts";
import { prometheus3 } from "./peer-programs.ts";
import { fetchText, isInstalled } from "./running-process.ts";
import { StartedServers } from "./started-servers.ts";

const STEPS = 300;
const STEP_MS = 15_000;
const PROGRAMS = ["prometheus", ...(prometheus3 === null ? [] : [prometheus3])];
const FLAGS = [
  ...["--web.enable-remote-write-receiver", "--web.enable-admin-api"],
  "--enable-feature=native-histograms",
];

/** Debian's 2.42 cannot snapshot the others: it stumbles over its own chunks of them. */
const KINDS_OF_2 = ["counter", "wide"];
const KINDS = Object.keys(histogramSeries(0, 1));

/** Floats and native histograms of some kinds, as one request. */
function requestFrom(startMs: number, kinds: readonly string[]): Buffer {
  const named = (name: string, kind: string) => [
    { name: "__name__", value: name },
    { name: "kind", value: kind },
  ];
  const floats = ["a", "b"].map((kind, at) => ({
    labels: named("f", kind),
    samples: Array.from({ length: STEPS }, (_, i) => ({
      ...{ value: at === 0 ? i * 3 : Math.sin(i), timestamp: startMs + i * STEP_MS },
    })),
  }));
  const series = histogramSeries(startMs, STEPS);
  const histograms = kinds.map((kind) => ({
    ...{ labels: named("h", kind), histograms: series[kind] },
  }));
  return literalSnappy(encodeReference({ timeseries: [...floats, ...histograms] }));
}

describe.runIf(isInstalled("prometheus")).each(PROGRAMS)("a block of %s", (program) => {
  const servers = new StartedServers("import");
  const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const startMs = endMs - STEPS * STEP_MS;
  const urls: string[] = [];
  const kinds = program === prometheus3 ? KINDS : KINDS_OF_2;
  let said = "";

  beforeAll(async () => {
    const data = servers.folder("data");
    urls.push(await servers.startPrometheus(program, "{}\n", FLAGS, { data }));
    urls.push(await servers.startSpandrel());
    const headers = {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    };
    const body = new Uint8Array(requestFrom(startMs, kinds));
    const sent = await fetch(`${urls[0]}/api/v1/write`, { method: "POST", headers, body });
    expect([sent.status, await sent.text()]).toEqual([204, ""]);
    const taken = await fetch(`${urls[0]}/api/v1/admin/tsdb/snapshot`, { method: "POST" });
    const answer = await taken.text();
    expect(taken.status, answer).toBe(200);
    const { data: snapshot } = JSON.parse(answer) as { data: { name: string } };
    const blocks = join(data, "snapshots", snapshot.name);
    const args = ["dist/main.js", "import", `--url=${urls[1]}`, blocks];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    said = stdout + stderr;
    expect(status, said).toBe(0);
  });

  afterAll(() => servers.end());

  it("is imported whole", () => {
    expect(said).toContain(`${STEPS * (kinds.length + 2)} samples sent`);
    expect(said).toContain("all were accepted");
    expect(said).not.toContain("left out");
  });

  it.each(["f", ...kinds.map((kind) => `h{kind="${kind}"}`)])(
    "is every sample of %s",
    async (selector) => {
      for (const quarter of [1, 2, 3, 4]) {
        const time = String((startMs + (quarter * STEPS * STEP_MS) / 4 - 1000) / 1000);
        const form = new URLSearchParams({ query: `${selector}[19m]`, time });
        const [theirs, ours] = await Promise.all(
          urls.map((url) => fetchText(`${url}/api/v1/query?${form.toString()}`)),
        );
        expect(comparable(theirs!).length).toBeGreaterThan(0);
        expect(differences(comparable(theirs!), comparable(ours!))).toEqual([]);
      }
    },
  );
});
