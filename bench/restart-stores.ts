/**
 * Data directories to start over: of a service that was stopped, and of one that was killed with a
 * long journal. Both hold the modelled cluster as remote write brought it.
 *
 * Made in this process, by the engine itself on a clock that follows the samples, and kept in the
 * system's temporary directory: later runs use them again as long as they are young, since a store
 * that is started too late has lost its oldest windows.
 *
 * Units: …Ms milliseconds (times since the epoch); counts are samples where no other unit is named.
 */
import { cpSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../src/base/clock.ts";
import { NodeDisk } from "../src/base/disk.ts";
import { silentLog } from "../src/base/log.ts";
import { Prng } from "../src/base/prng.ts";
import { Engine, type EngineSettings } from "../src/engine/engine.ts";
import { STORE_SETTINGS } from "./filled-store.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests } from "./load/request-stream.ts";
import { endOfLoad } from "./peers/stream-plan.ts";

const INTERVAL_MS = 15_000;
const MINUTES_INTO_WINDOW = 215;
const YOUNG_MS = 8 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;
const BODY_BYTES_MAX = 64 << 20;
const QUEUES = 4;
const SAMPLES_PER_REQUEST = 2000;
/** Samples in the journal of the killed one: nearly as many as start a snapshot. */
const JOURNAL_SAMPLES = 4_500_000;

export interface RestartStores {
  readonly stopped: string;
  readonly killed: string;
}

/** The directories of a load of `series` x `cycles`, made now unless they are young. */
export async function restartStores(
  series: number,
  cycles: number,
  fresh: boolean,
): Promise<RestartStores> {
  const root = join(tmpdir(), `spandrel-restart-${series}x${cycles}`);
  const isYoung = existsSync(root) && Date.now() - statSync(root).mtimeMs < YOUNG_MS;
  if (fresh || !isYoung) {
    const making = `${root}.making`;
    for (const path of [root, making]) rmSync(path, { recursive: true, force: true });
    await makeStores(making, series, cycles);
    renameSync(making, root);
  }
  return { stopped: join(root, "stopped"), killed: join(root, "killed") };
}

async function makeStores(root: string, series: number, cycles: number): Promise<void> {
  const random = new Prng(1);
  const cluster = new Cluster(series, INTERVAL_MS, random);
  const tail = Math.floor(JOURNAL_SAMPLES / series);
  const endMs = endOfLoad(MINUTES_INTO_WINDOW, Date.now() - tail * INTERVAL_MS);
  const write = async (directory: string, cycleCount: number, untilMs: number) => {
    const clock = new ManualClock(untilMs - cycleCount * INTERVAL_MS);
    const engine = await Engine.open(settingsOf(directory), new NodeDisk(), clock, silentLog);
    await engine.restore();
    const settings = {
      cycles: cycleCount,
      intervalMs: INTERVAL_MS,
      endMs: untilMs,
      queues: QUEUES,
      samplesPerRequest: SAMPLES_PER_REQUEST,
    };
    const waits: Promise<void>[] = [];
    for (let cycle = 0; cycle < cycleCount; cycle++) {
      const cycleEndMs = settings.endMs - (cycleCount - 1 - cycle) * INTERVAL_MS;
      clock.set(cycleEndMs);
      generateRequests(cluster, random, { ...settings, cycles: 1, endMs: cycleEndMs }, (one) => {
        engine.write(engine.intake.read(one.body, BODY_BYTES_MAX));
        const written = engine.written();
        if (written !== null) waits.push(written);
      });
      await Promise.all(waits.splice(0));
    }
    return engine;
  };
  const stopped = join(root, "stopped");
  const killed = join(root, "killed");
  const first = await write(stopped, cycles, endMs);
  // The journal goes with the second snapshot; a service has written many by then.
  await first.snapshot();
  await first.close();
  const working = join(root, "working");
  cpSync(stopped, working, { recursive: true });
  const engine = await write(working, tail, endMs + tail * INTERVAL_MS);
  cpSync(working, killed, { recursive: true });
  // It names this process, which lives on.
  rmSync(join(killed, "lock"));
  await engine.close();
  rmSync(working, { recursive: true });
}

/** The service's defaults, and no snapshot but the last one. */
function settingsOf(storagePath: string): EngineSettings {
  return {
    store: STORE_SETTINGS,
    storagePath,
    snapshotIntervalMs: 1000 * HOUR_MS,
    snapshotOrder: "time",
    restoreCapacity: "class",
    journalSync: "off",
    journalSyncIntervalMs: 1000,
    replaySamplesMax: Number.MAX_SAFE_INTEGER,
  };
}
