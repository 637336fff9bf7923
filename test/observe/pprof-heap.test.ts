import { Profile } from "pprof-format";
import { describe, expect, it } from "vitest";
import { encodeHeapProfile } from "../../src/observe/pprof-heap.ts";
import { origins } from "../http/fake-heap.ts";

const TIME_MS = 1_700_000_000_123;
const profile = Profile.decode(encodeHeapProfile(origins, TIME_MS, "inuse_space"));
const { strings } = profile.stringTable;

/** Call path, outermost frame first, and the values of each sample. */
function samples(): [string, number[]][] {
  const names = new Map(profile.function.map((f) => [Number(f.id), strings[Number(f.name)]]));
  const frames = new Map(
    profile.location.map((at) => [Number(at.id), names.get(Number(at.line[0]?.functionId))]),
  );
  return profile.sample.map(({ locationId, value }) => [
    [...locationId]
      .reverse()
      .map((id) => frames.get(Number(id)))
      .join(" > "),
    value.map(Number),
  ]);
}

describe("the heap profile", () => {
  it("has a call path for each origin, down to the window", () => {
    const made = "spandrel.ingest > series.Head.append > chunk.ChunkTable.create";
    const grown = "spandrel.ingest > series.Head.append > chunk.appendSample";
    expect(samples()).toEqual([
      [`${made} > expired windows`, [10, 1280, 0, 0]],
      [`${made} > window 2026-11-23T12:00:00Z`, [7, 896, 2, 256]],
      [
        `${grown} > chunk.ChunkTable.growSlice > window 2026-11-23T12:00:00Z`,
        [5, 1280, 3, 5_000_000_000],
      ],
      [
        "spandrel.restore > chunk.restoreChunks > chunk.ChunkTable.create > " +
          "window 2026-11-23T08:00:00Z",
        [6, 8448, 6, 8448],
      ],
      [
        "spandrel.compaction > chunk.Compactor.step > chunk.ChunkTable.moveSlice > " +
          "window 2026-11-23T12:00:00Z",
        [1, 1408, 1, 1408],
      ],
      ["spandrel.garbage > waits for its sweep", [0, 0, 4, 512]],
    ]);
  });

  it("names its units and its time, and that nothing is sampled", () => {
    expect(profile.sampleType.map(({ unit }) => strings[Number(unit)])).toEqual([
      "count",
      "bytes",
      "count",
      "bytes",
    ]);
    expect(BigInt(profile.timeNanos)).toBe(BigInt(TIME_MS) * 1_000_000n);
    expect(Number(profile.period)).toBe(1);
  });

  it("labels each sample with its origin and window", () => {
    const labels = profile.sample[1]?.label.map(({ key, str }) => [
      strings[Number(key)],
      strings[Number(str)],
    ]);
    expect(labels).toEqual([
      ["origin", "ingestion"],
      ["kind", "made"],
      ["window", "window 2026-11-23T12:00:00Z"],
    ]);
  });
});
