/**
 * A crash at every disk operation of a snapshot: afterwards the older or the newer one is restored,
 * wholly, and the next snapshot works and leaves nothing behind.
 */
import { describe, expect, it } from "vitest";
import type { SnapshotOrder } from "../../src/journal/snapshot-format.ts";
import { randomStore } from "./plain-store.ts";
import { Setting } from "./snapshot-setting.ts";

const first = randomStore(20, 6);
const second = randomStore(21, 7);
const third = randomStore(22, 5);

/** A disk with two snapshots, the second one of `first`. */
async function prepared(seed: number, order: SnapshotOrder): Promise<Setting> {
  const setting = new Setting(seed);
  setting.order = order;
  await setting.disk.makeDirectory("/data");
  await setting.write(third);
  await setting.write(first);
  return setting;
}

async function operationsOfOneSnapshot(order: SnapshotOrder): Promise<number> {
  const setting = await prepared(1, order);
  const before = setting.disk.operationCount;
  await setting.write(second);
  return setting.disk.operationCount - before;
}

/** Crashes at operation `at` of a snapshot of `second`; gives what is restored afterwards. */
async function crashAndRestore(
  at: number,
  seed: number,
  order: SnapshotOrder,
  loss: "kill" | "power",
): Promise<"older" | "newer"> {
  const setting = await prepared(seed, order);
  const { disk } = setting;
  disk.crashAt = disk.operationCount + at;
  const outcome = await setting.write(second).catch((error: unknown) => error);
  disk.restart(loss);
  const place = `crash at operation ${at} (${disk.operationLog.at(-1)}), seed ${seed}, ${loss}`;
  const restored = await setting.restoredDump();
  const isNewer = JSON.stringify(restored) === JSON.stringify(second.dump());
  expect(isNewer ? second.dump() : first.dump(), place).toEqual(restored);
  // A snapshot that reported success is the one that is restored.
  if (!(outcome instanceof Error)) expect(isNewer, place).toBe(true);
  await setting.write(third);
  expect(await setting.restoredDump(), place).toEqual(third.dump());
  const sequences = new Set((await setting.names()).map((name) => name.slice(0, 17)));
  expect(sequences.size, place).toBe(2);
  return isNewer ? "newer" : "older";
}

describe.each(["time", "series", "shuffled"] as const)("a snapshot in order %s", (order) => {
  it.each(["kill", "power"] as const)("survives a crash (%s) at every operation", async (loss) => {
    const operations = await operationsOfOneSnapshot(order);
    expect(operations).toBeGreaterThan(20);
    const results: string[] = [];
    for (let at = 0; at <= operations; at++) {
      for (let seed = 0; seed < (loss === "kill" ? 1 : 3); seed++) {
        results.push(await crashAndRestore(at, seed, order, loss));
      }
    }
    expect(results[0]).toBe("older");
    expect(results.at(-1)).toBe("newer");
  });
});

describe("a snapshot on a failing disk", () => {
  it.each(["ENOSPC", "EIO", "EROFS"] as const)("reports %s at any operation", async (code) => {
    const total = await operationsOfOneSnapshot("time");
    let failures = 0;
    for (const operation of ["append", "open", "sync", "rename", "list"] as const) {
      for (let skip = 0; skip < total; skip++) {
        const setting = await prepared(1, "time");
        setting.disk.fail({ code, operation, skip });
        const result = await setting.write(second).catch((error: unknown) => error);
        setting.disk.restart("kill");
        const restored = await setting.restoredDump();
        if (!(result instanceof Error)) {
          expect(restored).toEqual(second.dump());
          continue;
        }
        failures++;
        expect(result).toMatchObject({ code: "DISK_FAILED" });
        expect(result.message).toContain(code);
        expect([first.dump(), second.dump()]).toContainEqual(restored);
      }
    }
    expect(failures).toBeGreaterThan(20);
  });

  it("succeeds again when a full disk has room again", async () => {
    const setting = await prepared(1, "time");
    setting.disk.capacityBytes = setting.disk.usedBytes + 700;
    await expect(setting.write(second)).rejects.toThrow("ENOSPC");
    expect(await setting.restoredDump()).toEqual(first.dump());
    setting.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await setting.write(second);
    expect(await setting.restoredDump()).toEqual(second.dump());
  });
});
