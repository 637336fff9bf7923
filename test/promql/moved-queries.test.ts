/**
 * Queries that are captured here and evaluated from what a message to another thread would carry,
 * against a store that changes under them meanwhile.
 */
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { TsdbError } from "../../src/base/errors.ts";
import { Prng } from "../../src/base/prng.ts";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { createEngine } from "../../src/promql/engine.ts";
import type { Evaluation } from "../../src/promql/evaluate/evaluation.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { shownResult } from "../../src/promql/result/result-facts.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { cancelJob, newJobControl } from "../../src/promql/thread/job-control.ts";
import { type QueryJob, type QueryNews, runQueryJob } from "../../src/promql/thread/query-job.ts";
import { deleteSamples } from "../../src/series/deletion.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { draftOf } from "../chunk/naive-histogram.ts";
import { append, HOUR_MS, START_MS, seriesOf, storeAt } from "../engine/store-fixtures.ts";
import { QueryGenerator } from "./random-query.ts";

const INTERVAL_MS = 15_000;
const SAMPLES = 60;
const ROUNDS = 150;
const NAMES = ["gauge", "count_total", "size", "mixed"];
const NO_SIDE = { spans: [], counts: [] };

const engine = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0 });
const { clock: _clock, ...options } = engine.options;

class World {
  private readonly prng = new Prng(11);
  private readonly parts = storeAt(START_MS, { gogcPercent: 5 });
  private round = 0;

  get store() {
    return this.parts.store;
  }

  get nowMs(): number {
    return this.parts.clock.nowMs();
  }

  /** The next sample of every series; some series are this round's own. */
  write(): void {
    this.parts.clock.advance(INTERVAL_MS);
    this.store.head.advance(this.nowMs);
    for (const name of NAMES)
      for (const a of ["1", "2"])
        for (const b of ["x", "y"]) {
          if (this.prng.below(12) > 0) this.writeOne(name, a, b);
        }
  }

  private writeOne(name: string, a: string, b: string): void {
    const own = a === "2" && b === "y" ? `é${this.round}` : "all";
    const labels = [
      ["__name__", name],
      ["a", a],
      ["b", b],
      ["round", own],
    ] as const;
    const series = seriesOf(this.store, labels);
    const isHistogram = name === "size" || (name === "mixed" && this.prng.below(2) === 0);
    if (isHistogram) this.writeHistogram(series);
    else append(this.store, series, this.nowMs, this.prng.below(1000) / 8);
  }

  private writeHistogram(series: ReturnType<typeof seriesOf>): void {
    const count = BigInt(this.prng.below(50));
    const columns = new HistogramColumns();
    const sides = { positive: NO_SIDE, negative: NO_SIDE, bounds: [] };
    const shape = { isFloat: false, hint: 0, schema: 0, threshold: 0, sum: 0n };
    columns.push(draftOf({ ...shape, ...sides, timeMs: this.nowMs, count, zeroCount: count }));
    this.store.head.appendHistogram(series, columns, 0);
  }

  /** A quarter of an hour; once in a while after a pause in which every window has passed. */
  nextRound(): void {
    this.round++;
    if (this.round % 12 === 0) this.pass();
    for (let i = 0; i < SAMPLES; i++) this.write();
    const gauge = [
      ["__name__", "gauge"],
      ["a", "1"],
      ["b", "x"],
      ["round", "all"],
    ] as const;
    const series = seriesOf(this.store, gauge);
    deleteSamples(this.store.head, series, this.nowMs - 300_000, this.nowMs - 200_000);
  }

  private pass(): void {
    this.parts.clock.advance(40 * HOUR_MS);
    this.store.head.advance(this.nowMs);
    this.collect();
  }

  /** What may happen to a store while a query is elsewhere. */
  disturb(): void {
    for (let i = 0; i < 20; i++) this.write();
    this.collect();
    if (this.round % 5 === 0) this.pass();
  }

  private collect(): void {
    this.store.heap.startCollection();
    for (let i = 0; i < 50; i++) this.store.work();
  }
}

/** A slice; what the query itself fails with comes again elsewhere. */
function evaluateALittle(evaluation: Evaluation): void {
  try {
    evaluation.run(0);
  } catch (error) {
    if (!(error instanceof TsdbError) || !evaluation.isPrepared) throw error;
  }
}

/** Prepares an evaluation and gives away what it has captured, as a message does. */
function handedOver(evaluation: Evaluation, rest: Pick<QueryJob, "text" | "range">): QueryJob {
  while (!evaluation.isPrepared) evaluateALittle(evaluation);
  const buffers: ArrayBuffer[] = [];
  const selections = evaluation.handOver(buffers);
  if (selections === null) throw new Error("a query over a head can be handed over");
  const control = newJobControl();
  const job: QueryJob = { ...rest, id: 1, limit: 0, options, selections, control };
  return structuredClone(job, { transfer: buffers });
}

/** What a job tells: its text and what goes with it, or its fault. */
async function outcomeOf(job: QueryJob): Promise<unknown> {
  const news: QueryNews[] = [];
  await runQueryJob(job, systemClock, (one) => news.push(one));
  const [first, ...texts] = news;
  if (first?.kind !== "result") return first?.kind === "failed" ? [first.code, first.text] : first;
  const pieces = texts.flatMap((one) => (one.kind === "text" ? one.pieces : []));
  return [Buffer.concat(pieces).toString(), first.facts];
}

/** The same of the query evaluated here. */
function expectedOf(evaluation: Evaluation): unknown {
  try {
    const { value, facts } = shownResult(evaluation.finish(), 0);
    return [resultJson(value), facts];
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    return [error.code, error.message];
  }
}

describe("a query that goes on in another thread", () => {
  it("answers what it would have answered here, whatever happens meanwhile", async () => {
    const world = new World();
    const generator = new QueryGenerator(new Prng(5));
    let answered = 0;
    for (let i = 0; i < ROUNDS; i++) {
      if (i % 3 === 0) world.nextRound();
      const text = generator.vector(3);
      const endMs = world.nowMs;
      const range = { startMs: endMs - 600_000, endMs, stepMs: i % 2 === 0 ? 47_000 : 0 };
      const begin = () => {
        const source = new HeadSource(world.store.head);
        if (range.stepMs === 0) return engine.beginInstant(source, text, range.startMs);
        return engine.beginRange(source, text, range.startMs, endMs, range.stepMs);
      };
      const evaluation = begin();
      const expected = expectedOf(begin());
      const job = handedOver(evaluation, { text, range });
      world.disturb();
      expect(await outcomeOf(job), text).toEqual(expected);
      evaluation.close();
      if (JSON.stringify(expected).includes("metric")) answered++;
    }
    expect(answered).toBeGreaterThan(ROUNDS / 3);
    expect(world.store.chunks.readers.liveCount).toBe(0);
    world.store.settle();
    world.store.verify();
  });

  it("is given up when nobody waits for it", async () => {
    const world = new World();
    world.nextRound();
    const text = "gauge";
    const range = { startMs: world.nowMs, endMs: world.nowMs, stepMs: 0 };
    const source = new HeadSource(world.store.head);
    const evaluation = engine.beginInstant(source, text, world.nowMs);
    const job = handedOver(evaluation, { text, range });
    cancelJob(job.control);
    expect(await outcomeOf(job)).toEqual([
      "QUERY_CANCELED",
      "query was canceled in expression evaluation",
    ]);
    evaluation.close();
  });

  it("stays here when very many of its series have deleted samples", () => {
    const world = new World();
    for (let i = 0; i < 1025; i++) {
      const series = seriesOf(world.store, [
        ["__name__", "many"],
        ["i", `${i}`],
      ]);
      append(world.store, series, START_MS, 1);
      append(world.store, series, START_MS + 1000, 2);
      deleteSamples(world.store.head, series, START_MS, START_MS);
    }
    const source = new HeadSource(world.store.head);
    const evaluation = engine.beginInstant(source, "sum(many)", START_MS + 1000);
    while (!evaluation.isPrepared) evaluation.run(1);
    expect(evaluation.handOver([])).toBeNull();
    const { value } = evaluation.finish();
    expect(value.type === "vector" && Array.from(value.values)).toEqual([2050]);
  });
});
