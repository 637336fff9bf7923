/** Simulated lives of a store on a disk that fails: docs/operations.md says what is promised. */
import { describe, expect, it } from "vitest";
import { liveThrough } from "./campaign.ts";
import { type Lie, lyingDisk } from "./lying-disk.ts";
import { runScenario } from "./scenario.ts";

const STEPS = 40;

describe("a store on a failing disk", () => {
  it("has what it promised, in every mode, wherever the disk stops", async () => {
    for (const seed of [12]) {
      const { fault, lives } = await liveThrough(seed, STEPS, 17);
      expect(fault).toBeNull();
      expect(lives).toBeGreaterThan(50);
    }
  }, 120_000);

  it("loses nothing when it is killed while a failed write is written again", async () => {
    // An append fails, and the process is gone when the segment that takes it has its name.
    const life = { seed: 1_565_646, sync: "interval", loss: "kill", steps: 60 } as const;
    for (let crashAt = 27; crashAt < 45; crashAt++) {
      expect((await runScenario({ ...life, crashAt })).fault).toBeNull();
    }
  });

  it.each(["sync of the journal", "sync of directories", "order of appends"] as Lie[])(
    "is caught when the disk lies: %s",
    async (lie) => {
      let caught: string | null = null;
      for (let seed = 1; caught === null && seed <= 20; seed++) {
        caught = (await liveThrough(seed, STEPS, 29, (disk) => lyingDisk(disk, lie))).fault;
      }
      expect(caught).toMatch(/missing|never sent|deleted/);
    },
    120_000,
  );
});
