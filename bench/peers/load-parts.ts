/**
 * Parts about taking a load in: what a sample costs, what the process holds afterwards, and how
 * many bytes of it are samples.
 *
 * Units: a figure's name ends in its unit; Mib is MiB of resident memory.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { memoryOf } from "../process-figures.ts";
import { ask } from "../query-timing.ts";
import type { Figures } from "./measurements.ts";
import { blocksIn, bytesBelow, liveSlotBytes, metricOf } from "./server-readings.ts";
import type { CostReport, Session } from "./session.ts";

const MIB = 2 ** 20;
/** Prometheus looks every minute whether its head makes a block. */
const BLOCK_WAIT_MS = 150_000;
const BLOCK_LOOK_MS = 2000;
const FLUSH_MS = 15_000;

function refuseRefusals({ firstRefusal, refusedSamples }: CostReport): void {
  if (refusedSamples > 0) throw new Error(`${refusedSamples} samples refused: ${firstRefusal}`);
}

/** Sends the first cycle, which makes every series, and then the rest. */
export async function measureLoad(session: Session): Promise<Figures> {
  const { server, keptBackCycle } = session;
  const first = await session.sendTo(1);
  refuseRefusals(first);
  const rest = await session.sendTo(keptBackCycle);
  refuseRefusals(rest);
  const { resident, residentPeak } = memoryOf(server.pid);
  const own = session.name === "spandrel";
  return {
    samples: first.samples + rest.samples,
    newSeriesPerCpuSecond: first.samples / first.cpuSeconds,
    sampleCpuUs: (rest.cpuSeconds * 1e6) / rest.samples,
    samplesPerSecond: rest.samples / rest.wallSeconds,
    longestWriteMs: rest.latencyMsMax,
    senderCpuSeconds: rest.senderCpuSeconds,
    loadedMib: resident / MIB,
    peakMib: residentPeak / MIB,
    ...(own ? { liveSlotsMib: (await liveSlotBytes(server.port)).slots / MIB } : {}),
  };
}

/** Bytes a sample where each server keeps them: Spandrel's heap, the others' files. */
export async function measureBytes(session: Session): Promise<Figures> {
  await session.loadAll();
  const { name, server } = session;
  if (name === "spandrel") {
    const { slots, withTails } = await liveSlotBytes(server.port);
    const samples = await metricOf(server.port, "spandrel_samples");
    return { sampleBytes: withTails / samples, slotsOnlyBytes: slots / samples };
  }
  if (name === "prometheus") return measureBlock(session);
  await ask(server.port, "/internal/force_flush");
  await sleep(FLUSH_MS);
  const bytes = bytesBelow(server.directory);
  return { sampleBytes: bytes / (session.plan.loaded.cycles * session.plan.series) };
}

async function measureBlock({ server }: Session): Promise<Figures> {
  const untilMs = performance.now() + BLOCK_WAIT_MS;
  while (performance.now() < untilMs) {
    const blocks = await metricOf(server.port, "prometheus_tsdb_storage_blocks_bytes");
    if (blocks > 0) {
      const { bytes, samples } = blocksIn(server.directory);
      return { sampleBytes: bytes / samples, blockSamples: samples };
    }
    await sleep(BLOCK_LOOK_MS);
  }
  throw new Error("no block was made: the load is too short for one");
}
