import { beforeAll, describe, expect, it } from "vitest";
import type { DrillResult } from "../../src/drill/drill.ts";
import { OperationLog } from "../../src/drill/operation-log.ts";
import type { Reading } from "../../src/drill/reading.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { replayTrace } from "../../src/heap/replay.ts";
import { smallDrill } from "./small-drill.ts";

const text = (log: OperationLog) => new TextDecoder().decode(log.text());

/** Figures of a replay, one line a reading. */
function replayed(files: Uint8Array[], goVersion: string): string[] {
  const lines: string[] = [];
  replayTrace(
    files,
    { rules: rulesOfGoVersion(goVersion) },
    {
      record: (line) => {
        const { label, heap_alloc, heap_inuse, heap_objects } = JSON.parse(line);
        lines.push(`${label} ${heap_alloc} ${heap_inuse} ${heap_objects}`);
      },
    },
  );
  return lines;
}

function drilled(readings: readonly Reading[]): string[] {
  return readings.map(
    ({ label, allocBytes, inuseBytes, objectCount }) =>
      `${label} ${allocBytes} ${inuseBytes} ${objectCount}`,
  );
}

describe("operation log", () => {
  it("names slices by ids that are given again after a drop", () => {
    const log = new OperationLog();
    log.allocated(8192, 128);
    log.allocated(9000, 987);
    log.dropped(8192);
    log.allocated(12_000, 5);
    expect(text(log)).toBe("a 0 128\na 1 987\nf 0\na 0 5\n");
  });

  it("writes a growth by one byte as bytes appended, any other as one append", () => {
    const log = new OperationLog();
    log.allocated(8192, 128);
    log.asked(128, 129);
    log.allocated(16_384, 256);
    log.dropped(8192);
    log.asked(256, 1900);
    log.allocated(24_576, 2048);
    log.dropped(16_384);
    log.dropped(24_576);
    expect(text(log)).toBe("a 0 128\nw 0 129\ng 0 1900\nf 0\n");
  });

  it("takes a growth apart when a collection falls into it", () => {
    const log = new OperationLog();
    log.allocated(8192, 128);
    log.asked(128, 129);
    log.allocated(16_384, 256);
    log.collected();
    log.dropped(8192);
    log.recorded("h1");
    expect(text(log)).toBe("a 0 128\na 1 256\ngc\nf 0\nstat h1\n");
  });

  it("grows beyond its first buffer", () => {
    const log = new OperationLog();
    for (let i = 0; i < 120_000; i++) log.allocated(i * 16, 16);
    const lines = text(log).trimEnd().split("\n");
    expect(lines.length).toBe(120_000);
    expect(lines.at(-1)).toBe("a 119999 16");
  });
});

describe("the log of a drill", () => {
  const policies = "exact+shuffled,grow+time,oneshot+series,exact+time+copy";
  let result: DrillResult;

  beforeAll(async () => {
    result = await smallDrill(policies, { seriesCount: 80, hours: 44, goVersion: "1.22" }, true);
  });

  it("replays to the same figures at every reading, under every policy", () => {
    for (const { policy, log, restore, readings } of result.runs) {
      if (policy === null) continue;
      expect(replayed([log!], "1.22")).toEqual(drilled([restore!.reading, ...readings]));
    }
  });

  it("goes on where the hours before the restart end when there is none", () => {
    const { before, runs } = result;
    const [{ log, readings }] = runs as [(typeof runs)[number]];
    const files = [before.log!, log!];
    expect(replayed(files, "1.22")).toEqual(drilled([...before.readings, ...readings]));
  });

  it("changes nothing in the drill", async () => {
    const without = await smallDrill(policies, { seriesCount: 80, hours: 44, goVersion: "1.22" });
    expect(without.runs.map(({ readings }) => drilled(readings))).toEqual(
      result.runs.map(({ readings }) => drilled(readings)),
    );
    expect(without.runs.every(({ log }) => log === null)).toBe(true);
  });
});
