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
