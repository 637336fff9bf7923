import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { PromqlQueries } from "../../src/http/promql-queries.ts";
import { createEngine } from "../../src/promql/engine.ts";
import {
  type FinishedJob,
  type JobTerms,
  PendingJob,
} from "../../src/promql/thread/pending-job.ts";
import { type QueryJob, runQueryJob } from "../../src/promql/thread/query-job.ts";
import type { QueryPlace, SentJob } from "../../src/promql/thread/query-thread.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { append, START_MS, seriesOf, storeAt } from "../engine/store-fixtures.ts";

const SERIES = 100;
const STEPS = 10_000;
/** The query is some hundred looks at the clock: with the first 10 ms, with the second minutes. */
const QUICK_MS = 0.1;
const SLOW_MS = 1000;
const TEXT_BYTES_MAX = 1 << 20;

/** Evaluates jobs in this thread, from what a message would carry. */
class OtherPlace implements QueryPlace {
  jobs = 0;
  private readonly looksUntilReady: number;
  private looks = 0;

  constructor(looksUntilReady = 0) {
    this.looksUntilReady = looksUntilReady;
  }

  isReady(): boolean {
    return this.looks++ >= this.looksUntilReady;
  }

  run(sent: SentJob, terms: JobTerms): Promise<FinishedJob> {
    this.jobs++;
    const pending = new PendingJob(terms);
    const { control } = pending;
    const transfer = { transfer: terms.buffers };
    const job: QueryJob = structuredClone({ ...sent, id: 1, control }, transfer);
    void runQueryJob(job, systemClock, (news) => pending.hear(news));
    return pending.finished;
  }
}

const { store } = storeAt(START_MS);
for (let i = 0; i < SERIES; i++) {
  const labels = [
    ["__name__", "gauge"],
    ["i", `${i}`],
  ] as const;
  append(store, seriesOf(store, labels), START_MS, i);
}

/** A clock on which every look takes so long. */
function clockOf(lookMs: number) {
  let time = 0;
  return { nowMs: () => START_MS, monotonicMs: () => (time += lookMs) };
}

/** Asks for a range of so many steps; the answer's text. */
async function ask(place: QueryPlace | null, lookMs = SLOW_MS): Promise<string> {
  const clock = clockOf(lookMs);
  const engine = createEngine({ clock, timeoutMs: 0 });
  const queries = new PromqlQueries(engine, clock, TEXT_BYTES_MAX, place);
  const { pieces, rest, samplesPeak, touched } = await queries.range({
    source: new HeadSource(store.head),
    query: "sum(gauge) by (i) + 1",
    lookbackMs: 300_000,
    deadlineMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    limit: 0,
    startMs: START_MS,
    endMs: START_MS + STEPS,
    stepMs: 1,
  });
  const bytes = pieces.map((piece) => Buffer.from(piece as Uint8Array));
  for await (const piece of rest ?? []) bytes.push(Buffer.from(piece as Uint8Array));
  expect(store.chunks.readers.liveCount).toBe(0);
  return `${Buffer.concat(bytes)} ${samplesPeak} ${JSON.stringify(touched)}`;
}

describe("a query", () => {
  it("that two slices show to be long goes on elsewhere, with the same answer", async () => {
    const place = new OtherPlace();
    expect(await ask(place)).toBe(await ask(null));
    expect(place.jobs).toBe(1);
  });

  it("that is not long is answered where it is", async () => {
    const place = new OtherPlace();
    expect(await ask(place, QUICK_MS)).toBe(await ask(null));
    expect(place.jobs).toBe(0);
  });

  it("goes on where it is until there is another place, however late that is", async () => {
    const late = new OtherPlace(10);
    expect(await ask(late)).toBe(await ask(null));
    expect(late.jobs).toBe(1);
    const never = new OtherPlace(Number.POSITIVE_INFINITY);
    expect(await ask(never)).toBe(await ask(null));
    expect(never.jobs).toBe(0);
  });
});
