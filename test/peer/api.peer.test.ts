/**
 * The same requests to the HTTP APIs of a Prometheus 3.5 and of Spandrel, which hold the same
 * samples: status, headers and body are the same, but where api-differences.ts says why not.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { askRaw, type RawRequest } from "../e2e/raw-request.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { comparable, DIFFERENCES, explanationOf } from "./api-differences.ts";
import * as odd from "./api-odd-requests.ts";
import * as requests from "./api-requests.ts";
import { prometheus3 } from "./peer-programs.ts";
import { StartedServers } from "./started-servers.ts";

const SAMPLES = 40;
const STEP_MS = 15_000;
const NEWEST = Math.floor(Date.now() / 60_000) * 60 - 60;

/** Federation asks as of now: what it looks back for is there however long the others took. */
const FLAGS = ["--web.enable-admin-api", "--query.lookback-delta=1h"];

type Row = readonly [labels: Readonly<Record<string, string>>, value: (i: number) => number];
const ODD = [Number.NaN, Infinity, -Infinity, -0, 1e21, 1e-7, 0.1];
/** In the order of their label sets, which is that in which an instant query lists them. */
const ROWS: readonly Row[] = [
  [{ Upper: "case", __name__: "odd", job: "<&>", quote: 'a"b\\c\nd\u2028' }, (i) => ODD[i % 7]!],
  [{ "9é_": "v", "_a.b": "v", "a:b": "v", __name__: "1é_:.€", job: "é" }, () => 8],
  [{ __name__: "dotted.name", job: "c", "lab.el": "v" }, () => 7],
  [{ __name__: "requests_total", instance: "web:80", job: "a" }, (i) => i * 30],
  [{ __name__: "temperature", job: "a", room: "hall" }, (i) => i / 2],
  [{ __name__: "temperature", job: "b", room: "loft" }, (i) => 20 - i],
];

function samples(): Uint8Array<ArrayBuffer> {
  const encoder = new WriteRequestEncoder();
  const begin = (labels: Row[0]) => {
    encoder.beginSeries();
    for (const [name, value] of Object.entries(labels)) encoder.label(name, value);
  };
  for (const [labels, value] of ROWS) {
    begin(labels);
    const from = NEWEST * 1000 - (SAMPLES - 1) * STEP_MS;
    for (let i = 0; i < SAMPLES; i++) encoder.sample(from + i * STEP_MS, value(i));
    encoder.endSeries();
  }
  begin({ __name__: "ended", job: "a" });
  encoder.sample(NEWEST * 1000 - STEP_MS, 1);
  encoder.staleMarker(NEWEST * 1000);
  encoder.endSeries();
  return new Uint8Array(literalSnappy(encoder.finish()));
}

/** A request as it goes out: the newest time filled in, what no path may hold escaped. */
function filledIn({ path, body, ...rest }: RawRequest): RawRequest {
  const fill = (text: string) => text.replaceAll("NEWEST", String(NEWEST));
  const escaped = fill(path).replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, encodeURIComponent);
  return { ...rest, path: escaped, ...(typeof body === "string" ? { body: fill(body) } : {}) };
}

describe.skipIf(prometheus3 === null)(
  "the HTTP API beside Prometheus 3.5 (skipped: no peer)",
  () => {
    const servers = new StartedServers("api");
    const explained = new Set<string>();
    let reference = "";
    let own = "";

    beforeAll(async () => {
      const receiver = "--web.enable-remote-write-receiver";
      const flags = [...FLAGS, receiver];
      const configuration = "global: { scrape_interval: 15s }\n";
      reference = await servers.startPrometheus(prometheus3!, configuration, flags);
      own = await servers.startSpandrel(...FLAGS);
      const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
      for (const origin of [reference, own]) {
        const path = "/api/v1/write";
        const answer = await askRaw(origin, { method: "POST", path, headers, body: samples() });
        expect(answer.status, answer.text).toBe(204);
      }
    });
    afterAll(() => servers.end());

    it.each([
      ["instant queries", requests.INSTANT],
      ["range queries", requests.RANGES],
      ["queries as texts", requests.QUERY_TEXTS],
      ["series and labels", requests.SERIES],
      ["status", requests.STATUS],
      ["forms", requests.FORMS],
      ["methods, paths, origins and packed answers", requests.TRANSPORT],
      ["federation", requests.FEDERATION],
      ["parameters that are odd", odd.PARAMETERS],
      ["every node of the grammar", odd.GRAMMAR_TEXTS],
      ["lists that are odd", odd.LISTS],
      ["bodies of other kinds", odd.BODIES],
      ["headers", odd.HEADERS],
      ["types of federation", odd.FEDERATION_TYPES],
      ["what is written and read", odd.WRITING],
      ["deletion", odd.DELETION],
      ["administration", requests.ADMINISTRATION],
    ])("is the same for %s", async (_topic, asked) => {
      const faults: string[] = [];
      for (const one of asked) {
        const request = filledIn(one);
        const [theirs, ours] = [await askRaw(reference, request), await askRaw(own, request)];
        const [expected, actual] = [comparable(one, theirs), comparable(one, ours)];
        if (JSON.stringify(expected) === JSON.stringify(actual)) continue;
        const difference = explanationOf(one, theirs, ours);
        if (difference !== undefined) explained.add(difference.reason);
        else faults.push(`${one.method} ${one.path}\n${wordsOf(expected)}\n${wordsOf(actual)}`);
      }
      expect(faults).toEqual([]);
      console.log(`${asked.length} requests`);
    });

    it("has no difference that no request shows", () => {
      const shown = DIFFERENCES.filter(({ reason }) => !explained.has(reason));
      // Those in which Prometheus' own answer is chance may not show: which of two ways a query
      // without time fails, and which values a limit leaves.
      const missing = shown.filter(
        ({ concerns, reason }) => !/timeout/.test(concerns.source) && !/is chance/.test(reason),
      );
      expect(missing.map(({ reason }) => reason)).toEqual([]);
    });

    const wordsOf = (answer: object) => JSON.stringify(answer).slice(0, 600);
  },
);
