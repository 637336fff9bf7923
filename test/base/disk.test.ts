import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { type Disk, NodeDisk } from "../../src/base/disk.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";

const root = mkdtempSync(`${tmpdir()}/disk-`);
afterAll(() => rmSync(root, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

async function write(disk: Disk, path: string, content: string): Promise<void> {
  const file = await disk.open(path, "create");
  await file.append(bytes(content), 0, content.length);
  await file.sync();
  await file.close();
}

const kinds: [string, () => Disk][] = [
  ["the machine's disk", () => new NodeDisk()],
  ["the disk in memory", () => new MemoryDisk(1)],
];

describe.each(kinds)("%s", (_, make) => {
  let number = 0;
  async function fresh(): Promise<{ disk: Disk; directory: string }> {
    const disk = make();
    const directory = `${root}/${disk.constructor.name}-${number++}`;
    await disk.makeDirectory(directory);
    return { disk, directory };
  }

  it("reads back what was appended, range by range", async () => {
    const { disk, directory } = await fresh();
    const file = await disk.open(`${directory}/a`, "create");
    await file.append(bytes("--hello--"), 2, 7);
    await file.append(bytes(" world"), 0, 6);
    await file.sync();
    await file.close();
    expect(text(await disk.readFile(`${directory}/a`))).toBe("hello world");
    expect(await disk.size(`${directory}/a`)).toBe(11);
    const reader = await disk.open(`${directory}/a`, "read");
    const into = new Uint8Array(8).fill(46);
    expect(await reader.read(into, 1, 4, 6)).toBe(4);
    expect(text(into)).toBe(".worl...");
    await reader.close();
  });

  it("reads short at the end of a file and nothing behind it", async () => {
    const { disk, directory } = await fresh();
    await write(disk, `${directory}/a`, "hello");
    const reader = await disk.open(`${directory}/a`, "read");
    expect(await reader.read(new Uint8Array(8), 0, 8, 3)).toBe(2);
    expect(await reader.read(new Uint8Array(8), 0, 8, 5)).toBe(0);
    await reader.close();
  });

  it("appends to a file that is there, and refuses to create it again", async () => {
    const { disk, directory } = await fresh();
    await write(disk, `${directory}/a`, "one");
    await expect(disk.open(`${directory}/a`, "create")).rejects.toMatchObject({
      code: "DISK_FAILED",
      message: expect.stringContaining("EEXIST"),
    });
    const file = await disk.open(`${directory}/a`, "append");
    await file.append(bytes("two"), 0, 3);
    await file.close();
    expect(text(await disk.readFile(`${directory}/a`))).toBe("onetwo");
  });

  it("lists, renames over and removes", async () => {
    const { disk, directory } = await fresh();
    await write(disk, `${directory}/b`, "new");
    await write(disk, `${directory}/a`, "old");
    expect(await disk.list(directory)).toEqual(["a", "b"]);
    await disk.rename(`${directory}/b`, `${directory}/a`);
    await disk.syncDirectory(directory);
    expect(await disk.list(directory)).toEqual(["a"]);
    expect(text(await disk.readFile(`${directory}/a`))).toBe("new");
    await disk.remove(`${directory}/a`);
    expect(await disk.list(directory)).toEqual([]);
  });

  it("lists nothing in a directory that is not there", async () => {
    const { disk, directory } = await fresh();
    expect(await disk.list(`${directory}/none`)).toEqual([]);
  });

  it("names operation, path and the system's code in a failure", async () => {
    const { disk, directory } = await fresh();
    const missing = `${directory}/missing`;
    for (const failing of [
      () => disk.open(missing, "read"),
      () => disk.readFile(missing),
      () => disk.size(missing),
      () => disk.remove(missing),
    ]) {
      await expect(failing()).rejects.toMatchObject({
        code: "DISK_FAILED",
        message: expect.stringMatching(/missing.*ENOENT/),
      });
    }
  });

  it("lets one holder at a time have a lock", async () => {
    const { disk, directory } = await fresh();
    const lock = await disk.lock(`${directory}/lock`);
    await expect(disk.lock(`${directory}/lock`)).rejects.toMatchObject({
      code: "DATA_DIRECTORY_IN_USE",
    });
    await lock.release();
    await (await disk.lock(`${directory}/lock`)).release();
  });
});

describe("lock file", () => {
  const path = `${root}/lock`;

  it("refuses with the process id of a living holder", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    try {
      writeFileSync(path, `${child.pid}\n`);
      await expect(new NodeDisk().lock(path)).rejects.toMatchObject({
        code: "DATA_DIRECTORY_IN_USE",
        message: expect.stringContaining(`held by process ${child.pid}`),
      });
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("takes over from a process that is dead", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => child.on("exit", resolve));
    writeFileSync(path, `${child.pid} 12345\n`);
    const lock = await new NodeDisk().lock(path);
    expect(readFileSync(path, "utf8")).toMatch(new RegExp(`^${process.pid} \\d+\n$`));
    await lock.release();
  });

  it("takes over when the process id belongs to a later process", async () => {
    writeFileSync(path, `${process.pid} 1\n`);
    await (await new NodeDisk().lock(path)).release();
  });

  it("takes over a file that names nobody", async () => {
    writeFileSync(path, "");
    await (await new NodeDisk().lock(path)).release();
  });
});
