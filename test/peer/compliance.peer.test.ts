/**
 * The same samples into a real Prometheus and into Spandrel, the same queries to both: Debian's
 * 2.42, and 3.5.3 where it is found (peer-programs.ts).
 *
 * With 3.5.3 every answer must agree. What 2.42 answers otherwise is listed here by class, with the
 * reason; a difference outside the classes is a failure, and so is a class that explains nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, type Question, questionsBefore } from "./compliance.ts";
import { ownQueries } from "./compliance-queries.ts";
import { demoRequests } from "./demo-series.ts";
import { prometheus3 } from "./peer-programs.ts";
import { isInstalled } from "./running-process.ts";
import { StartedServers } from "./started-servers.ts";

const MINUTES = 90;
const SEED = 1;

/** Why an older Prometheus answers otherwise, and which questions that concerns. */
interface Change {
  readonly reason: string;
  readonly concerns: (query: string, question: Question) => boolean;
}

const CHANGES_SINCE_2: readonly Change[] = [
  {
    reason: "3.0 opened windows on the left: a sample where one begins is outside now",
    // The steps of a subquery are multiples of its own step, and so times of samples.
    concerns: (query, { onSamples }) => /\[[^\]]*:/.test(query) || (onSamples && /\[/.test(query)),
  },
  {
    reason: "3.0 takes any UTF-8 text as a label name",
    concerns: (query) => query.includes('"~invalid"'),
  },
  {
    reason: "3.0 takes the name of the metric away in atan2 with a number too",
    concerns: (query) => / atan2 /.test(query),
  },
  {
    reason: "the function came after 2.42",
    concerns: (query) => /\bhistogram_(?:avg|stddev|stdvar)\(/.test(query),
  },
];

/** Values whose last digit may differ: libraries compute them, each in its own way. */
const TRANSCENDENTAL =
  /\^|\b(?:atan2|exp|ln|log2|log10|a?sinh?|a?cosh?|a?tanh?|stddev\w*|stdvar\w*)\b/;

const SHARED = join(
  process.env["SPANDREL_SHARED"] ?? join(process.cwd(), "..", "shared"),
  "promql-compliance",
  "queries.json",
);

/** Prometheus' own compliance queries; none when they are not at hand. */
function sharedQueries(): string[] {
  if (!existsSync(SHARED)) return [];
  const rows = JSON.parse(readFileSync(SHARED, "utf8")) as { readonly query: string }[];
  return rows.map(({ query }) => query);
}

class Pair {
  reference = "";
  own = "";
  readonly newestSeconds = Math.floor(Date.now() / 60_000) * 60 - 60;
  private readonly servers = new StartedServers("compliance");

  async start(prometheus: string): Promise<void> {
    const configuration = "global: { scrape_interval: 15s }\n";
    const flags = ["--web.enable-remote-write-receiver"];
    this.reference = await this.servers.startPrometheus(prometheus, configuration, flags);
    this.own = await this.servers.startSpandrel();
    for (const body of demoRequests(SEED, this.newestSeconds * 1000, MINUTES)) {
      for (const origin of [this.reference, this.own]) await write(origin, body);
    }
  }

  end(): Promise<void> {
    return this.servers.end();
  }
}

async function write(origin: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { "content-encoding": "snappy", "content-type": "application/x-protobuf" };
  const response = await fetch(`${origin}/api/v1/write`, { method: "POST", body, headers });
  if (!response.ok) throw new Error(`${origin}: ${response.status} ${await response.text()}`);
}

/** What asking a list of queries came to. */
interface Report {
  readonly asked: number;
  readonly agreed: number;
  readonly equalTexts: number;
  /** Disagreements that no change explains, in words. */
  readonly unexplained: string[];
  /** Queries that agree in other digits although nothing in them is transcendental. */
  readonly otherTexts: string[];
  readonly explained: ReadonlyMap<string, number>;
}

async function askAll(
  pair: Pair,
  queries: readonly string[],
  changes: readonly Change[],
): Promise<Report> {
  const [unexplained, otherTexts]: [string[], string[]] = [[], []];
  const explained = new Map(changes.map(({ reason }) => [reason, 0]));
  let [asked, agreed, equalTexts] = [0, 0, 0];
  for (const query of queries) {
    for (const question of questionsBefore(pair.newestSeconds)) {
      const verdict = await compare(pair.reference, pair.own, query, question);
      asked++;
      if (verdict.equalText) equalTexts++;
      if (verdict.agrees) agreed++;
      if (verdict.agrees && !verdict.equalText && !TRANSCENDENTAL.test(query)) {
        otherTexts.push(query);
      }
      if (verdict.agrees) continue;
      const change = changes.find(({ concerns }) => concerns(query, question));
      if (change) explained.set(change.reason, (explained.get(change.reason) ?? 0) + 1);
      else unexplained.push(`${question.route} ${query}: ${verdict.difference}`);
    }
  }
  return { asked, agreed, equalTexts, unexplained, otherTexts, explained };
}

function tell(name: string, { asked, agreed, equalTexts, explained }: Report): void {
  console.log(`${name}: ${agreed} of ${asked} answers agree, ${equalTexts} in every digit`);
  for (const [reason, count] of explained) console.log(`  ${count} differ: ${reason}`);
}

const shared = sharedQueries();
if (shared.length === 0) {
  console.log(`skipped: Prometheus' compliance queries, not found at ${SHARED}; asking our own`);
}
const LISTS = [
  ...(shared.length === 0 ? [] : [["Prometheus' compliance queries", shared] as const]),
  ["our own list", ownQueries()] as const,
];

describe.skipIf(!isInstalled("prometheus"))("Prometheus 2.42 and Spandrel", () => {
  const pair = new Pair();
  beforeAll(() => pair.start("prometheus"));
  afterAll(() => pair.end());
  const explained = new Map<string, number>();

  it.each(LISTS)("agree but for what 3.x changed: %s", async (name, queries) => {
    const report = await askAll(pair, queries, CHANGES_SINCE_2);
    tell(`2.42, ${name}`, report);
    expect(report.unexplained).toEqual([]);
    for (const [reason, count] of report.explained) {
      explained.set(reason, (explained.get(reason) ?? 0) + count);
    }
  });

  it("have no listed change that explains nothing", () => {
    const needed = CHANGES_SINCE_2.filter(({ concerns }) =>
      LISTS.some(([, queries]) =>
        queries.some((query) => questionsBefore(0).some((question) => concerns(query, question))),
      ),
    );
    for (const { reason } of needed) expect([reason, explained.get(reason)]).not.toContain(0);
  });
});

describe.skipIf(prometheus3 === null)("Prometheus 3.5 and Spandrel (skipped: no peer)", () => {
  const pair = new Pair();
  beforeAll(() => pair.start(prometheus3!));
  afterAll(() => pair.end());

  it.each(LISTS)("agree in every answer: %s", async (name, queries) => {
    const report = await askAll(pair, queries, []);
    tell(`3.5, ${name}`, report);
    expect(report.unexplained).toEqual([]);
    expect([...new Set(report.otherTexts)]).toEqual([]);
  });
});
