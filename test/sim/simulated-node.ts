/**
 * The engine on a simulated disk, clock and timers, and a sender that remembers what it sent.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import { ManualClock } from "../../src/base/clock.ts";
import type { Disk } from "../../src/base/disk.ts";
import { TsdbError } from "../../src/base/errors.ts";
import { silentLog } from "../../src/base/log.ts";
import type { MemoryDisk } from "../../src/base/memory-disk.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { Engine, type EngineSettings } from "../../src/engine/engine.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { SETTINGS, START_MS } from "../engine/store-fixtures.ts";
import { ManualTimers, settled } from "./manual-timers.ts";
import { SentSamples } from "./sent-samples.ts";

/** One sample of a request. */
export type Sample = readonly [series: string, timeMs: number, value: number];

const WINDOW_MS = 10 * 60_000;
const ALL_TIME = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

export class SimulatedNode {
  readonly sent = new SentSamples();
  readonly clock = new ManualClock(START_MS);
  readonly timers = new ManualTimers();
  readonly disk: MemoryDisk;
  readonly settings: EngineSettings;
  engine: Engine | null = null;
  /** What happened that must not; null while all is well. */
  fault: string | null = null;
  private readonly seen: Disk;

  /** `seen` is the disk that the engine gets: not `disk` itself when it has a planted bug. */
  constructor(disk: MemoryDisk, journalSync: EngineSettings["journalSync"], seen: Disk = disk) {
    this.disk = disk;
    this.seen = seen;
    this.settings = {
      store: { ...SETTINGS, windowMs: WINDOW_MS, windowCount: 4, outOfOrderMs: 5 * 60_000 },
      storagePath: "/data",
      snapshotIntervalMs: 0,
      snapshotOrder: "time",
      restoreCapacity: "class",
      journalSync,
      journalSyncIntervalMs: 200,
      replaySamplesMax: 10_000,
    };
  }

  /** Starts the engine; false when the disk does not let it. */
  async start(): Promise<boolean> {
    const { settings, seen, clock, timers } = this;
    try {
      this.engine = await Engine.open(settings, seen, clock, silentLog, timers.delay);
      await this.engine.restore();
      return true;
    } catch {
      this.engine = null;
      return false;
    }
  }

  /** Whether the journal of the engine takes records. */
  get isWritable(): boolean {
    return this.engine?.persistence.journal.output?.failure === null;
  }

  /** The end of the process, however it came: nothing of it goes on. */
  async vanish(loss: "kill" | "power"): Promise<void> {
    this.timers.clear();
    // Whatever is under way meets a machine that is down, and ends.
    this.disk.crashAt = 0;
    for (let turn = 0; turn < 4; turn++) await settled();
    this.timers.clear();
    this.engine = null;
    this.disk.restart(loss);
  }

  /** Sends one request; resolves when it was answered, with whether it was acknowledged. */
  async send(samples: readonly Sample[]): Promise<boolean> {
    const engine = this.engine!;
    const { journal } = engine.persistence;
    for (const sample of samples) this.sent.send(...sample);
    try {
      const { refusals } = engine.write(batchOf(samples));
      if (refusals.length > 0) this.fault = `refused: ${JSON.stringify(refusals)}`;
      await engine.written();
    } catch (error) {
      if (!(error instanceof TsdbError)) this.fault = String(error);
      return false;
    }
    const durable = this.settings.journalSync === "always";
    for (const [series, timeMs] of samples) {
      this.sent.raise(series, timeMs, durable ? "durable" : "acknowledged");
    }
    const syncs = journal.output!.figures.syncsTotal;
    this.raiseAfterSync(engine, syncs, samples);
    return true;
  }

  /** What was acknowledged before a sync began is durable when it has ended. */
  private raiseAfterSync(engine: Engine, syncs: number, samples: readonly Sample[]): void {
    const look = (): void => {
      if (this.engine !== engine) return;
      // The sync under way may have begun before the answer; the next one did not.
      if (engine.persistence.journal.output!.figures.syncsTotal >= syncs + 2) {
        for (const [series, timeMs] of samples) this.sent.raise(series, timeMs, "durable");
      } else this.timers.delay(100, look);
    };
    if (this.settings.journalSync === "interval") look();
  }

  /** Deletes what a series has. */
  async delete(series: string): Promise<void> {
    this.sent.delete(series, "maybe");
    try {
      await this.engine!.deleteSeries([[new Matcher("=", "__name__", series)]], ...ALL_TIME);
    } catch {
      return;
    }
    if (this.settings.journalSync === "always") this.sent.delete(series, "yes");
  }

  /** Every sample in the store, by series and time; throws when one is there twice. */
  found(): Map<string, Map<number, number>> {
    const { store } = this.engine!;
    store.verify();
    const set = new HeadSource(store.head).select([new Matcher("=", "zone", "eu")], ...ALL_TIME);
    const found = new Map<string, Map<number, number>>();
    for (let i = 0; i < set.count; i++) {
      const columns = new SampleColumns();
      set.read(i, ...ALL_TIME, columns);
      const samples = new Map<number, number>();
      for (let s = 0; s < columns.length; s++) {
        if (samples.has(columns.timeOf(s))) throw new Error("a sample is there twice");
        samples.set(columns.timeOf(s), columns.values[s]!);
      }
      if (samples.size > 0) found.set(set.labels(i).get("__name__"), samples);
    }
    return found;
  }
}

function batchOf(samples: readonly Sample[]): WriteBatch {
  const encoder = new WriteRequestEncoder();
  for (const [series, timeMs, value] of samples) {
    encoder.beginSeries();
    encoder.label("__name__", series);
    encoder.label("zone", "eu");
    encoder.sample(timeMs, value);
    encoder.endSeries();
  }
  const batch = new WriteBatch();
  scanWriteRequest(encoder.finish(), batch);
  return batch;
}
