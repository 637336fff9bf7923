/** Snapshots of a real store: heap, chunks and index, written while samples come in. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import type { CapacityPolicy } from "../../src/chunk/chunk-restore.ts";
import { NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { decodeRange } from "../../src/chunk/xor-decoder.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import type { Store } from "../../src/engine/store.ts";
import { StoreRestore } from "../../src/engine/store-restore.ts";
import { snapshotSource } from "../../src/engine/store-snapshot.ts";
import { type RestoreOutcome, restoreNewest } from "../../src/journal/restore.ts";
import type { SnapshotOrder } from "../../src/journal/snapshot-format.ts";
import { AppendCode } from "../../src/series/append-code.ts";
import { append, START_MS, seriesOf, storeAt } from "../engine/store-fixtures.ts";
import { CONFIGURATION, PATH, Setting } from "./snapshot-setting.ts";

const MINUTE_MS = 60_000;
type StoreAndClock = ReturnType<typeof storeAt>;

/** Series number `i`: a few labels, some shared by many. */
function addSeries(store: Store, i: number): SeriesRef {
  return seriesOf(store, [
    ["__name__", `metric_${i % 5}`],
    ["instance", `host-${i}:9100`],
    ["zone", "eu-central-1ü"],
  ]);
}

/** Ingests one sample a minute of `seriesCount` series; series `i` begins in hour `i % 30`. */
function ingest({ store, clock }: StoreAndClock, hours: number, seriesCount: number): void {
  const random = new Prng(7);
  for (let minute = 0; minute < hours * 60; minute += 5) {
    clock.set(START_MS + minute * MINUTE_MS);
    store.head.advance(clock.nowMs());
    for (let i = 0; i < seriesCount; i++) {
      if (minute < (i % 30) * 60) continue;
      append(store, addSeries(store, i), clock.nowMs() + i, i + random.below(100) / 10);
    }
    store.settle();
  }
}

/** Every series with its raw samples, from `fromMs` on. */
function contents(store: Store, fromMs = Number.NEGATIVE_INFINITY): Map<string, string> {
  const { index, chunks } = store.head;
  const all = new Map<string, string>();
  for (let ref = 0; ref < index.series.upperBound; ref++) {
    if (!index.series.isLive(ref)) continue;
    const series = ref as SeriesRef;
    const texts: string[] = [];
    let chunk = index.series.newestChunkOf(series);
    for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
      const samples = new SampleColumns();
      decodeRange(chunks, chunk, fromMs, Number.POSITIVE_INFINITY, samples);
      const { length } = samples;
      const bits = samples.bits.subarray(0, length * 2);
      texts.unshift(`${samples.times.subarray(0, length).join()};${bits.join()}`);
    }
    all.set(index.labelsOf(series).key(), texts.join("|"));
  }
  return all;
}

function restore(
  setting: Setting,
  nowMs: number,
  policy: CapacityPolicy,
): Promise<RestoreOutcome<StoreRestore>> {
  return restoreNewest({
    directory: setting.directory,
    configuration: CONFIGURATION,
    newTarget: () => new StoreRestore(storeAt(nowMs).store, new MetadataStore(), policy),
    onProgress: () => {},
  });
}

async function restoredStore(setting: Setting, nowMs: number, policy: CapacityPolicy = "class") {
  const outcome = await restore(setting, nowMs, policy);
  if (outcome.kind !== "restored") throw new Error(outcome.kind);
  outcome.target.store.verify();
  return outcome.target;
}

describe.each(["time", "series", "shuffled"] as SnapshotOrder[])("a store in order %s", (order) => {
  it("comes back sample for sample under every capacity policy, and goes on", async () => {
    const setting = new Setting();
    setting.order = order;
    const live = storeAt(START_MS);
    ingest(live, 34, 40);
    const metadata = new MetadataStore();
    metadata.set("metric_1", { type: "counter", help: "Alles.", unit: "" });
    await setting.write(snapshotSource(live.store, metadata));
    const nowMs = live.clock.nowMs();
    for (const policy of ["class", "grow", "exact", "oneshot"] as const) {
      const { store, metadata: restored } = await restoredStore(setting, nowMs, policy);
      expect(contents(store)).toEqual(contents(live.store));
      expect([...restored.families]).toEqual([...metadata.families]);
      for (let i = 0; i < 40; i++) {
        const code = append(store, addSeries(store, i), nowMs + MINUTE_MS + i, 3);
        expect(code).toBe(AppendCode.stored);
      }
      store.verify();
    }
  });

  it("is whole when it was written while samples came in and windows went", async () => {
    const setting = new Setting();
    setting.order = order;
    setting.sliceMs = 0;
    const live = storeAt(START_MS);
    ingest(live, 32, 60);
    const before = contents(live.store, live.store.head.oldestStartMs);
    let turn = 0;
    setting.pause = async () => {
      turn++;
      live.clock.advance(2 * MINUTE_MS);
      live.store.head.advance(live.clock.nowMs());
      for (let i = 0; i < 60 + turn; i += 3) {
        append(live.store, addSeries(live.store, i), live.clock.nowMs() + i, turn);
      }
      live.store.work();
    };
    await setting.write(snapshotSource(live.store, new MetadataStore()));
    expect(turn).toBeGreaterThan(5);
    const { store } = await restoredStore(setting, live.clock.nowMs());
    const after = contents(live.store);
    const restored = contents(store);
    for (const [key, samples] of restored) {
      expect(after.has(key), key).toBe(true);
      expect(isPrefixByChunk(samples, after.get(key)!), key).toBe(true);
    }
    const missing = [...before.keys()].filter((key) => after.has(key) && !restored.has(key));
    expect(missing).toEqual([]);
    live.store.verify();
  });
});

/** Whether each chunk of `part` begins a chunk of `whole`, whose oldest may have gone since. */
function isPrefixByChunk(part: string, whole: string): boolean {
  const times = (chunk: string) => (chunk.split(";")[0] ?? "").split(",");
  const wholes = whole.split("|").map(times);
  return part
    .split("|")
    .map(times)
    .filter((chunk) => chunk[0]! >= (wholes[0]?.[0] ?? ""))
    .every((chunk) => wholes.some((other) => chunk.every((time, i) => other[i] === time)));
}

describe("a damaged snapshot of a store", () => {
  it("never becomes a store of other samples, whichever byte is changed", async () => {
    const setting = new Setting();
    const live = storeAt(START_MS);
    ingest(live, 6, 3);
    await setting.write(snapshotSource(live.store, new MetadataStore()));
    const whole = contents(live.store);
    for (const name of await setting.names()) {
      const path = `${PATH}/${name}`;
      const length = await setting.disk.size(path);
      for (let at = 0; at < length; at += 61) {
        setting.disk.corrupt(path, at, 0x10);
        const outcome = await restore(setting, live.clock.nowMs(), "class");
        if (outcome.kind === "restored") {
          expect(outcome.damage[0]?.file, `byte ${at}`).toBe(name);
          for (const [key, samples] of contents(outcome.target.store)) {
            expect(isPrefixByChunk(samples, whole.get(key)!), `${name} byte ${at}`).toBe(true);
          }
        } else expect(outcome.kind, `${name} byte ${at}`).toBe("unreadable");
        setting.disk.corrupt(path, at, 0x10);
      }
    }
    const { store } = await restoredStore(setting, live.clock.nowMs());
    expect(contents(store)).toEqual(contents(live.store));
  });
});
