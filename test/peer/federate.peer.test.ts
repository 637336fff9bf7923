/**
 * /federate of a Prometheus 3.5 and of Spandrel, which were sent the same samples, in every format;
 * and another Prometheus that scrapes Spandrel's, native histograms among it.
 *
 * Units: …Ms milliseconds.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { familiesOfBytes, familiesOfText, type PlainMessage } from "../http/exposed-families.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { histogramSeries } from "./histogram-writes.ts";
import { prometheus3 } from "./peer-programs.ts";
import { StartedServers } from "./started-servers.ts";

const STEPS = 30;
const STEP_MS = 15_000;
const SCRAPED_MS = 60_000;
const START_MS = Math.floor(Date.now() / STEP_MS) * STEP_MS - STEPS * STEP_MS;
const NEWEST_MS = START_MS + (STEPS - 1) * STEP_MS;
/** It asks as of now: what was sent is found however long the tests take. */
const LOOKBACK = "--query.lookback-delta=1h";
const PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily";
/** What a Prometheus that scrapes native histograms sends. */
const SCRAPER =
  `${PROTOBUF};encoding=delimited;escaping=allow-utf-8;q=0.6,` +
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5," +
  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

interface Written {
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly samples?: readonly { readonly timestamp: number; readonly value: number }[];
  readonly histograms?: readonly object[];
}

function series(labels: Readonly<Record<string, string>>, more: Omit<Written, "labels">): Written {
  const pairs = Object.entries(labels).map(([name, value]) => ({ name, value }));
  pairs.sort(({ name: a }, { name: b }) => (a < b ? -1 : 1));
  return { labels: pairs, ...more };
}

function numbers(labels: Readonly<Record<string, string>>, ...values: number[]): Written {
  const timeOf = (i: number) => NEWEST_MS - (values.length - 1 - i) * STEP_MS;
  return series(labels, { samples: values.map((value, i) => ({ timestamp: timeOf(i), value })) });
}

/** One series of numbers for each odd value, and for each odd name. */
const NUMBERS: readonly Written[] = [
  ...[0, -0, 1, -1.5, 1e-5, 1e6, 123456.75, 1234567, 1e21, 5e-324, Infinity, -Infinity].map(
    (value, i) => numbers({ __name__: "odd", i: String(i) }, 7, value),
  ),
  numbers({ __name__: "nan" }, 7, Number.NaN),
  numbers(
    { __name__: "dotted.name_", "läbel.1": 'a"b\\c\n\r\t\x01\x7f\u0085\u2028é😀', job: "x" },
    1,
  ),
  numbers({ __name__: "1é:€", area: "own", instance: "web:80" }, 2),
  numbers({ __name__: "mixed", i: "0", job: "a" }, 1),
  numbers({ __name__: "mixed", i: "3", job: "a" }, 2),
];

function histograms(): Written[] {
  const byKind = histogramSeries(START_MS, STEPS);
  const kinds = Object.entries(byKind).map(([kind, rows]) =>
    series({ __name__: `h_${kind}`, kind }, { histograms: rows }),
  );
  const mixed = ["counter", "gauge", "floatGauge"].map((kind, i) =>
    series(
      { __name__: "mixed", i: String(i < 2 ? i + 1 : i + 2), kind },
      {
        histograms: byKind[kind]!,
      },
    ),
  );
  return [...kinds, ...mixed];
}

/** Prometheus 3.5 federates this without its bounds, which makes a scrape of it fail as a whole. */
const CUSTOM = series(
  { __name__: "custom" },
  {
    histograms: [
      {
        ...{ timestamp: NEWEST_MS, sum: 9, schema: -53, countInt: 3, customValues: [1, 5] },
        ...{ positiveSpans: [{ offset: 0, length: 2 }], positiveDeltas: [1, 1] },
      },
    ],
  },
);

const NAMES = ["odd", "nan", "mixed", "dotted.name_", "1é:€"];

describe.skipIf(prometheus3 === null)("federation beside Prometheus 3.5 (skipped: no peer)", () => {
  const servers = new StartedServers("federate");
  let reference = "";
  let own = "";

  beforeAll(async () => {
    const receiver = ["--web.enable-remote-write-receiver", "--enable-feature=native-histograms"];
    const flags = [...receiver, LOOKBACK];
    const configuration = "global: { external_labels: { area: x, zone: z } }\n";
    reference = await servers.startPrometheus(prometheus3!, configuration, flags);
    own = await servers.startSpandrel("--external-label=area=x,zone=z", LOOKBACK);
    const headers = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
    const timeseries = [...NUMBERS, ...histograms(), CUSTOM];
    const body = literalSnappy(encodeReference({ timeseries }));
    for (const origin of [reference, own]) {
      const options = { method: "POST", headers, body };
      const answer = await fetch(`${origin}/api/v1/write`, options);
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
    }
  });
  afterAll(() => servers.end());

  async function ask(origin: string, selector: string, accept: string, more = {}) {
    const query = new URLSearchParams({ "match[]": selector });
    const headers = { accept, "accept-encoding": "identity", ...more };
    const answer = await fetch(`${origin}/federate?${query}`, { headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const [status, type] = [answer.status, answer.headers.get("content-type")];
    return { status, type, bytes, packed: answer.headers.get("content-encoding") };
  }

  const selectorOf = (name: string) => `{"${name}"}`;
  const KINDS = Object.keys(histogramSeries(0, 1)).map((kind) => `h_${kind}`);

  it.each(["underscores", "dots", "values", "allow-utf-8", "bogus"])(
    "has the same bytes with encoding=delimited and escaping=%s",
    async (escaping) => {
      for (const name of [...NAMES, ...KINDS]) {
        const accept = `${PROTOBUF};encoding=delimited;escaping=${escaping}`;
        const theirs = await ask(reference, selectorOf(name), accept);
        const ours = await ask(own, selectorOf(name), accept);
        expect({ ...ours, bytes: familiesOfBytes(ours.bytes) }, name).toEqual({
          ...{ ...theirs, bytes: familiesOfBytes(theirs.bytes) },
        });
        expect(ours.bytes.toString("hex"), name).toBe(theirs.bytes.toString("hex"));
      }
    },
  );

  it.each(["text", "compact-text"])("has the same with encoding=%s", async (encoding) => {
    // Go's printer writes a second blank now and then.
    const fewer = (text: string) => text.replace(/(^ *)|( +)/gm, (_all, indent) => indent ?? " ");
    for (const name of [...NAMES, ...KINDS]) {
      const accept = `${PROTOBUF};encoding=${encoding};escaping=allow-utf-8`;
      const theirs = await ask(reference, selectorOf(name), accept);
      const ours = await ask(own, selectorOf(name), accept);
      expect({ ...ours, bytes: null }).toEqual({ ...theirs, bytes: null });
      expect(fewer(ours.bytes.toString()), name).toBe(fewer(theirs.bytes.toString()));
      expect(familiesOfText(ours.bytes.toString())).toEqual(
        familiesOfText(theirs.bytes.toString()),
      );
    }
  });

  it("has the same classic text, which no histogram is in", async () => {
    for (const name of [...NAMES, ...KINDS]) {
      for (const accept of ["", "text/plain;escaping=allow-utf-8", `${PROTOBUF},*/*;q=0.1`]) {
        const theirs = await ask(reference, selectorOf(name), accept);
        const ours = await ask(own, selectorOf(name), accept);
        expect({ ...ours, bytes: ours.bytes.toString() }).toEqual({
          ...{ ...theirs, bytes: theirs.bytes.toString() },
        });
      }
    }
  });

  // Of several float histograms of one answer Prometheus 3.5 gives all but the last the buckets
  // of others: it reads the next ones into the same memory.
  it("has the same of everything together, but float histograms, and packs it", async () => {
    const selector = '{__name__!="",__name__!="custom",kind!~"float.*"}';
    const theirs = await ask(reference, selector, SCRAPER, { "accept-encoding": "gzip" });
    const ours = await ask(own, selector, SCRAPER, { "accept-encoding": "gzip" });
    const plain = ({ type, status, packed, bytes }: typeof ours) => {
      return { type, status, packed, series: seriesOf(familiesOfBytes(bytes)) };
    };
    expect(plain(ours)).toEqual(plain(theirs));
  });

  /**
   * The elements of an instant query as texts, without the labels that scraping adds, and without
   * the last digits, in which bounds of buckets differ between libraries. Names that are not
   * classic have underscores after a scrape in protobuf, for which Prometheus asks for none else.
   */
  async function elementsOf(origin: string): Promise<string[]> {
    const query = '{__name__=~"h_.*|mixed|odd|nan"}';
    const parameters = new URLSearchParams({ query, time: String(NEWEST_MS / 1000) });
    const answer = await fetch(`${origin}/api/v1/query?${parameters}`);
    const { data } = (await answer.json()) as { data: { result: Element[] } };
    return data.result
      .map(({ metric, ...sample }) => {
        const labels = Object.entries(metric).filter(
          ([name, value]) => !["job=federate", "area=x", "zone=z"].includes(`${name}=${value}`),
        );
        return JSON.stringify([labels, sample]).replace(/\d+\.\d{9,}/g, withoutLastDigits);
      })
      .sort();
  }

  it("is scraped by a Prometheus, which has the same histograms then", async () => {
    const configuration = [
      "global: { scrape_interval: 1s }",
      "scrape_configs:",
      "  - job_name: federate",
      "    honor_labels: true",
      "    metrics_path: /federate",
      `    params: { "match[]": ['{__name__!=""}'] }`,
      `    static_configs: [{ targets: ["${new URL(own).host}"] }]`,
      "",
    ].join("\n");
    const flags = ["--enable-feature=native-histograms"];
    const scraper = await servers.startPrometheus(prometheus3!, configuration, flags);
    const expected = await elementsOf(own);
    const found = await servers.until("scraped", SCRAPED_MS, async () => {
      const elements = await elementsOf(scraper);
      return elements.length >= expected.length ? elements : undefined;
    });
    expect(found).toEqual(expected);
    expect(found.filter((text) => text.includes("histogram")).length).toBeGreaterThan(10);
  });
});

const withoutLastDigits = (text: string) => String(Number(Number(text).toPrecision(12)));

interface Element {
  readonly metric: Readonly<Record<string, string>>;
}

/** The series of families as texts, in order: the order in which equal names come is chance. */
function seriesOf(families: readonly PlainMessage[]): string[] {
  return families
    .flatMap(({ name, type, metric }) =>
      metric!.map((one) => {
        const { label, ...rest } = one as PlainMessage;
        const labels = label!.map((pair) => JSON.stringify(pair)).sort();
        return JSON.stringify([name, type, labels, rest]);
      }),
    )
    .sort();
}
