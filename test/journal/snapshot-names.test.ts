import { describe, expect, it } from "vitest";
import {
  chunksName,
  indexName,
  manifestName,
  parseName,
  temporaryName,
} from "../../src/journal/snapshot-names.ts";

describe("names of snapshot files", () => {
  it("are those of the format's page", () => {
    expect(manifestName(7)).toBe("snapshot-00000007.manifest");
    expect(indexName(7)).toBe("snapshot-00000007.index");
    expect(chunksName(7, 12)).toBe("snapshot-00000007-0012.chunks");
  });

  it.each([1, 99_999_999, 4_294_967_295])("say which file of snapshot %i it is", (sequence) => {
    const names = [
      ["manifest", 0, manifestName(sequence)],
      ["temporary", 0, temporaryName(sequence)],
      ["index", 0, indexName(sequence)],
      ["chunks", 0, chunksName(sequence, 0)],
      ["chunks", 12_345, chunksName(sequence, 12_345)],
    ] as const;
    for (const [kind, ordinal, name] of names) {
      expect(parseName(name)).toEqual({ name, kind, sequence, ordinal });
    }
  });

  it.each([
    "snapshot-7.manifest",
    "snapshot-00000007-0000.index",
    "snapshot-00000007.chunks",
    "snapshot-00000007.manifest.tmp.old",
    "my-snapshot-00000007.index",
    "LOCK",
  ])("are not %s", (name) => {
    expect(parseName(name)).toBeNull();
  });
});
