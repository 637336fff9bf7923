import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  INPUT,
  LABEL_PAIRS,
  NAME_FROM,
  NAME_TO,
  NO_KNOWN_PAIR,
  VALUE_FROM,
  VALUE_TO,
} from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { LabelRanges } from "../../src/series/label-bytes.ts";
import { LabelCode } from "../../src/series/label-codes.ts";
import { labelBytes } from "../series/label-fixtures.ts";
import { plainFunctions } from "./plain-functions.ts";

const kernels = [new Kernel(), new Kernel(plainFunctions)];
const SEED = 7;

/** The texts that a kernel finds in a label set; null when it is not in canonical form. */
function split(kernel: Kernel, bytes: Uint8Array): string[] | null {
  kernel.bytes.set(bytes, INPUT + 1);
  const count = kernel.functions.splitLabels(INPUT + 1, INPUT + 1 + bytes.length, SEED);
  if (count === 0) return null;
  const column = (address: number) => kernel.wordsAt(address, count);
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    expect(column(LABEL_PAIRS)[i]).toBe(NO_KNOWN_PAIR);
    const name = [column(NAME_FROM)[i], column(NAME_TO)[i]];
    const value = [column(VALUE_FROM)[i], column(VALUE_TO)[i]];
    texts.push(kernel.bytes.toString("latin1", ...name));
    texts.push(kernel.bytes.toString("latin1", ...value));
  }
  return texts;
}

/** The same by the reader of every form. */
function parsed(bytes: Uint8Array): string[] | null {
  const ranges = new LabelRanges();
  if (ranges.parse(bytes, 0, bytes.length) !== LabelCode.valid) return null;
  ranges.canonicalise();
  const canonical = ranges.canonical.subarray(0, ranges.canonicalLength);
  if (Buffer.compare(canonical, bytes) !== 0) return null;
  const text = (from: number, to: number) => Buffer.from(bytes).toString("latin1", from, to);
  return Array.from({ length: ranges.count }, (_, i) => [
    text(ranges.nameFromOf(i), ranges.nameToOf(i)),
    text(ranges.valueFromOf(i), ranges.valueToOf(i)),
  ]).flat();
}

const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ minLength: 100, maxLength: 300 }),
);
const names = fc.oneof(fc.constantFrom("__name__", "job", "le", "path"), texts);

describe("a label set taken apart by the kernel", () => {
  it("has the labels that the reader of every form finds, when it is in canonical form", () => {
    const set = fc.array(fc.tuple(names, texts), { maxLength: 6 });
    const isSorted = fc.boolean();
    const damage = fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })));
    fc.assert(
      fc.property(set, isSorted, damage, (drawn, sorted, damaged) => {
        const labels: (readonly [string, string])[] = [["__name__", "up"], ...drawn];
        if (sorted) labels.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const bytes = labelBytes(labels);
        if (damaged !== null) bytes[damaged[0] % bytes.length]! ^= damaged[1];
        const expected = parsed(bytes);
        for (const kernel of kernels) expect(split(kernel, bytes)).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    [
      "a name of 1,024 bytes",
      [
        ["__name__", "up"],
        ["a".repeat(1024), "x"],
      ],
      true,
    ],
    [
      "a longer name",
      [
        ["__name__", "up"],
        ["a".repeat(1025), "x"],
      ],
      false,
    ],
    [
      "a value of 64 KiB",
      [
        ["__name__", "up"],
        ["a", "x".repeat(65_536)],
      ],
      true,
    ],
    [
      "a longer value",
      [
        ["__name__", "up"],
        ["a", "x".repeat(65_537)],
      ],
      false,
    ],
    [
      "an empty value",
      [
        ["__name__", "up"],
        ["a", ""],
      ],
      false,
    ],
    ["no metric name", [["a", "x"]], false],
    [
      "a name twice",
      [
        ["__name__", "up"],
        ["a", "x"],
        ["a", "y"],
      ],
      false,
    ],
  ] as const)("with %s is canonical or not", (_what, labels, isCanonical) => {
    const bytes = labelBytes(labels);
    for (const kernel of kernels) expect(split(kernel, bytes) !== null).toBe(isCanonical);
  });

  it("has 128 labels at most", () => {
    const labels = Array.from({ length: 128 }, (_, i) => [`l${String(i).padStart(3, "0")}`, "x"]);
    const sets = [127, 128].map((count) =>
      labelBytes([["__name__", "up"], ...(labels.slice(0, count) as [string, string][])]),
    );
    for (const kernel of kernels) {
      expect(split(kernel, sets[0]!)).toHaveLength(256);
      expect(split(kernel, sets[1]!)).toBe(null);
    }
  });
});
