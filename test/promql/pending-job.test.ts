/**
 * The text of a job on its way between two threads: how far it may be ahead, how it is read, and
 * when what the job was given is let go.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cancelJob,
  isJobCanceled,
  newJobControl,
  portionTaken,
  textMayGoOn,
} from "../../src/promql/thread/job-control.ts";
import { PendingJob } from "../../src/promql/thread/pending-job.ts";

const AHEAD_MAX = 8;
const LONG_MS = 60_000;
const FACTS = { isTruncated: false, warnings: [], infos: [], samplesPeak: 1, touched: [] };

interface Watched {
  readonly job: PendingJob;
  readonly abort: AbortController;
  /** How often the job was said to be over. */
  overs(): number;
}

function watched(): Watched {
  const abort = new AbortController();
  let overs = 0;
  const terms = { buffers: [], signal: abort.signal, onOver: () => overs++ };
  return { job: new PendingJob(terms), abort, overs: () => overs };
}

function tellFacts(job: PendingJob): void {
  expect(job.hear({ kind: "result", id: 1, facts: FACTS })).toBe(false);
}

function tellText(job: PendingJob, bytes: readonly number[], isLast: boolean): void {
  const pieces = bytes.map((byte) => Uint8Array.of(byte));
  expect(job.hear({ kind: "text", id: 1, pieces, isLast })).toBe(isLast);
}

function tellFault(job: PendingJob): void {
  const news = { kind: "failed", id: 1, code: "QUERY_TIMEOUT", text: "too late" } as const;
  expect(job.hear(news)).toBe(true);
}

async function readAll(pieces: AsyncIterable<Uint8Array> | null): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of pieces ?? []) bytes.push(...piece);
  return bytes;
}

describe("a text that is made in another thread", () => {
  it("goes on at once while it is not far ahead", async () => {
    const control = newJobControl();
    expect(await textMayGoOn(control, AHEAD_MAX - 1, LONG_MS)).toBe(false);
  });

  it("waits until a portion was taken", async () => {
    const control = newJobControl();
    let isGoing = false;
    const going = textMayGoOn(control, AHEAD_MAX + 1, LONG_MS).then((hasWaited) => {
      isGoing = true;
      return hasWaited;
    });
    portionTaken(control);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isGoing).toBe(false);
    portionTaken(control);
    expect(await going).toBe(true);
  });

  it("waits neither for one who takes nothing nor when it is canceled", async () => {
    const control = newJobControl();
    expect(await textMayGoOn(control, AHEAD_MAX, 1)).toBe(true);
    expect(await textMayGoOn(control, AHEAD_MAX, 0)).toBe(true);
    const going = textMayGoOn(control, AHEAD_MAX, LONG_MS);
    cancelJob(control);
    expect(await going).toBe(true);
    expect(await textMayGoOn(control, AHEAD_MAX, LONG_MS)).toBe(false);
  });
});

describe("a job in another thread", () => {
  it("is read as it was told, however reader and teller take turns", async () => {
    const portion = fc.array(fc.nat(255), { minLength: 1, maxLength: 4 });
    const told = fc.array(fc.tuple(portion, fc.nat(3)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(told, async (portions) => {
        const { job, overs } = watched();
        tellFacts(job);
        let reading: Promise<number[]> | null = null;
        for (const [i, [bytes, turns]] of portions.entries()) {
          tellText(job, bytes, i === portions.length - 1);
          reading ??= job.finished.then(async ({ pieces, rest, facts }) => {
            expect(facts).toBe(FACTS);
            return [...pieces.flatMap((piece) => [...piece]), ...(await readAll(rest))];
          });
          for (let n = 0; n < turns; n++) await null;
        }
        expect(await reading).toEqual(portions.flatMap(([bytes]) => bytes));
        expect(overs()).toBe(1);
        expect(isJobCanceled(job.control)).toBe(false);
      }),
    );
  });

  it("of one portion is whole when it is answered", async () => {
    const { job } = watched();
    tellFacts(job);
    tellText(job, [1, 2], true);
    expect((await job.finished).rest).toBeNull();
  });

  it("that fails before its text fails as a whole", async () => {
    const { job, overs } = watched();
    tellFault(job);
    await expect(job.finished).rejects.toMatchObject({ code: "QUERY_TIMEOUT" });
    expect(overs()).toBe(1);
  });

  it("that fails in its text fails behind what was told of it", async () => {
    const { job, overs } = watched();
    tellFacts(job);
    tellText(job, [1], false);
    tellText(job, [2], false);
    const { rest } = await job.finished;
    const pieces = rest![Symbol.asyncIterator]();
    expect((await pieces.next()).value).toEqual(Uint8Array.of(2));
    const next = pieces.next();
    job.fail(new Error("the thread ended"));
    await expect(next).rejects.toThrow("the thread ended");
    expect(overs()).toBe(1);
  });

  it("is canceled when its reader leaves, or when nobody waits any more", async () => {
    const left = watched();
    tellFacts(left.job);
    tellText(left.job, [1], false);
    tellText(left.job, [2, 3], false);
    const { rest } = await left.job.finished;
    for await (const piece of rest!) {
      expect(piece).toEqual(Uint8Array.of(2));
      break;
    }
    expect(isJobCanceled(left.job.control)).toBe(true);
    expect(left.overs()).toBe(0);
    const gone = watched();
    gone.abort.abort();
    expect(isJobCanceled(gone.job.control)).toBe(true);
  });
});
