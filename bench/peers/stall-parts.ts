/**
 * Parts about what queries cost, and how long writes wait beside a query, a snapshot and a window
 * turn. Writes come one every 20 ms over one connection, 2,000 samples each.
 *
 * Waits are wall time: on a busy machine they include what others took. `calm…` is what they are
 * when nothing else goes on.
 *
 * Units: a figure's name ends in its unit.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { QUANTILE, QUERIES } from "../query-list.ts";
import { ask, timeQuery } from "../query-timing.ts";
import { summarise } from "../write-waits.ts";
import type { Figures } from "./measurements.ts";
import { metricOf } from "./server-readings.ts";
import type { Session } from "./session.ts";
import { WINDOW_MS } from "./stream-plan.ts";

const REPETITIONS = 7;
const QUERY_LOOP_MS = 15_000;
const CALM_MS = 2000;
const SNAPSHOTS = 3;
/** Writes count as beside the turn from so long before it. */
const BEFORE_TURN_MS = 1000;
/** Cycles that the parts beside a query and a snapshot may take of what is kept back. */
const BESIDE_QUERY_CYCLES = 24;
const BESIDE_SNAPSHOT_CYCLES = 24;

/** CPU and wall time of every query, by its short name. */
export async function measureQueries(session: Session): Promise<Figures> {
  await session.loadAll();
  const figures: Record<string, number> = {};
  for (const query of QUERIES) {
    const timing = await timeQuery(session.server, query, session.endS, REPETITIONS);
    const name = query.name.split(" ")[0]!;
    figures[`${name}CpuMs`] = timing.cpuMs;
    figures[`${name}MedianMs`] = timing.medianMs;
  }
  return figures;
}

/** Writes while the quantile over all buckets is asked for again and again. */
export async function measureWritesBesideQuery(session: Session): Promise<Figures> {
  await session.loadAll();
  const { port, endS } = session;
  return session.paced(async (writer) => {
    const untilMs = performance.now() + QUERY_LOOP_MS;
    const endCycle = session.cycle + BESIDE_QUERY_CYCLES;
    const goesOn = (): boolean => performance.now() < untilMs && writer.cycle < endCycle;
    let queries = 0;
    const asking = (async () => {
      for (; goesOn(); queries++) await ask(port, QUANTILE.path(endS));
    })();
    const waits = await writer.sendWhile(goesOn);
    await asking;
    return { ...summarise(waits), queries };
  });
}

async function writeSnapshot(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/admin/tsdb/snapshot`, {
    method: "POST",
  });
  if (!answer.ok) throw new Error(`snapshot: ${answer.status} ${await answer.text()}`);
}

/** Writes while snapshots are written. */
export async function measureSnapshot(session: Session): Promise<Figures> {
  await session.loadAll();
  const { port } = session;
  const idleBefore = await metricOf(port, "spandrel_snapshot_last_duration_seconds");
  await sleep(idleBefore * 2000);
  return session.paced(async (writer) => {
    const calmUntilMs = performance.now() + CALM_MS;
    const calmCycle = session.cycle + BESIDE_SNAPSHOT_CYCLES / 2;
    const isCalm = () => performance.now() < calmUntilMs && writer.cycle < calmCycle;
    const calm = summarise(await writer.sendWhile(isCalm));
    let isWriting = true;
    const startedMs = performance.now();
    const snapshots = (async () => {
      for (let i = 0; i < SNAPSHOTS; i++) await writeSnapshot(port);
    })().finally(() => {
      isWriting = false;
    });
    const endCycle = session.cycle + BESIDE_SNAPSHOT_CYCLES;
    const waits = await writer.sendWhile(() => isWriting && writer.cycle < endCycle);
    await snapshots;
    const snapshotSeconds = (performance.now() - startedMs) / 1000 / SNAPSHOTS;
    return { ...summarise(waits), calmLongestMs: calm.longestMs, snapshotSeconds };
  });
}

/** Writes around the end of a window, at the pace of their timestamps. */
export async function measureTurn(session: Session): Promise<Figures> {
  const { port, plan, clockOffsetMs, stream } = session;
  const { keptBack } = plan;
  const turnMs = Math.ceil(plan.clockMs! / WINDOW_MS) * WINDOW_MS;
  const lengthMs = keptBack.cycles * keptBack.intervalMs;
  const startMs = keptBack.endMs - lengthMs;
  const nowMs = (): number => Date.now() + clockOffsetMs;
  await session.loadAll();
  const spareMs = startMs - nowMs();
  if (spareMs < 0) throw new Error(`loading took ${-spareMs} ms too long for the turn`);
  await sleep(spareMs);
  const purgedBefore = await metricOf(port, "spandrel_chunks_purged_total");
  const calm: number[] = [];
  const beside: number[] = [];
  const requests = requestsFrom(stream, session.cycle);
  await session.paced(async (writer) => {
    for (let sent = 0; !writer.isAtEnd; sent++) {
      await sleep(Math.max(0, startMs + (lengthMs * (sent + 1)) / requests - nowMs()));
      const isBeside = nowMs() >= turnMs - BEFORE_TURN_MS;
      (isBeside ? beside : calm).push(await writer.send());
    }
  });
  const purgedChunks = (await metricOf(port, "spandrel_chunks_purged_total")) - purgedBefore;
  if (purgedChunks === 0) throw new Error("no chunk was purged: the window did not turn");
  const calmLongestMs = summarise(calm).longestMs;
  return { ...summarise(beside), calmLongestMs, purgedChunks, spareSeconds: spareMs / 1000 };
}

function requestsFrom(stream: Session["stream"], cycle: number): number {
  let requests = 0;
  for (let i = 0; i < stream.requestCount; i++) if (stream.cycleOf(i) >= cycle) requests++;
  return requests;
}
