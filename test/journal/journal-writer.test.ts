/** The journal's writer on a simulated disk: when it acknowledges, what it does when that fails. */
import { describe, expect, it } from "vitest";
import { settled } from "../sim/manual-timers.ts";
import { JOURNAL_PATH, JournalSetting, numbersOf, recordOf } from "./journal-setting.ts";

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
    for (let number = 1; number <= 12; number++) {
      if (number === 3) writer.rotate();
      writer.append(recordOf(number));
      await writer.written();
    }
    await writer.close();
    expect((await s.names()).length).toBeGreaterThan(3);
    const reading = await s.read();
    expect(numbersOf(reading.plain)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const half = reading.plain[6]!.position;
    expect(numbersOf((await s.read(half)).plain)).toEqual([7, 8, 9, 10, 11, 12]);
    await s.directory.removeBefore(half);
    const rest = await s.read(half);
    expect(numbersOf(rest.plain)).toEqual([7, 8, 9, 10, 11, 12]);
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

describe("a journal with sync interval", () => {
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
