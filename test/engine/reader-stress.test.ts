/**
 * Readers that take their time, against a store that changes under them in every way it can.
 *
 * The value of a sample follows from its series and its time, and the model knows which times a
 * series had when it was captured; so every value read is checked. SPANDREL_STRESS_READS asks for a
 * longer run than the default: `npm run stress:readers` for ten million.
 */
import { describe, expect, it } from "vitest";
import type { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import type { Store } from "../../src/engine/store.ts";
import type { CapturedSeries } from "../../src/series/captured-series.ts";
import type { EpochSeriesSet } from "../../src/series/epoch-series-set.ts";
import { HandedHead, HandedSeriesSet } from "../../src/series/handed-series-set.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { restarted } from "./restart-fixture.ts";
import { append, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const READS = Number(process.env["SPANDREL_STRESS_READS"] ?? 120_000);
/** For a run at idle priority beside others. */
const TIMEOUT_MS = Math.max(180_000, READS / 4);
const SERIES_COUNT = 120;
const STEP_MS = 30_000;
const WINDOW_MS = 10 * 60_000;
const READERS = 4;

/** Value of a sample; whole for some series, wild for others, so that chunks differ in size. */
function sampleAt(name: number, timeMs: number): number {
  const hash = Math.imul(name * 31 + timeMs / 1000, 0x9e3779b1) >>> 0;
  return name % 3 === 0 ? name : name % 3 === 1 ? hash % 1000 : hash / 3;
}

/** A reader in the middle of its work: what it must find, by name of the series. */
interface Reader {
  readonly set: EpochSeriesSet;
  /** What is read: the set, or what was handed over of it as to another thread. */
  reading: CapturedSeries;
  readonly fromMs: number;
  readonly toMs: number;
  readonly newestOnly: boolean;
  expected: ReadonlyMap<number, readonly number[]> | null;
  next: number;
}

class Stress {
  reads = 0;
  restarts = 0;
  handed = 0;
  private store: Store;
  private readonly clock: ManualClock;
  private readonly random: Prng;
  /** Times of every series that writes now or wrote, by its name. */
  private readonly times = new Map<number, number[]>();
  private readonly writing: number[] = [];
  private readonly readers: Reader[] = [];
  private readonly columns = new SampleColumns();
  private names = 0;

  constructor(seed: number) {
    this.random = new Prng(seed);
    const parts = storeAt(START_MS, { gogcPercent: 5, windowMs: WINDOW_MS });
    this.store = parts.store;
    this.clock = parts.clock;
    while (this.writing.length < SERIES_COUNT) this.writing.push(this.names++);
  }

  async run(reads: number): Promise<void> {
    while (this.reads < reads) {
      this.write();
      this.background();
      while (this.readers.length < READERS) this.open();
      for (const reader of [...this.readers]) this.read(reader);
      if (this.random.below(400) === 0) await this.restart();
    }
    for (const reader of [...this.readers]) while (this.readers.includes(reader)) this.read(reader);
  }

  finish(): void {
    this.store.settle();
    this.store.verify();
    expect(this.store.chunks.readers.liveCount).toBe(0);
    expect(this.store.chunks.readers.keptCount).toBe(0);
  }

  /** One sample of most series; some series end, others begin. */
  private write(): void {
    this.clock.advance(STEP_MS);
    const now = this.clock.nowMs();
    this.store.head.advance(now);
    for (let i = 0; i < this.writing.length; i++) {
      if (this.random.below(150) === 0) this.writing[i] = this.names++;
      if (this.random.below(20) === 0) continue;
      const name = this.writing[i]!;
      append(this.store, this.seriesFor(name), now, sampleAt(name, now));
      const times = this.times.get(name);
      if (times) times.push(now);
      else this.times.set(name, [now]);
    }
  }

  private seriesFor(name: number) {
    return seriesOf(this.store, [
      ["__name__", "stress"],
      ["i", `${name}`],
    ]);
  }

  private background(): void {
    if (this.random.below(3) === 0) this.store.heap.startCollection();
    for (let i = this.random.below(4); i > 0; i--) this.store.work();
    if (this.random.below(100) === 0 && !this.store.compaction.isRunning) {
      this.store.compaction.start().catch(() => null);
    }
  }

  private open(): void {
    const now = this.clock.nowMs();
    const fromMs = now - this.random.below(9) * WINDOW_MS;
    const toMs = fromMs + this.random.below(now - fromMs + 1);
    const newestOnly = this.random.below(4) === 0;
    const matcher = new Matcher("=~", "i", this.random.below(2) === 0 ? ".+" : ".*[1357]");
    const set = new HeadSource(this.store.head).begin([matcher], fromMs, toMs, newestOnly);
    this.readers.push({ set, reading: set, fromMs, toMs, newestOnly, expected: null, next: 0 });
  }

  /** One step of a reader: its selection, then a few series, then its end. */
  private read(reader: Reader): void {
    if (reader.expected === null) {
      this.prepare(reader);
      return;
    }
    const { set, reading } = reader;
    for (let i = 1 + this.random.below(4); i > 0 && reader.next < reading.count; i--) {
      this.check(reader, reader.next++);
    }
    if (reader.next < reading.count && this.random.below(400) > 0) return;
    set.close();
    this.readers.splice(this.readers.indexOf(reader), 1);
  }

  /** Selects; a selection may stop once before it begins, and then sees the store later. */
  private prepare(reader: Reader): void {
    const pauses = this.random.below(3) === 0;
    if (!reader.set.prepare(() => !pauses)) {
      while (!reader.set.prepare(() => true));
    }
    if (this.random.below(3) === 0) reader.reading = this.handedOver(reader.set);
    const { fromMs, toMs } = reader;
    const from = Math.max(fromMs, this.store.head.oldestStartMs);
    const expected = new Map<number, number[]>();
    for (const [name, times] of this.times) {
      const seen = times.filter((time) => time >= from && time <= toMs);
      if (seen.length > 0) expected.set(name, seen);
    }
    reader.expected = expected;
  }

  /** The set as another thread gets it. */
  private handedOver(set: EpochSeriesSet): HandedSeriesSet {
    const buffers: ArrayBuffer[] = [];
    const handed = set.handOver(buffers);
    if (handed === null) throw new Error("nothing was deleted: a set can be handed over");
    const message = { handed, head: new HeadSource(this.store.head).share() };
    const received = structuredClone(message, { transfer: buffers });
    this.handed++;
    return new HandedSeriesSet(new HandedHead(received.head), received.handed);
  }

  private check(reader: Reader, index: number): void {
    const { reading: set, fromMs, toMs } = reader;
    const { columns } = this;
    const name = Number(set.labels(index).get("i"));
    expect(set.symbolText(set.labelSymbol(index, "i"))).toBe(`${name}`);
    columns.clear();
    if (reader.newestOnly) set.readNewest(index, fromMs, toMs, columns);
    else set.read(index, fromMs, toMs, columns);
    expect(set.readHistograms(index, fromMs, toMs, new HistogramColumns())).toBe(0);
    const times = reader.expected!.get(name) ?? [];
    const wanted = reader.newestOnly ? times.slice(-1) : times;
    expect(Array.from(columns.times.subarray(0, columns.length))).toEqual(wanted);
    for (let i = 0; i < columns.length; i++) {
      if (columns.values[i] !== sampleAt(name, columns.times[i]!)) {
        throw new Error(`series ${name} has ${columns.values[i]} at ${columns.times[i]}`);
      }
    }
    this.reads += columns.length;
  }

  /** The heap is thrown away and restored; readers of the old one go on. */
  private async restart(): Promise<void> {
    this.store.compaction.abandon();
    const settings = { gogcPercent: 5, windowMs: WINDOW_MS };
    this.store = await restarted(this.store, this.clock, "exact", "shuffled", settings);
    this.restarts++;
  }
}

describe("readers that take their time", () => {
  it(
    "see what was there when they began, whatever happens meanwhile",
    async () => {
      const stress = new Stress(7);
      await stress.run(READS);
      stress.finish();
      expect(stress.reads).toBeGreaterThanOrEqual(READS);
      expect(stress.handed).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );
});
