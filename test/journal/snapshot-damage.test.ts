import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/base/crc32c.ts";
import type { RestoreOutcome } from "../../src/journal/restore.ts";
import { verifySnapshots } from "../../src/journal/snapshot-inspect.ts";
import { type PlainTarget, randomStore } from "./plain-store.ts";
import { CONFIGURATION, PATH, Setting, START_MS } from "./snapshot-setting.ts";

const older = randomStore(11, 4);
const newer = randomStore(12, 5);

/** Two snapshots on a fresh disk: 1 of `older`, 2 of `newer`. */
async function twoSnapshots(): Promise<Setting> {
  const setting = new Setting();
  await setting.write(older);
  await setting.write(newer);
  return setting;
}

type Restored = Extract<RestoreOutcome<PlainTarget>, { kind: "restored" }>;

/** Restores and expects the older snapshot with one report about `file`. */
async function expectFallback(setting: Setting, file: string): Promise<Restored> {
  const outcome = await setting.restore();
  if (outcome.kind !== "restored") throw new Error(`${outcome.kind} after damage to ${file}`);
  expect(outcome.manifest.sequence).toBe(1);
  expect(outcome.target.dump()).toEqual(older.dump());
  expect(outcome.damage).toHaveLength(1);
  expect(outcome.damage[0]).toMatchObject({ sequence: 2, file });
  return outcome;
}

const namesOf = (setting: Setting, sequence: number): Promise<string[]> =>
  setting.names().then((names) => names.filter((name) => name.includes(`0000000${sequence}`)));

describe("a damaged newest snapshot", () => {
  it("is never half restored, whichever byte is changed", async () => {
    const setting = await twoSnapshots();
    for (const name of await namesOf(setting, 2)) {
      const path = `${PATH}/${name}`;
      const length = await setting.disk.size(path);
      for (let at = 0; at < length; at++) {
        const mask = 1 << (at % 8);
        setting.disk.corrupt(path, at, mask);
        await expectFallback(setting, name);
        setting.disk.corrupt(path, at, mask);
      }
    }
    expect(await setting.restoredDump()).toEqual(newer.dump());
  });

  it("is never half restored, wherever a file is cut off", async () => {
    const whole = await twoSnapshots();
    for (const name of await namesOf(whole, 2)) {
      const setting = await twoSnapshots();
      const path = `${PATH}/${name}`;
      for (let length = (await setting.disk.size(path)) - 1; length >= 0; length--) {
        setting.disk.truncate(path, length);
        await expectFallback(setting, name);
      }
    }
  });

  it("is not restored when a file is missing, longer, or another's", async () => {
    for (const name of await namesOf(await twoSnapshots(), 2)) {
      const missing = await twoSnapshots();
      await missing.disk.remove(`${PATH}/${name}`);
      if (!name.endsWith(".manifest")) await expectFallback(missing, name);
      const longer = await twoSnapshots();
      const file = await longer.disk.open(`${PATH}/${name}`, "append");
      await file.append(new Uint8Array(1), 0, 1);
      await expectFallback(longer, name);
      const others = await twoSnapshots();
      const twin = name.replace("2", "1");
      if (!(await others.names()).includes(twin)) continue;
      await others.disk.rename(`${PATH}/${twin}`, `${PATH}/${name}`);
      const outcome = await others.restore();
      if (outcome.kind !== "restored") continue;
      // Neither snapshot is whole: what is left is the newer one's without that file.
      expect(outcome.damage[0]!.file).toBe(name);
      const held = new Set(newer.dump());
      expect(outcome.target.dump().every((line) => held.has(line))).toBe(true);
    }
  });

  it("is not restored when a file of the same length from another directory lies in", async () => {
    const setting = await twoSnapshots();
    const other = new Setting();
    other.clock.advance(1);
    await other.write(older);
    const twin = randomStore(12, 5);
    twin.records[0]!.state[0] = twin.records[0]!.state[0]! ^ 1;
    await other.write(twin);
    for (const name of (await namesOf(setting, 2)).filter((n) => n.endsWith(".chunks"))) {
      const foreign = await other.disk.readFile(`${PATH}/${name}`);
      const own = await setting.disk.readFile(`${PATH}/${name}`);
      if (Buffer.compare(foreign, own) === 0) continue;
      expect(foreign.length).toBe(own.length);
      await setting.disk.remove(`${PATH}/${name}`);
      const file = await setting.disk.open(`${PATH}/${name}`, "create");
      await file.append(foreign, 0, foreign.length);
      const { damage } = await expectFallback(setting, name);
      expect(damage[0]!.reason).toContain("not the one the manifest means");
      return;
    }
    throw new Error("no file differed");
  });

  it("is not restored when the disk cannot read it", async () => {
    const setting = await twoSnapshots();
    setting.disk.fail({ code: "EIO", operation: "read", pathPart: "00000002.index", skip: 2 });
    const { damage } = await expectFallback(setting, "snapshot-00000002.index");
    expect(damage[0]!.reason).toContain("EIO");
  });

  it("is reported with file, place and the time that is lost", async () => {
    const setting = await twoSnapshots();
    setting.disk.corrupt(`${PATH}/snapshot-00000002.index`, 100, 4);
    const { damage } = await expectFallback(setting, "snapshot-00000002.index");
    expect(damage[0]).toEqual({
      sequence: 2,
      file: "snapshot-00000002.index",
      offset: 32,
      reason: "block checksum differs",
      createdMs: START_MS + 120_000,
      lost: "what came between 2026-01-02T03:05:05.000Z and 2026-01-02T03:06:05.000Z",
    });
  });

  it("leaves nothing to restore when the older one is damaged too", async () => {
    const setting = await twoSnapshots();
    setting.disk.corrupt(`${PATH}/snapshot-00000002.manifest`, 40, 4);
    setting.disk.corrupt(`${PATH}/snapshot-00000001.index`, 40, 4);
    const outcome = await setting.restore();
    expect(outcome).toMatchObject({
      kind: "unreadable",
      damage: [{ sequence: 2 }, { sequence: 1 }],
    });
    if (outcome.kind !== "unreadable") return;
    expect(outcome.damage[0]!.lost).toBe("everything up to it: no older snapshot is whole");
  });

  it("is found by verifying as well", async () => {
    const setting = await twoSnapshots();
    setting.disk.corrupt(`${PATH}/snapshot-00000002-0000.chunks`, 90, 4);
    const verdicts = await verifySnapshots(setting.directory, () => {});
    expect(verdicts).toMatchObject([
      { kind: "damaged", sequence: 2, file: "snapshot-00000002-0000.chunks", offset: 32 },
      { kind: "whole", sequence: 1 },
    ]);
  });
});

describe("a snapshot of another kind", () => {
  it("is refused by its version's number", async () => {
    const setting = await twoSnapshots();
    const path = `${PATH}/snapshot-00000002.manifest`;
    const bytes = await setting.disk.readFile(path);
    bytes[8] = 7;
    new DataView(bytes.buffer).setUint32(28, crc32c(bytes, 0, 28), true);
    await setting.disk.remove(path);
    await (await setting.disk.open(path, "create")).append(bytes, 0, bytes.length);
    await expect(setting.restore()).rejects.toMatchObject({
      code: "SNAPSHOT_INCOMPATIBLE",
      message: expect.stringMatching(
        /00000002.manifest has format version 7.*reads versions 2 and 3/,
      ),
    });
  });

  it.each([
    [{ chunkWindowMs: 7_200_000 }, /chunk window of 14400000 ms \(this process: 7200000 ms\)/],
    [{ chunksPerSeries: 6 }, /chunks per series of 8 \(this process: 6\)/],
  ])("is refused with both values of what differs: %o", async (change, text) => {
    const setting = await twoSnapshots();
    await expect(setting.restore({ ...CONFIGURATION, ...change })).rejects.toMatchObject({
      code: "SNAPSHOT_INCOMPATIBLE",
      message: expect.stringMatching(text),
    });
  });

  it("is read whatever Go version the heap followed then: bytes do not depend on it", async () => {
    const setting = await twoSnapshots();
    const outcome = await setting.restore({ ...CONFIGURATION, goVersion: "1.17" });
    expect(outcome.kind).toBe("restored");
  });
});
