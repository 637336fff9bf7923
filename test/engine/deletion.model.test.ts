/**
 * Deleting and cleaning against a naive twin: samples in maps, deleted moments as predicates.
 *
 * Units: times are minutes since START_MS until they meet the store.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import type { Store } from "../../src/engine/store.ts";
import { AppendCode } from "../../src/series/append-code.ts";
import { deleteSamples } from "../../src/series/deletion.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { restarted } from "./restart-fixture.ts";
import { append, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const MINUTE_MS = 60_000;
const ALL_TIME = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const LATE = { outOfOrderMs: 6 * 3_600_000 };

const msOf = (minute: number) => START_MS + minute * MINUTE_MS;
const refOf = (store: Store, name: string) => seriesOf(store, [["__name__", name]]);

/** What a series was given and what of it is deleted but not cleaned. */
class PlainSeries {
  readonly samples = new Map<number, number>();
  deleted: (readonly [number, number])[] = [];

  delete(from: number, to: number): void {
    const times = [...this.samples.keys()];
    this.deleted.push([Math.max(from, Math.min(...times)), Math.min(to, Math.max(...times))]);
  }

  isDeleted(time: number): boolean {
    return this.deleted.some(([from, to]) => time >= from && time <= to);
  }

  clean(): void {
    for (const time of this.samples.keys()) if (this.isDeleted(time)) this.samples.delete(time);
    this.deleted = [];
  }

  visible(): [number, number][] {
    const shown = [...this.samples].filter(([time]) => !this.isDeleted(time));
    return shown.map(([time, value]): [number, number] => [msOf(time), value]).sort(byTime);
  }
}

const byTime = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0];

function visibleIn(store: Store, name: string): [number, number][] {
  const set = new HeadSource(store.head).select([new Matcher("=", "__name__", name)], ...ALL_TIME);
  const columns = new SampleColumns();
  for (let i = 0; i < set.count; i++) set.read(i, ...ALL_TIME, columns);
  return Array.from({ length: columns.length }, (_, i) => [
    columns.timeOf(i),
    columns.values[i] as number,
  ]);
}

type Command =
  | {
      readonly kind: "append";
      readonly name: string;
      readonly count: number;
      readonly late: number;
    }
  | { readonly kind: "delete"; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: "clean" }
  | { readonly kind: "wait"; readonly minutes: number }
  | { readonly kind: "restart" };

const names = fc.constantFrom("a", "b", "c");
const commands = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: appends() },
    { weight: 4, arbitrary: deletions() },
    { weight: 2, arbitrary: fc.constant<Command>({ kind: "clean" }) },
    { weight: 2, arbitrary: fc.nat(600).map((minutes): Command => ({ kind: "wait", minutes })) },
    { weight: 1, arbitrary: fc.constant<Command>({ kind: "restart" }) },
  ),
  { maxLength: 40 },
);

function appends() {
  const late = fc.oneof(fc.constant(0), fc.nat(300));
  return fc
    .tuple(names, fc.integer({ min: 1, max: 60 }), late)
    .map(([name, count, behind]): Command => ({ kind: "append", name, count, late: behind }));
}

function deletions() {
  const span = fc.tuple(fc.integer({ min: -100, max: 2500 }), fc.nat(900));
  return fc
    .tuple(names, span)
    .map(([name, [from, length]]): Command => ({ kind: "delete", name, from, to: from + length }));
}

class Pair {
  private now = 0;
  private value = 0;
  private readonly parts = storeAt(START_MS, LATE);
  private readonly plain = new Map<string, PlainSeries>();
  store = this.parts.store;

  async run(command: Command): Promise<void> {
    if (command.kind === "append") this.append(command.name, command.count, command.late);
    else if (command.kind === "delete") this.delete(command.name, command.from, command.to);
    else if (command.kind === "clean") await this.clean();
    else if (command.kind === "wait") this.wait(command.minutes);
    else this.store = await restarted(this.store, this.parts.clock, "class", "time", LATE);
    this.store.settle();
    this.store.verify();
    this.compare();
  }

  private append(name: string, count: number, late: number): void {
    const series = this.plain.get(name) ?? new PlainSeries();
    for (let i = 0; i < count; i++) {
      const time = this.now + i - late;
      const code = append(this.store, refOf(this.store, name), msOf(time), ++this.value);
      if (code === AppendCode.stored) series.samples.set(time, this.value);
    }
    this.wait(count);
    if (series.samples.size > 0) this.plain.set(name, series);
  }

  private delete(name: string, from: number, to: number): void {
    const series = this.plain.get(name);
    if (series === undefined) return;
    deleteSamples(this.store.head, refOf(this.store, name), msOf(from), msOf(to));
    series.delete(from, to);
  }

  private async clean(): Promise<void> {
    const done = this.store.cleaning.start();
    this.store.settle();
    await done;
    for (const series of this.plain.values()) series.clean();
    this.forgetEmpty();
  }

  private wait(minutes: number): void {
    this.now += minutes;
    this.parts.clock.set(msOf(this.now));
    this.store.settle();
    const oldest = this.store.head.oldestStartMs;
    for (const { samples } of this.plain.values()) {
      for (const time of samples.keys()) if (msOf(time) < oldest) samples.delete(time);
    }
    this.forgetEmpty();
  }

  private forgetEmpty(): void {
    for (const [name, { samples }] of this.plain) if (samples.size === 0) this.plain.delete(name);
  }

  private compare(): void {
    for (const name of ["a", "b", "c"]) {
      expect(visibleIn(this.store, name)).toEqual(this.plain.get(name)?.visible() ?? []);
    }
    expect(this.store.head.index.series.liveCount).toBe(this.plain.size);
    const stored = [...this.plain.values()].reduce((sum, { samples }) => sum + samples.size, 0);
    expect(this.store.head.sampleCount).toBe(stored);
  }
}

describe("deleting and cleaning", () => {
  it("show what a naive twin does, through late samples, windows and restarts", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const pair = new Pair();
        for (const command of all) await pair.run(command);
      }),
      { numRuns: 150 },
    );
  });

  it("leave a chunk as if the deleted samples had never come", async () => {
    const deleted = storeAt(START_MS);
    const never = storeAt(START_MS);
    for (let minute = 0; minute < 200; minute++) {
      for (const { store } of [deleted, never]) store.head.advance(msOf(minute));
      append(deleted.store, refOf(deleted.store, "a"), msOf(minute), Math.sin(minute));
      if (minute >= 50 && minute <= 120) continue;
      append(never.store, refOf(never.store, "a"), msOf(minute), Math.sin(minute));
    }
    deleteSamples(deleted.store.head, refOf(deleted.store, "a"), msOf(50), msOf(120));
    const done = deleted.store.cleaning.start();
    deleted.store.settle();
    await done;
    const streams = [deleted, never].map(({ store: { chunks, head } }) => {
      const chunk = head.newestChunkOf(refOf(deleted.store, "a"));
      const start = chunks.offsetOf(chunk);
      return chunks.bytesOf(chunk).slice(start, start + chunks.byteLengthOf(chunk));
    });
    expect(streams[0]).toEqual(streams[1]);
    expect(deleted.store.cleaning.totals).toMatchObject({ runs: 1, removedSamples: 71 });
  });

  it("wait while a snapshot holds them, and fail when the store goes away", async () => {
    const { store } = storeAt(START_MS, SETTINGS);
    append(store, refOf(store, "a"), START_MS, 1);
    deleteSamples(store.head, refOf(store, "a"), START_MS, START_MS);
    const release = store.head.tombstones.hold();
    const done = store.cleaning.start();
    store.settle();
    expect(store.head.sampleCount).toBe(1);
    release();
    store.settle();
    await done;
    expect(store.head.sampleCount).toBe(0);
    const abandoned = store.cleaning.start();
    store.abandon();
    await expect(abandoned).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
