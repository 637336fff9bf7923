/**
 * A process that is killed while it hands a window over, at every operation on the disk: no reader
 * sees half a block, and the next process hands the window over once and clears away the rest.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { silentLog } from "../../src/base/log.ts";
import { BlockReader } from "../../src/block/block-reader.ts";
import { isUlid } from "../../src/block/ulid.ts";
import { BlockExport } from "../../src/engine/block-export.ts";
import { disk, newDirectory } from "../block/block-fixture.ts";
import { DyingDisk } from "../block/dying-disk.ts";
import { append, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const SERIES = 40;
const SAMPLES = 30;
const STEP_MS = 60_000;
const SLOW = 60_000;

const parent = newDirectory();
let made = 0;
let drawn = 0;

/** A store whose first window has ended. */
function sealedStore() {
  const parts = storeAt(START_MS);
  parts.store.settle();
  parts.clock.set(START_MS + SETTINGS.windowMs - 1);
  for (let i = 0; i < SAMPLES; i++) {
    for (let s = 0; s < SERIES; s++) {
      const pairs = [["__name__", `m${s % 3}`] as const, ["s", `${s}`] as const];
      append(parts.store, seriesOf(parts.store, pairs), START_MS + i * STEP_MS, i * s);
    }
  }
  parts.clock.advance(SETTINGS.windowMs / 2);
  parts.store.settle();
  return parts;
}

const { store, clock } = sealedStore();

/** One life of a process that exports to `path` and is killed at an operation. */
async function life(path: string, killAt: number): Promise<DyingDisk> {
  const dying = new DyingDisk(killAt);
  const random = (): number => drawn++ % 32;
  const blocks = new BlockExport({ path, delayMs: 0 }, dying, clock, silentLog, random);
  const outcome = await blocks.run(store.head).catch((error: unknown) => error);
  await dying.end();
  expect(outcome instanceof Error, dying.killedAt).toBe(dying.killedAt !== "");
  return dying;
}

/** Blocks as a reader of blocks finds them, each with its count of series and chunks. */
async function blocksIn(path: string): Promise<{ series: number; chunks: number }[]> {
  const names = (await disk.list(path)).filter(isUlid);
  const found = names.map(async (name) => {
    const all = [...(await BlockReader.open(disk, join(path, name))).series()];
    return { series: all.length, chunks: all.flatMap(({ chunks }) => chunks).length };
  });
  return Promise.all(found);
}

const whole = { series: SERIES, chunks: SERIES };
const UNKILLED = Number.POSITIVE_INFINITY;

describe("an export whose process is killed", () => {
  it(
    "leaves no block or a whole one, and the next process one and nothing else",
    async () => {
      const { operationCount } = await life(join(parent, `${made++}`), UNKILLED);
      expect(operationCount).toBeGreaterThan(25);
      const found = [];
      for (let at = 0; at < operationCount; at++) {
        const path = join(parent, `${made++}`);
        const { killedAt } = await life(path, at);
        expect(killedAt).not.toBe("");
        const seen = await blocksIn(path);
        expect([[], [whole]], killedAt).toContainEqual(seen);
        found.push(seen.length);
        await life(path, UNKILLED);
        const names = readdirSync(path);
        expect(
          names.filter((name) => !isUlid(name)),
          killedAt,
        ).toEqual(["exported.json"]);
        expect(await blocksIn(path), killedAt).toEqual([whole]);
        await life(path, UNKILLED);
        expect(readdirSync(path), killedAt).toEqual(names);
      }
      // It was killed before the block had its name, and after.
      expect(new Set(found)).toEqual(new Set([0, 1]));
    },
    SLOW,
  );

  it(
    "is taken up as well when the next process is killed over it",
    async () => {
      const { operationCount } = await life(join(parent, `${made++}`), UNKILLED);
      const middle = Math.floor(operationCount / 2);
      for (let at = 0; at < operationCount + 4; at++) {
        const path = join(parent, `${made++}`);
        await life(path, middle);
        const { killedAt } = await life(path, at);
        expect([[], [whole]], killedAt).toContainEqual(await blocksIn(path));
        await life(path, UNKILLED);
        expect(
          readdirSync(path).filter((name) => !isUlid(name)),
          killedAt,
        ).toEqual(["exported.json"]);
        expect(await blocksIn(path), killedAt).toEqual([whole]);
      }
    },
    SLOW,
  );

  it("leaves alone what somebody else is making there", async () => {
    const path = join(parent, `${made++}`);
    const other = join(path, "01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp-for-creation");
    await disk.makeDirectory(other);
    await life(path, 12);
    await life(path, UNKILLED);
    expect(await blocksIn(path)).toEqual([whole]);
    expect(readdirSync(path)).toContain("01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp-for-creation");
  });
});
