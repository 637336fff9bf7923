import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUT, LABELS_FROM, OUTPUT } from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { plainFunctions } from "./plain-functions.ts";

const kernels = [new Kernel(), new Kernel(plainFunctions)];
/** Where fields are put together: between the words of the list and those of the fields. */
const TO = INPUT + (1 << 20);
const STEP_BYTES = 16;

describe("label fields joined by the kernel", () => {
  it("stand one behind the other, and at most a step behind them is overwritten", () => {
    const fields = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70 }), { minLength: 1 });
    const list = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fields, list, fc.nat(7), (drawn, picked, shift) => {
        const chosen = picked.map((nth) => nth % drawn.length);
        const expected = Buffer.concat(chosen.map((nth) => drawn[nth]!));
        for (const kernel of kernels) {
          let at = INPUT + shift;
          for (const [nth, field] of drawn.entries()) {
            kernel.bytes.set(field, at);
            kernel.words.set([at, field.length], OUTPUT / 4 + nth * 2);
            at += field.length;
          }
          kernel.words.set(chosen, LABELS_FROM / 4);
          kernel.bytes.fill(7, TO - 1, TO + expected.length + STEP_BYTES + 1);
          const end = kernel.functions.joinFields(LABELS_FROM, chosen.length, OUTPUT, TO);
          expect(end - TO).toBe(expected.length);
          expect(kernel.bytes.subarray(TO, end).equals(expected)).toBe(true);
          expect(kernel.bytes[TO - 1]).toBe(7);
          expect(kernel.bytes[end + STEP_BYTES]).toBe(7);
        }
      }),
      { numRuns: 300 },
    );
  });
});
