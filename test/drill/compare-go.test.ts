import { describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { usableGoVersion } from "../../src/drill/compare-go.ts";
import { DEFAULT_SCENARIO } from "../../src/drill/scenario.ts";

describe("real Go beside a drill", () => {
  it("is said to need the source tree where that is missing", async () => {
    const asked = usableGoVersion(new MemoryDisk(1), DEFAULT_SCENARIO);
    await expect(asked).rejects.toThrow(/main\.go is missing: it is part of the source tree/);
  });

  it("is refused before the drill for more slices than the Go program has room for", async () => {
    const asked = usableGoVersion(new MemoryDisk(1), { ...DEFAULT_SCENARIO, seriesCount: 20_000 });
    await expect(asked).rejects.toThrow("has room for the slices of 13107 series");
  });
});
