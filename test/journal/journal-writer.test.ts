/** The journal's writer on a simulated disk: when it acknowledges, what it does when that fails. */
import { describe, expect, it } from "vitest";
import type { Disk, DiskFile, OpenMode } from "../../src/base/disk.ts";
import type { MemoryDisk } from "../../src/base/memory-disk.ts";
import { settled } from "../sim/manual-timers.ts";
import { JOURNAL_PATH, JournalSetting, numbersOf, recordOf } from "./journal-setting.ts";

/** A disk on which one file takes its first bytes when it is told to. */
class HeldFile {
  private readonly part: string;
  private readonly released: Promise<void>;
  letGo: () => void = () => {};

  constructor(part: string) {
    this.part = part;
    this.released = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  around(disk: MemoryDisk): Disk {
    const open = async (path: string, mode: OpenMode): Promise<DiskFile> => {
      const file = await disk.open(path, mode);
      if (!path.includes(this.part)) return file;
      const append = async (bytes: Uint8Array, from: number, to: number): Promise<void> => {
        await this.released;
        await file.append(bytes, from, to);
      };
      return { path, append, read: file.read, sync: () => file.sync(), close: () => file.close() };
    };
    return Object.assign(Object.create(disk) as MemoryDisk, { open });
  }
}

describe.each(["always", "interval", "off"] as const)("a journal with sync %s", (sync) => {
  function setting(): JournalSetting {
    const made = new JournalSetting();
    made.sync = sync;
    return made;
  }

  it("has every acknowledged record after a kill, in order", async () => {
    const s = setting();
    const writer = s.writer();
    expect(writer.written()).toBeNull();
    for (let number = 1; number <= 20; number++) {
      writer.append(recordOf(number, number));
      await writer.written();
    }
    expect(writer.written()).toBeNull();
    s.disk.restart("kill");
    const reading = await s.read();
    expect(numbersOf(reading.plain)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(reading.damage).toEqual([]);
    expect(reading.end).toBe(writer.position);
    expect(reading.samples).toBe(210);
  });

  it("writes records that come together together", async () => {
    const s = setting();
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    const before = s.disk.operationCount;
    for (let number = 2; number <= 9; number++) writer.append(recordOf(number));
    await writer.written();
    await settled();
    const writes = s.disk.operationLog.slice(before).filter((line) => line.startsWith("append"));
    expect(writes.length).toBeLessThanOrEqual(2);
    expect(numbersOf((await s.read()).plain).length).toBe(9);
  });

  it("begins a new segment when one is full or when told to, and reads across them", async () => {
    const s = setting();
    s.segmentBytes = 300;
    const writer = s.writer();
    const all = Array.from({ length: 20 }, (_, i) => i + 1);
    for (let number = 1; number <= 20; number++) {
      if (number === 3) await writer.rotate();
      writer.append(recordOf(number));
      await writer.written();
      await settled();
    }
    await writer.close();
    expect((await s.names()).length).toBeGreaterThan(3);
    const reading = await s.read();
    expect(numbersOf(reading.plain)).toEqual(all);
    const half = reading.plain[6]!.position;
    expect(numbersOf((await s.read(half)).plain)).toEqual(all.slice(6));
    const before = (await s.names()).length;
    await s.directory.removeBefore(half);
    expect((await s.names()).length).toBeLessThan(before);
    const rest = await s.read(half);
    expect(numbersOf(rest.plain)).toEqual(all.slice(6));
    expect(rest.damage).toEqual([]);
  });

  it.each(["ENOSPC", "EIO", "EROFS"] as const)(
    "refuses while writes fail with %s, keeps what it has and recovers by itself",
    async (code) => {
      const s = setting();
      const writer = s.writer();
      writer.append(recordOf(1));
      await writer.written();
      s.disk.fail({ code, operation: "append", times: 3 });
      writer.append(recordOf(2));
      await expect(writer.written()).rejects.toMatchObject({ code: "JOURNAL_FAILED" });
      expect(writer.failure?.message).toMatch(code);
      await expect(writer.written()).rejects.toMatchObject({ code: "JOURNAL_FAILED" });
      for (let i = 0; i < 4; i++) await s.timers.advance(1000);
      expect(writer.failure).toBeNull();
      expect(s.faults.at(-1)).toBeNull();
      expect(writer.written()).toBeNull();
      writer.append(recordOf(3));
      await writer.written();
      const reading = await s.read();
      expect(numbersOf(reading.plain)).toEqual([1, 2, 3]);
      expect(reading.damage).toEqual([]);
    },
  );

  it("goes on behind every position that was used, after a torn end too", async () => {
    const s = setting();
    const writer = s.writer();
    for (let number = 1; number <= 3; number++) writer.append(recordOf(number));
    await writer.close();
    const path = `${JOURNAL_PATH}/${(await s.names())[0]}`;
    s.disk.truncate(path, (await s.disk.size(path)) - 20);
    const torn = await s.read();
    expect(numbersOf(torn.plain)).toEqual([1, 2]);
    expect(torn.damage).toMatchObject([{ reason: "the journal ends within a record" }]);
    const next = s.writer(torn);
    expect(next.position).toBeGreaterThan(torn.end);
    next.append(recordOf(4));
    await next.close();
    const reading = await s.read();
    expect(numbersOf(reading.plain)).toEqual([1, 2, 4]);
    expect(reading.damage).toEqual([]);
  });
});

describe("a journal with sync always", () => {
  it("has every acknowledged record after a loss of power", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const s = new JournalSetting(seed);
      s.segmentBytes = 500;
      const writer = s.writer();
      const acknowledged: number[] = [];
      s.disk.crashAt = 10 + seed * 2;
      for (let number = 1; number <= 40; number++) {
        if (writer.failure !== null) break;
        writer.append(recordOf(number));
        await writer.written()?.then(
          () => acknowledged.push(number),
          () => {},
        );
      }
      s.disk.restart("power");
      const read = numbersOf((await s.read()).plain);
      expect(read.slice(0, acknowledged.length), `seed ${seed}`).toEqual(acknowledged);
      expect(read.length - acknowledged.length).toBeLessThanOrEqual(1);
    }
  });

  it("writes again what a failed sync may have lost", async () => {
    const s = new JournalSetting();
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    s.disk.fail({ code: "EIO", operation: "sync", pathPart: ".log" });
    writer.append(recordOf(2));
    await expect(writer.written()).rejects.toMatchObject({ code: "JOURNAL_FAILED" });
    await s.timers.advance(1000);
    expect(writer.written()).toBeNull();
    expect((await s.names()).length).toBe(2);
    s.disk.restart("power");
    expect(numbersOf((await s.read()).plain)).toEqual([1, 2]);
  });
});

describe.each(["interval", "off"] as const)("the end of a segment with sync %s", (sync) => {
  function setting(seed: number, around?: (disk: MemoryDisk) => Disk): JournalSetting {
    const made = new JournalSetting(seed, around);
    made.sync = sync;
    made.segmentBytes = 400;
    return made;
  }

  it("is waited for by nobody: what comes meanwhile is acknowledged", async () => {
    const s = setting(1);
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    const before = s.disk.operationCount;
    const rotated = writer.rotate();
    writer.append(recordOf(2));
    await writer.written();
    const operations = s.disk.operationLog.slice(before);
    expect(operations.filter((line) => /^append .*0001\.log/.test(line))).toHaveLength(1);
    expect(operations.join()).not.toContain("rename");
    await rotated;
    for (let number = 3; number <= 5; number++) {
      writer.append(recordOf(number));
      await writer.written();
      await settled();
    }
    expect((await s.names()).length).toBe(2);
    expect(numbersOf((await s.read()).plain)).toEqual([1, 2, 3, 4, 5]);
  });

  it("is written to later what came before the new file had its first bytes", async () => {
    const held = new HeldFile("00000002");
    const s = setting(1, (disk) => held.around(disk));
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    await writer.rotate();
    for (let number = 2; number <= 4; number++) {
      writer.append(recordOf(number));
      await writer.written();
    }
    expect((await s.names()).length).toBe(2);
    expect(numbersOf((await s.read()).plain)).toEqual([1, 2, 3, 4]);
    await s.timers.advance(200);
    expect(writer.figures.syncsTotal).toBe(0);
    held.letGo();
    await settled();
    expect(writer.figures.syncsTotal).toBe(sync === "interval" ? 1 : 0);
    writer.append(recordOf(5));
    await writer.written();
    s.disk.restart("kill");
    const [first = "", ...others] = await s.names();
    expect(others).toHaveLength(1);
    expect(numbersOf((await s.read()).plain)).toEqual([1, 2, 3, 4, 5]);
    await s.disk.remove(`${JOURNAL_PATH}/${first}`);
    expect(numbersOf((await s.read()).plain)).toEqual([2, 3, 4, 5]);
  });

  it("has every acknowledged record, whenever the process is killed", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const s = setting(seed);
      const writer = s.writer();
      const acknowledged: number[] = [];
      s.disk.crashAt = 5 + seed;
      for (let number = 1; number <= 30 && writer.failure === null; number++) {
        if (number % 7 === seed % 7) void writer.rotate();
        writer.append(recordOf(number));
        await writer.written()?.then(
          () => acknowledged.push(number),
          () => {},
        );
        if (seed % 2 === 0) await settled();
      }
      s.disk.restart("kill");
      const reading = await s.read();
      const read = numbersOf(reading.plain);
      expect(read.slice(0, acknowledged.length), `seed ${seed}`).toEqual(acknowledged);
      expect(read.length - acknowledged.length).toBeLessThanOrEqual(1);
    }
  });

  it("costs nothing when the next one cannot be made", async () => {
    for (const operation of ["open", "rename", "append"] as const) {
      const s = setting(3);
      const writer = s.writer();
      const acknowledged: number[] = [];
      writer.append(recordOf(1));
      await writer.written();
      s.disk.fail({ code: "ENOSPC", operation, pathPart: ".tmp" });
      void writer.rotate();
      for (let number = 2; number <= 20; number++) {
        await settled();
        if (writer.failure !== null) await s.timers.advance(1000);
        writer.append(recordOf(number));
        await writer.written()?.catch(() => {});
      }
      acknowledged.push(...Array.from({ length: 20 }, (_, i) => i + 1));
      expect(s.faults.length, operation).toBe(2);
      await writer.close();
      const reading = await s.read();
      expect(numbersOf(reading.plain)).toEqual(acknowledged);
      expect(reading.damage).toEqual([]);
    }
  });
});

describe("a journal with sync interval", () => {
  it("has what was synced after a loss of power, wherever segments end", async () => {
    for (let seed = 0; seed < 80; seed++) {
      const s = new JournalSetting(seed);
      s.sync = "interval";
      s.segmentBytes = 400;
      const writer = s.writer();
      let safe = 0;
      s.disk.crashAt = 8 + seed * 2;
      for (let number = 1; number <= 60 && writer.failure === null; number++) {
        if (number % 9 === seed % 9) void writer.rotate();
        writer.append(recordOf(number));
        await writer.written()?.catch(() => {});
        if (number % (2 + (seed % 4)) !== 0) continue;
        const { syncsTotal } = writer.figures;
        await s.timers.advance(200);
        if (writer.figures.syncsTotal > syncsTotal && writer.failure === null) safe = number;
      }
      s.disk.restart("power");
      const read = numbersOf((await s.read()).plain);
      const all = Array.from({ length: safe }, (_, i) => i + 1);
      expect(read.slice(0, safe), `seed ${seed}`).toEqual(all);
    }
  });

  it("is synced once in the interval and loses no more than that to a loss of power", async () => {
    const s = new JournalSetting();
    s.sync = "interval";
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    expect(writer.figures.syncsTotal).toBe(0);
    await s.timers.advance(200);
    expect(writer.figures.syncsTotal).toBe(1);
    writer.append(recordOf(2));
    await writer.written();
    s.disk.restart("power");
    expect(numbersOf((await s.read()).plain)[0]).toBe(1);
  });

  it("writes again what was acknowledged when the sync behind it fails", async () => {
    const s = new JournalSetting();
    s.sync = "interval";
    const writer = s.writer();
    writer.append(recordOf(1));
    await writer.written();
    s.disk.fail({ code: "EIO", operation: "sync", pathPart: ".log" });
    await s.timers.advance(200);
    expect(writer.failure?.code).toBe("JOURNAL_FAILED");
    await s.timers.advance(1000);
    expect(writer.failure).toBeNull();
    s.disk.restart("power");
    expect(numbersOf((await s.read()).plain)).toEqual([1]);
  });
});
