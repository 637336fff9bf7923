import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../src/journal/byte-cursor.ts";

const field = fc.oneof(
  fc.record({ type: fc.constant("u16" as const), value: fc.nat(0xffff) }),
  fc.record({ type: fc.constant("u32" as const), value: fc.nat(0xffffffff) }),
  fc.record({ type: fc.constant("i32" as const), value: fc.integer() }),
  fc.record({ type: fc.constant("u64" as const), value: fc.maxSafeNat() }),
  fc.record({ type: fc.constant("text" as const), value: fc.string({ unit: "grapheme" }) }),
);
type Field = { type: "u16" | "u32" | "i32" | "u64" | "text"; value: number | string };

function written(fields: readonly Field[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { type, value } of fields) {
    if (type === "text") writer.text(value as string);
    else writer[type](value as number);
  }
  return writer.written();
}

describe("byte cursor", () => {
  it("reads back the fields that were written", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 200 }), (fields) => {
        const bytes = written(fields);
        const reader = new ByteReader(bytes, 0, bytes.length);
        for (const { type, value } of fields) expect(reader[type]()).toBe(value);
        expect(reader.left).toBe(0);
        expect(reader.failed).toBe(false);
      }),
    );
  });

  it("fails for good, and never leaves its bytes, when they are cut off", () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 20 }), fc.nat(), (fields, cut) => {
        const bytes = written(fields);
        const reader = new ByteReader(bytes, 0, cut % bytes.length);
        for (const { type } of fields) reader[type]();
        expect(reader.failed).toBe(true);
        expect(reader.u32()).toBe(0);
        expect(reader.text()).toBe("");
      }),
    );
  });

  it("takes a 64-bit field above 2^53 for a failure", () => {
    const reader = new ByteReader(new Uint8Array(8).fill(255), 0, 8);
    expect(reader.u64()).toBe(0);
    expect(reader.failed).toBe(true);
  });

  it("writes little-endian", () => {
    expect([...written([{ type: "u32", value: 0x01020304 }])]).toEqual([4, 3, 2, 1]);
    expect([...written([{ type: "u64", value: 2 ** 32 + 5 }])]).toEqual([5, 0, 0, 0, 1, 0, 0, 0]);
  });
});
