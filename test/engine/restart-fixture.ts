/**
 * A restart without a process: a snapshot to a disk in memory, read into a new store.
 */
import type { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import type { CapacityPolicy } from "../../src/chunk/chunk-restore.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import { Persistence } from "../../src/engine/persistence.ts";
import { Store, type StoreSettings } from "../../src/engine/store.ts";
import type { SnapshotOrder } from "../../src/journal/snapshot-format.ts";
import { SETTINGS } from "./store-fixtures.ts";

/** The store as a new process would have it after a clean stop of the old one. */
export async function restarted(
  store: Store,
  clock: ManualClock,
  capacity: CapacityPolicy = "class",
  order: SnapshotOrder = "time",
  settings: Partial<StoreSettings> = {},
): Promise<Store> {
  const { windowMs, windowCount, goVersion } = SETTINGS;
  const persisted = {
    path: "snapshots",
    configuration: { chunkWindowMs: windowMs, chunksPerSeries: windowCount, goVersion },
    order,
    shuffleSeed: 1,
    capacity,
    journal: { path: "journal", sync: "interval" as const, syncIntervalMs: 200 },
  };
  const persistence = new Persistence(persisted, new MemoryDisk(1), clock, silentLog);
  await persistence.write(store, new MetadataStore());
  return (await persistence.restore(() => new Store({ ...SETTINGS, ...settings }, clock))).store;
}
