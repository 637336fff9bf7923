import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderOfCode } from "../../src/journal/snapshot-format.ts";
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  nameOfEntry,
} from "../../src/journal/snapshot-manifest.ts";

const entry = (kind: number, ordinal: number) => ({
  kind,
  sequence: 7,
  ordinal,
  window: kind === 1 ? -2147483648 : 122_721 + ordinal,
  length: 2 ** 33 + ordinal,
  blockCount: 8_200,
  recordCount: 100_000,
  largestBlock: 1 << 20,
  digest: 0xfedcba98,
});

const manifest: Manifest = {
  sequence: 9,
  numbering: 7,
  createdMs: 1_767_323_045_000,
  order: "time",
  shuffleSeed: 0,
  journalPosition: 2 ** 40 + 3,
  journalEnd: 2 ** 40 + 2 ** 33,
  lastJournalNumber: 700_001,
  configuration: { chunkWindowMs: 14_400_000, chunksPerSeries: 8, goVersion: "1.21" },
  seriesBound: 100_007,
  counts: {
    series: 100_000,
    symbols: 4_000,
    pairs: 5_000,
    families: 12,
    chunks: 800_000,
    samples: 96_000_000,
  },
  files: [entry(1, 0), entry(2, 0), entry(2, 1)],
};

describe("manifest", () => {
  it("is read back as it was written", () => {
    const bytes = encodeManifest(manifest);
    expect(decodeManifest(bytes, 9)).toEqual({ kind: "manifest", manifest });
  });

  it("has the bytes of the format's page", () => {
    const golden = readFileSync(new URL("golden/manifest.hex", import.meta.url), "utf8");
    const hex = Buffer.from(encodeManifest(manifest)).toString("hex");
    expect(hex.match(/.{1,64}/g)!.join("\n")).toBe(golden.trimEnd());
  });

  it("names files of older snapshots", () => {
    expect(manifest.files.map(nameOfEntry)).toEqual([
      "snapshot-00000007.index",
      "snapshot-00000007-0000.chunks",
      "snapshot-00000007-0001.chunks",
    ]);
  });

  it("is damaged when any byte differs or any is missing", () => {
    const whole = encodeManifest(manifest);
    for (let at = 0; at < whole.length; at++) {
      const bytes = whole.slice();
      bytes[at] = bytes[at]! ^ (1 << (at % 8));
      expect(decodeManifest(bytes, 9).kind, `byte ${at}`).toBe("damaged");
      expect(decodeManifest(whole.slice(0, at), 9).kind, `cut at ${at}`).toBe("damaged");
    }
  });

  it("is damaged when its name has another number", () => {
    expect(decodeManifest(encodeManifest(manifest), 8)).toMatchObject({
      kind: "damaged",
      reason: "sequence number is 9",
    });
  });

  it("is damaged when a count passes what the index can hold", () => {
    const counts = { ...manifest.counts, symbols: 0xffffffff };
    const files = [{ ...entry(1, 0), length: 1_000 }];
    const bytes = encodeManifest({ ...manifest, counts, files });
    expect(decodeManifest(bytes, 9)).toMatchObject({ kind: "damaged", reason: /counts/ });
  });

  it("reads garbage as damage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeManifest(bytes, 1).kind).toBe("damaged");
      }),
    );
  });
});

describe("orders on disk", () => {
  it("have the codes of the format's page", () => {
    expect([0, 1, 2, 3, 4].map(orderOfCode)).toEqual([null, "time", "series", "shuffled", null]);
  });
});
