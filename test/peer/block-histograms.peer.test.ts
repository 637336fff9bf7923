/**
 * A real Prometheus decodes our native histogram chunks: it is given a block of them, has nothing
 * else, and answers PromQL as Spandrel does. Debian's 2.42, and 3.5 where it is found
 * (peer-programs.ts).
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { literalSnappy } from "../http/write-bodies.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { ExportedBlocks, sealedStartMs as startMs } from "./exported-blocks.ts";
import { comparable, differences } from "./histogram-answers.ts";
import { histogramSeries } from "./histogram-writes.ts";
import { linearQuantile, type Point, type Shown } from "./linear-quantile.ts";
import { prometheus3 } from "./peer-programs.ts";
import { fetchText, isInstalled } from "./running-process.ts";

const STEPS = 400;
const STEP_SECONDS = 15;
const SPAN_SECONDS = STEPS * STEP_SECONDS;
/** What one question of raw samples covers. */
const RAW_SECONDS = 1200;
/** Behind every sample and in front of the next: edges of windows differ between versions. */
const OFFSET_SECONDS = 2;
/** A rate over a whole window: at the beginning of a series versions extrapolate differently. */
const SETTLED_SECONDS = 900;
/** None whose rank is a whole number: between two buckets versions begin at different ends. */
const QUANTILES = [0.127, 0.473, 0.891];
/** 2.42 needs the flag, later ones take it. */
const FEATURES = "--enable-feature=native-histograms";
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};
const PROGRAMS = ["prometheus", ...(prometheus3 === null ? [] : [prometheus3])];
const series = histogramSeries(startMs, STEPS);
const KINDS = Object.keys(series);

/** Range queries about one series. */
function queriesOf(kind: string): string[] {
  const h = `h{kind="${kind}"}`;
  const isGauge = kind.toLowerCase().endsWith("gauge");
  // A series that starts again near zero is extrapolated to below zero up to 3.5, not behind it.
  const changes = isGauge ? ["delta"] : kind === "restarted" ? [] : ["rate", "increase"];
  return [
    ...[h, `histogram_count(${h})`, `histogram_sum(${h})`, `sum(${h})`, `${h} + ${h}`],
    ...changes.map((name) => `${name}(${h}[4m])`),
    ...changes.map((name) => `histogram_count(${name}(${h}[4m]))`),
  ];
}

async function send(url: string): Promise<void> {
  const timeseries = Object.entries(series).map(([kind, histograms]) => ({
    labels: [
      { name: "__name__", value: "h" },
      { name: "kind", value: kind },
    ],
    histograms,
  }));
  const body = literalSnappy(encodeReference({ timeseries }));
  const reply = await fetch(`${url}/api/v1/write`, { method: "POST", headers: HEADERS, body });
  expect([reply.status, await reply.text()]).toEqual([204, ""]);
}

async function ask(server: string, path: string, form: Record<string, string>): Promise<string> {
  const text = await fetchText(`${server}/api/v1/${path}?${new URLSearchParams(form)}`);
  if (text === undefined) throw new Error(`no answer to ${form["query"]}`);
  return text;
}

/** No window's first sample is the last in front of a reset of form: 2.42 answers in its form. */
function askRange(server: string, query: string): Promise<string> {
  const from = startMs / 1000 + SETTLED_SECONDS + OFFSET_SECONDS;
  const end = startMs / 1000 + SPAN_SECONDS;
  return ask(server, "query_range", { query, start: `${from}`, end: `${end}`, step: "45" });
}

describe.runIf(isInstalled("prometheus"))("a block of native histograms", () => {
  const exported = new ExportedBlocks();
  let spandrel = "";

  beforeAll(async () => {
    spandrel = await exported.startSpandrel();
    await send(spandrel);
    await exported.exported();
  });

  afterAll(() => exported.end());

  it.runIf(isInstalled("promtool"))("is analyzed by promtool with what it holds", () => {
    const listed = execFileSync("promtool", ["tsdb", "list", exported.blocks], {
      encoding: "utf8",
    });
    const columns = listed.trim().split("\n").at(-1)?.split(/\s+/);
    const counts = [STEPS * KINDS.length, KINDS.length].map(String);
    expect([columns?.[4], columns?.[6]]).toEqual(counts);
    const options = { encoding: "utf8" } as const;
    const analyzed = execFileSync("promtool", ["tsdb", "analyze", exported.blocks], options);
    expect(analyzed).toContain(`Series: ${KINDS.length}`);
  });

  describe.each(PROGRAMS)("read by %s", (program) => {
    let prometheus = "";
    let isOld = false;

    beforeAll(async () => {
      prometheus = await exported.startPrometheus(program, FEATURES);
      const { data } = JSON.parse(await ask(prometheus, "status/buildinfo", {})) as {
        data: { version: string };
      };
      isOld = data.version.startsWith("2.");
    });

    it.each(KINDS)("is every sample and bucket of %s", async (kind) => {
      for (let at = RAW_SECONDS; at <= SPAN_SECONDS; at += RAW_SECONDS) {
        const time = `${startMs / 1000 + at + OFFSET_SECONDS}`;
        const form = { query: `h{kind="${kind}"}[${RAW_SECONDS}s]`, time };
        const theirs = comparable(await ask(prometheus, "query", form));
        const ours = comparable(await ask(spandrel, "query", form));
        expect(theirs[0]).toContain('"histograms"');
        expect(differences(theirs, ours)).toEqual([]);
      }
    });

    it.each(KINDS.flatMap(queriesOf))("answers %s as Spandrel does", async (query) => {
      const theirs = comparable(await askRange(prometheus, query));
      expect(theirs.length).toBe(1);
      expect(differences(theirs, comparable(await askRange(spandrel, query)))).toEqual([]);
    });

    it.each(KINDS)("has the quantiles of %s", async (kind) => {
      for (const quantile of QUANTILES) {
        const query = `histogram_quantile(${quantile}, h{kind="${kind}"})`;
        const theirs = await askRange(prometheus, query);
        const ours = await askRange(spandrel, query);
        if (!isOld) {
          expect(differences(comparable(theirs), comparable(ours))).toEqual([]);
          continue;
        }
        const shown = pointsOf<Shown>(await askRange(spandrel, `h{kind="${kind}"}`), "histograms");
        const linear = pointsOf<string>(ours, "values").map(([time, text], i): Point => {
          expect(shown[i]?.[0]).toBe(time);
          return [time, linearQuantile(Number(text), shown[i]?.[1])];
        });
        const expected = pointsOf<string>(theirs, "values");
        expect(linear.map(([time]) => time)).toEqual(expected.map(([time]) => time));
        for (const [i, [, text]] of expected.entries()) {
          expect(linear[i]?.[1], `${query} of ${text}`).toBeCloseTo(Number(text), 9);
        }
      }
    });
  });
});

/** The points of the only series of an answer. */
function pointsOf<Value>(text: string, key: "values" | "histograms"): [number, Value][] {
  const { data } = JSON.parse(text) as {
    data: { result: Record<string, [number, Value][]>[] };
  };
  expect(data.result.length).toBe(1);
  return data.result[0]?.[key] ?? [];
}
