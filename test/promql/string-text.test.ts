/** String literals: what is written, and what it is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOfBytes, unquote } from "../../src/promql/parse/string-text.ts";

/** Written and meant, as UTF-8. */
const PARTS: readonly (readonly [string, readonly number[]])[] = [
  ["a", [0x61]],
  ["plain text é", [...Buffer.from("plain text é")]],
  ["🎉", [...Buffer.from("🎉")]],
  ["\\n", [10]],
  ["\\\\", [92]],
  ['\\"', [34]],
  ["\\x41", [0x41]],
  ["\\xff", [0xff]],
  ["\\xc3\\xa9", [0xc3, 0xa9]],
  ["\\303\\251", [0xc3, 0xa9]],
  ["\\u00e9", [0xc3, 0xa9]],
  ["\\U0001F389", [...Buffer.from("🎉")]],
];

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The naive twin: the shortest piece that a decoder takes, else a byte. */
function naive(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    for (let tried = 1; tried <= 4 && length === 0 && at + tried <= bytes.length; tried++) {
      try {
        text += decoder.decode(bytes.subarray(at, at + tried));
        length = tried;
      } catch {
        // Not a whole character yet, or not one at all.
      }
    }
    if (length === 0) text += String.fromCharCode(0xdc00 | bytes[at]!);
    at += Math.max(1, length);
  }
  return text;
}

describe("the text of bytes", () => {
  it("has each byte that is no UTF-8 by itself", () => {
    const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf];
    const leads = [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
    const byte = fc.oneof(fc.constantFrom(...edges, ...leads), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (some) => {
        const bytes = Uint8Array.from(some);
        expect(textOfBytes(bytes)).toBe(naive(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the value of a string literal", () => {
  it("is the text of the bytes of all its parts", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }), (parts) => {
        const written = parts.map(([text]) => text).join("");
        const bytes = parts.flatMap(([, meant]) => meant);
        expect(unquote(`"${written}"`)).toBe(textOfBytes(Uint8Array.from(bytes)));
      }),
    );
  });

  it("is what is written when it is raw", () => {
    expect(unquote("`a\\n\\xff`")).toBe("a\\n\\xff");
  });
});
