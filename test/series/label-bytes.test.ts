import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabelRanges } from "../../src/series/label-bytes.ts";
import { LabelCode } from "../../src/series/label-codes.ts";
import { isUtf8 } from "../../src/series/utf8.ts";
import { labelBytes } from "./label-fixtures.ts";

const encoder = new TextEncoder();

function parse(bytes: Uint8Array): { code: number; canonical: Uint8Array } {
  const ranges = new LabelRanges();
  const code = ranges.parse(bytes, 0, bytes.length);
  if (code === LabelCode.valid) ranges.canonicalise();
  return { code, canonical: ranges.canonical.slice(0, ranges.canonicalLength) };
}

describe("label bytes", () => {
  it("have one canonical form whatever the order on the wire", () => {
    const label = fc.tuple(
      fc.string({ minLength: 1, maxLength: 9 }),
      fc.string({ maxLength: 200 }),
    );
    const labels = fc.uniqueArray(label, { selector: ([n]) => n, maxLength: 20 });
    fc.assert(
      fc.property(labels, fc.infiniteStream(fc.nat()), (drawn, order) => {
        const set = [["__name__", "up"] as const, ...drawn.filter(([n]) => n !== "__name__")];
        const shuffled = set
          .map((pair) => ({ pair, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ pair }) => pair);
        const sorted = [...set]
          .filter(([, value]) => value !== "")
          .sort(([a], [b]) => Buffer.compare(encoder.encode(a), encoder.encode(b)));
        const { code, canonical } = parse(labelBytes(shuffled));
        expect(code).toBe(LabelCode.valid);
        expect(canonical).toEqual(labelBytes(sorted));
      }),
    );
  });

  it.each([
    [LabelCode.missingMetricName, [["a", "b"]]],
    [LabelCode.missingMetricName, [["__name__", ""]]],
    [LabelCode.missingMetricName, []],
    [
      LabelCode.emptyName,
      [
        ["__name__", "up"],
        ["", "x"],
      ],
    ],
    [
      LabelCode.duplicateName,
      [
        ["__name__", "up"],
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    [
      LabelCode.duplicateName,
      [
        ["__name__", "up"],
        ["a", ""],
        ["a", "2"],
      ],
    ],
    [
      LabelCode.nameTooLong,
      [
        ["__name__", "up"],
        ["a".repeat(1025), "1"],
      ],
    ],
    [
      LabelCode.valueTooLong,
      [
        ["__name__", "up"],
        ["a", "x".repeat(65537)],
      ],
    ],
  ] as const)("answer code %i for an invalid set", (code, pairs) => {
    expect(parse(labelBytes(pairs as never)).code).toBe(code);
  });

  it("refuse text that is not UTF-8", () => {
    const bytes = labelBytes([
      ["__name__", "up"],
      ["a", "zz"],
    ]);
    bytes[bytes.length - 1] = 0xff;
    expect(parse(bytes).code).toBe(LabelCode.invalidUtf8);
  });

  it("never read past the end when cut short or flipped", () => {
    const whole = labelBytes([
      ["__name__", "up"],
      ["instance", "localhost:9090"],
    ]);
    for (let length = 0; length < whole.length; length++) parse(whole.slice(0, length));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      parse(flipped);
    }
  });
});

describe("UTF-8 check", () => {
  it("agrees with a fatal TextDecoder", () => {
    const decodes = (bytes: Uint8Array): boolean => {
      try {
        new TextDecoder("utf-8", { fatal: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0xbf));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(isUtf8(bytes, 0, bytes.length)).toBe(decodes(bytes));
      }),
      { numRuns: 2000 },
    );
    const text = encoder.encode("aä€😀");
    expect(isUtf8(text, 0, text.length)).toBe(true);
  });
});
