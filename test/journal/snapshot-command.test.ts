import { describe, expect, it } from "vitest";
import { runSnapshotCommand } from "../../src/journal/snapshot-command.ts";
import { randomStore } from "./plain-store.ts";
import { PATH, Setting } from "./snapshot-setting.ts";

async function run(setting: Setting, ...words: string[]): Promise<[number, string]> {
  const lines: string[] = [];
  const code = await runSnapshotCommand(words, setting.disk, (line) => lines.push(line));
  return [code, lines.join("\n")];
}

async function twoSnapshots(): Promise<Setting> {
  const setting = new Setting();
  await setting.write(randomStore(1, 4));
  await setting.write(randomStore(2, 4));
  return setting;
}

describe("spandrel snapshot", () => {
  it("lists what a directory has, newest first", async () => {
    const [code, text] = await run(await twoSnapshots(), "list", PATH);
    expect(code).toBe(0);
    const lines = text.split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^2\t2026-01-02T03:06:05\.000Z\torder time\t\d+ series\t\d+ chunks/);
    expect(lines[0]).toContain("chunk window 14400000 ms x 8\tGo 1.21");
    expect(lines[1]).toMatch(/^1\t/);
  });

  it("says when there is none", async () => {
    expect(await run(new Setting(), "list", PATH)).toEqual([0, `no snapshot in ${PATH}`]);
    expect(await run(new Setting(), "verify", PATH)).toEqual([0, `no snapshot in ${PATH}`]);
  });

  it("verifies every snapshot and names the damage", async () => {
    const setting = await twoSnapshots();
    expect((await run(setting, "verify", PATH))[0]).toBe(0);
    setting.disk.corrupt(`${PATH}/snapshot-00000001.index`, 90, 1);
    setting.disk.corrupt(`${PATH}/snapshot-00000002.manifest`, 50, 1);
    const [code, text] = await run(setting, "verify", PATH);
    expect(code).toBe(1);
    expect(text).toBe(
      "2\tdamaged: snapshot-00000002.manifest at byte 32: body checksum differs\n" +
        "1\tdamaged: snapshot-00000001.index at byte 32: block checksum differs",
    );
    const [listCode, listText] = await run(setting, "list", PATH);
    expect(listCode).toBe(1);
    expect(listText).toContain("2\tunreadable manifest: body checksum differs");
  });

  it("refuses wrong words with its usage", async () => {
    for (const words of [[], ["list"], ["check", PATH], ["list", PATH, "more"]]) {
      const [code, text] = await run(new Setting(), ...words);
      expect(code).toBe(2);
      expect(text).toContain("usage: spandrel snapshot list|verify DIRECTORY");
    }
  });

  it("fails with the disk's error", async () => {
    const setting = await twoSnapshots();
    setting.disk.fail({ code: "EIO", operation: "list" });
    const [code, text] = await run(setting, "list", PATH);
    expect(code).toBe(1);
    expect(text).toMatch(/^DISK_FAILED: list of .*EIO/);
  });
});
