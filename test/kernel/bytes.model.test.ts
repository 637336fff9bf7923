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
});
