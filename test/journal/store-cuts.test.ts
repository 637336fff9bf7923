/**
 * Every file of a small store cut off at every byte in turn: the store always starts, has nothing
 * that was not sent, and misses nothing that lies before the cut or in another file.
 */
import { expect, it } from "vitest";
import { ALL_SAMPLES, DamagedStore } from "./damaged-store.ts";

it("a store starts wherever a file is cut off", async () => {
  const store = await DamagedStore.written();
  for (const name of store.names) {
    const length = await store.lengthOf(name);
    let before = 0;
    for (let cut = 0; cut < length; cut++) {
      const disk = store.disk();
      disk.truncate(name, cut);
      const { samples } = await store.start(disk);
      const place = `${name} cut at ${cut}`;
      if (!name.endsWith(".log")) expect(samples, place).toBe(ALL_SAMPLES);
      else expect(samples, place).toBeGreaterThanOrEqual(before);
      before = samples;
    }
  }
}, 400_000);
