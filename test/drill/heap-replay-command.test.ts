import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { replayFiles } from "../../src/drill/heap-replay-command.ts";

const encode = (text: string) => new TextEncoder().encode(text);

let disk: MemoryDisk;

async function put(path: string, bytes: Uint8Array): Promise<void> {
  const file = await disk.open(path, "create");
  await file.append(bytes, 0, bytes.length);
  await file.close();
}

async function run(files: string[], more: { allocationLog?: string; goVersion?: string } = {}) {
  const lines: string[] = [];
  const request = { goVersion: "1.24", allocationLog: "", pageDumps: "", files, ...more };
  await replayFiles(disk, request, (line) => lines.push(line));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

beforeEach(async () => {
  disk = new MemoryDisk(1);
  await disk.makeDirectory("t");
});

describe("heap replay", () => {
  it("prints a record for every stat and peek", async () => {
    await put("t/a.trace", encode("a 0 128\na 1 128\npeek\nf 1\ngc\nstat done\n"));
    const [peek, stat] = await run(["t/a.trace"]);
    expect(peek).toMatchObject({ kind: "peek", line: 3, seg: 0, heap_alloc: 256 });
    expect(stat).toMatchObject({ label: "done", line: 6, heap_alloc: 128, heap_inuse: 8192 });
  });

  it("takes several files as one trace, packed or not", async () => {
    await put("t/a.trace", encode("a 0 128\nstat\n"));
    await put("t/b.trace.gz", gzipSync("a 1 128\nstat\nrestart\nstat\n"));
    const records = await run(["t/a.trace", "t/b.trace.gz"]);
    expect(records.map((r) => [r["seg"], r["line"], r["heap_alloc"]])).toEqual([
      [0, 2, 128],
      [0, 2, 256],
      [1, 4, 0],
    ]);
  });

  it("writes the allocation log", async () => {
    await put("t/a.trace", encode("a 0 100\ng 0 300\na 1 40000\n"));
    await run(["t/a.trace"], { allocationLog: "t/log.csv" });
    const log = new TextDecoder().decode(await disk.readFile("t/log.csv"));
    expect(log).toBe("0,1,100,9,1,0,\n0,2,320,20,2,0,\n0,3,40000,0,3,0,\n");
  });

  it("names file and line of a wrong trace", async () => {
    await put("t/a.trace", encode("a 0 128\nb 1\n"));
    await expect(run(["t/a.trace"])).rejects.toThrow("t/a.trace: trace line 2: unknown operation");
  });

  it("refuses a broken gzip file, a missing file and no file", async () => {
    await put("t/a.trace.gz", gzipSync("a 0 128\n").subarray(0, 15));
    await expect(run(["t/a.trace.gz"])).rejects.toThrow("no whole gzip file");
    await expect(run(["t/none"])).rejects.toMatchObject({ code: "DISK_FAILED" });
    await expect(run([])).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
