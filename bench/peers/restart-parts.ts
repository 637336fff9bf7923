/**
 * Parts about stopping and starting: in order, after a kill, and a kill while samples are sent.
 *
 * Units: a figure's name ends in its unit.
 */
import { StreamSender } from "../load/send-stream.ts";
import type { Figures } from "./measurements.ts";
import { countSamples, metricOf } from "./server-readings.ts";
import type { Session } from "./session.ts";
import { CONNECTIONS } from "./stream-plan.ts";

/** Samples in Spandrel's journal at the kill: nearly as many as start a snapshot. */
const JOURNAL_SAMPLES = 4_500_000;
/** The kill comes when so many samples are acknowledged, or this share of a smaller load. */
const KILL_AT_SAMPLES = 4_000_000;
const KILL_AT_SHARE = 0.4;
const LOOK_MS = 2;
const MARGIN_S = 300;

async function samplesHeld({ name, port }: Session): Promise<number> {
  return name === "spandrel" ? metricOf(port, "spandrel_samples") : 0;
}

async function restarted(session: Session, signal: NodeJS.Signals): Promise<Figures> {
  const before = await samplesHeld(session);
  const { stopSeconds, readySeconds, cpuSeconds } = await session.server.restart(signal);
  const missing = before - (await samplesHeld(session));
  if (missing > 0) throw new Error(`${missing} of ${before} samples are missing after the start`);
  return { stopSeconds, readySeconds, cpuSeconds, heldSamples: before };
}

/** Ends the server as an operator does, and starts it again. */
export async function measureRestart(session: Session): Promise<Figures> {
  await session.loadAll();
  return restarted(session, "SIGTERM");
}

/** Kills the server with a long journal, and starts it again. */
export async function measureKill(session: Session): Promise<Figures> {
  await session.loadAll();
  const { plan, port, keptBackCycle } = session;
  const own = session.name === "spandrel";
  const endCycle = keptBackCycle + plan.keptBack.cycles;
  while (session.cycle < endCycle) {
    const held = own ? await metricOf(port, "spandrel_journal_tail_samples") : 0;
    if (held + plan.series > JOURNAL_SAMPLES) break;
    await session.sendTo(session.cycle + 1);
  }
  const figures = await restarted(session, "SIGKILL");
  if (!own) return figures;
  const replayedSamples = await metricOf(port, "spandrel_journal_replayed_samples_total");
  return { ...figures, replayedSamples };
}

/** Kills the server while four connections send, and counts what it has when it is back. */
export async function measureLost(session: Session): Promise<Figures> {
  const { port, plan, server, stream } = session;
  const { cycles, intervalMs, endMs } = plan.loaded;
  const killAt = Math.min(KILL_AT_SAMPLES, KILL_AT_SHARE * cycles * plan.series);
  const sender = new StreamSender(stream, port, "/api/v1/write", CONNECTIONS);
  let isBroken = false;
  const sending = sender.send(0, cycles).catch(() => {
    isBroken = true;
  });
  while (sender.acknowledgedSamples < killAt && !isBroken) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const { readySeconds } = await server.restart("SIGKILL");
  await sending;
  sender.close();
  if (!isBroken) throw new Error("everything was sent before the kill");
  const acknowledgedSamples = sender.acknowledgedSamples;
  const rangeS = Math.ceil((cycles * intervalMs) / 1000) + MARGIN_S;
  const endS = Math.ceil(endMs / 1000) + MARGIN_S / 2;
  const foundSamples = await countSamples(port, endS, rangeS);
  const lostSamples = Math.max(0, acknowledgedSamples - foundSamples);
  return { acknowledgedSamples, foundSamples, lostSamples, readySeconds };
}
