import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { labelHashFraction, labelHashReady } from "../../src/promql/evaluate/label-hash.ts";
import { Labels } from "../../src/series/labels.ts";

let hash: (bytes: Uint8Array) => bigint;

beforeAll(async () => {
  hash = (await xxhash()).h64Raw;
  await labelHashReady;
});

/** Each text behind its length, written out. */
function naiveFraction(labels: Labels): number {
  const parts = labels.namesAndValues.flatMap((text) => {
    const { length } = Buffer.from(text);
    const long = [255, length & 0xff, (length >> 8) & 0xff, length >> 16];
    return [Buffer.from(length < 255 ? [length] : long), Buffer.from(text)];
  });
  return Number(hash(Buffer.concat(parts))) / 2 ** 64;
}

describe("the fraction of a label set", () => {
  it("is the hash of its names and values, each behind its length", () => {
    const length = fc.oneof(fc.constantFrom(1, 84, 85, 127, 128, 253, 254, 255, 256), fc.nat(3000));
    const unit = fc.constantFrom("x", "é", "\u4e2d", "\u{1f600}");
    const text = fc.tuple(unit, length).map(([one, times]) => one.repeat(times + 1));
    const labels = fc.dictionary(text, text, { maxKeys: 4 }).map((record) => {
      return Labels.fromRecord(record);
    });
    fc.assert(
      fc.property(labels, (set) => {
        expect(labelHashFraction(set)).toBe(naiveFraction(set));
      }),
    );
  });

  it("is that of the whole set, however long it is", () => {
    const labels = Labels.fromRecord({ a: "x".repeat(65_536), b: "\u4e2d".repeat(70_000), c: "y" });
    expect(labelHashFraction(labels)).toBe(naiveFraction(labels));
    expect(labelHashFraction(Labels.empty)).toBe(naiveFraction(Labels.empty));
  });
});
