import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUT, OUTPUT } from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { plainFunctions } from "./plain-functions.ts";

const compiled = new Kernel();
const plain = new Kernel(plainFunctions);
const bytes = fc.uint8Array({ maxLength: 90 });

/** Puts bytes where both kernels find them. */
function put(content: Uint8Array, address: number): void {
  for (const kernel of [compiled, plain]) kernel.bytes.set(content, address);
}

describe("byte ranges in the kernel", () => {
  it("have one hash, compiled or not, and another seed gives another", () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(15), (content, seed, shift) => {
        put(content, INPUT + shift);
        const range = [INPUT + shift, INPUT + shift + content.length] as const;
        const hash = compiled.functions.hashBytes(...range, seed) >>> 0;
        expect(plain.functions.hashBytes(...range, seed)).toBe(hash);
        expect(compiled.functions.hashBytes(...range, seed + 1) >>> 0).not.toBe(hash);
      }),
    );
  });

  it("are equal when every byte is", () => {
    fc.assert(
      fc.property(bytes, fc.nat(89), fc.nat(255), (content, at, value) => {
        const other = content.slice();
        if (at < other.length) other[at] = value;
        put(content, INPUT + 3);
        put(other, OUTPUT + 5);
        const same = Buffer.compare(content, other) === 0 ? 1 : 0;
        for (const { functions } of [compiled, plain]) {
          expect(functions.equalBytes(INPUT + 3, OUTPUT + 5, content.length)).toBe(same);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("share what they start and end with", () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, (start, left, right, end) => {
        const ranges = [left, right].map((middle) => Buffer.concat([start, middle, end]));
        put(ranges[0]!, INPUT + 3);
        put(ranges[1]!, OUTPUT + 5);
        const most = Math.min(ranges[0]!.length, ranges[1]!.length);
        let prefix = 0;
        while (prefix < most && ranges[0]![prefix] === ranges[1]![prefix]) prefix++;
        let suffix = 0;
        while (suffix < most && ranges[0]!.at(-1 - suffix) === ranges[1]!.at(-1 - suffix)) suffix++;
        const ends = [INPUT + 3 + ranges[0]!.length, OUTPUT + 5 + ranges[1]!.length] as const;
        for (const { functions } of [compiled, plain]) {
          expect(functions.sharedPrefix(INPUT + 3, OUTPUT + 5, most)).toBe(prefix);
          expect(functions.sharedSuffix(...ends, most)).toBe(suffix);
        }
      }),
    );
  });

  it("are copied without a byte beside them", () => {
    fc.assert(
      fc.property(bytes, (content) => {
        put(content, INPUT + 3);
        for (const kernel of [compiled, plain]) {
          kernel.bytes.fill(7, OUTPUT, OUTPUT + 200);
          kernel.functions.copyBytes(OUTPUT + 5, INPUT + 3, content.length);
          const copy = kernel.bytes.subarray(OUTPUT, OUTPUT + 200);
          const expected = Buffer.alloc(200, 7);
          expected.set(content, 5);
          expect(copy.equals(expected)).toBe(true);
        }
      }),
    );
  });
});
