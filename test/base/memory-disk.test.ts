import { describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";

const DIRECTORY = "/d";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function diskWith(seed: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk(seed);
  await disk.makeDirectory(DIRECTORY);
  return disk;
}

/** Writes "durable" with syncs, then "-torn-" without. */
async function writeHalfSynced(disk: MemoryDisk): Promise<void> {
  const file = await disk.open("/d/a", "create");
  await file.append(bytes("durable"), 0, 7);
  await file.sync();
  await disk.syncDirectory(DIRECTORY);
  await file.append(bytes("-torn-"), 0, 6);
}

async function contentAfterPowerLoss(seed: number): Promise<string> {
  const disk = await diskWith(seed);
  await writeHalfSynced(disk);
  disk.restart("power");
  return new TextDecoder().decode(await disk.readFile("/d/a"));
}

describe("power loss", () => {
  it("keeps synced bytes and a prefix of the later ones, sometimes with zeros behind", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) seen.add(await contentAfterPowerLoss(seed));
    for (const content of seen) expect(content).toMatch(/^durable-?t?o?r?n?-?\0*$/);
    expect(seen).toContain("durable");
    expect(seen).toContain("durable-torn-");
    expect([...seen].some((content) => content.includes("\0"))).toBe(true);
  });

  it("gives the same result for the same seed", async () => {
    expect(await contentAfterPowerLoss(7)).toBe(await contentAfterPowerLoss(7));
  });

  it("loses changes of names one by one and in any order", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = await diskWith(seed);
      for (const name of ["a", "b", "c"]) await (await disk.open(`/d/${name}`, "create")).sync();
      disk.restart("power");
      seen.add((await disk.list(DIRECTORY)).join(""));
    }
    expect([...seen].sort()).toEqual(["", "a", "ab", "abc", "ac", "b", "bc", "c"]);
  });

  it("renames wholly or not at all", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const disk = await diskWith(seed);
      await (await disk.open("/d/new", "create")).sync();
      await (await disk.open("/d/old", "create")).sync();
      await disk.syncDirectory(DIRECTORY);
      await disk.rename("/d/new", "/d/old");
      disk.restart("power");
      seen.add((await disk.list(DIRECTORY)).join());
    }
    expect([...seen].sort()).toEqual(["new,old", "old"]);
  });

  it("keeps names that a directory sync covered", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = await diskWith(seed);
      await disk.open("/d/a", "create");
      await disk.rename("/d/a", "/d/b");
      await disk.syncDirectory(DIRECTORY);
      disk.restart("power");
      expect(await disk.list(DIRECTORY)).toEqual(["b"]);
    }
  });
});

describe("killed process", () => {
  it("loses nothing that was appended, and its locks", async () => {
    const disk = await diskWith(1);
    await disk.lock("/d/lock");
    await writeHalfSynced(disk);
    disk.restart("kill");
    expect(await disk.size("/d/a")).toBe(13);
    await disk.lock("/d/lock");
  });

  it("leaves bytes that a later power loss can still take", async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = await diskWith(seed);
      await writeHalfSynced(disk);
      disk.restart("kill");
      disk.restart("power");
      lengths.add(await disk.size("/d/a"));
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  it("refuses the handles of its earlier life", async () => {
    const disk = await diskWith(1);
    const file = await disk.open("/d/a", "create");
    disk.restart("kill");
    await expect(file.sync()).rejects.toThrow("outlived");
  });
});

describe("failure on command", () => {
  it("crashes at the operation of a number, and stays down until the restart", async () => {
    const disk = await diskWith(1);
    disk.crashAt = disk.operationCount + 1;
    const file = await disk.open("/d/a", "create");
    await expect(file.append(bytes("x"), 0, 1)).rejects.toThrow("machine is down");
    await expect(disk.list(DIRECTORY)).rejects.toThrow("machine is down");
    disk.restart("kill");
    expect(await disk.size("/d/a")).toBe(0);
  });

  it("fails chosen operations on chosen paths a number of times", async () => {
    const disk = await diskWith(1);
    disk.fail({ code: "EIO", operation: "sync", pathPart: "b", skip: 1, times: 2 });
    const a = await disk.open("/d/a", "create");
    const b = await disk.open("/d/b", "create");
    await a.sync();
    await b.sync();
    await expect(b.sync()).rejects.toMatchObject({
      code: "DISK_FAILED",
      message: expect.stringContaining("EIO"),
    });
    await a.sync();
    await expect(b.sync()).rejects.toThrow("EIO");
    await b.sync();
  });

  it("writes what fits when it is full", async () => {
    const disk = await diskWith(1);
    disk.capacityBytes = 10;
    const file = await disk.open("/d/a", "create");
    await file.append(bytes("12345678"), 0, 8);
    await expect(file.append(bytes("abcd"), 0, 4)).rejects.toThrow("ENOSPC");
    expect(new TextDecoder().decode(await disk.readFile("/d/a"))).toBe("12345678ab");
  });

  it("reads but does not change when it is read-only", async () => {
    const disk = await diskWith(1);
    await disk.open("/d/a", "create");
    disk.readOnly = true;
    expect(await disk.list(DIRECTORY)).toEqual(["a"]);
    await disk.readFile("/d/a");
    await expect(disk.open("/d/b", "create")).rejects.toThrow("EROFS");
    await expect(disk.remove("/d/a")).rejects.toThrow("EROFS");
  });
});
