/**
 * A number in [0, 1) from a label set, the same one that Prometheus derives for limit_ratio:
 * xxHash64 of the names and values in order, each preceded by its length (one byte, or 255 and
 * three bytes little-endian), divided by the largest 64-bit number.
 *
 * Its code is WebAssembly, which is compiled while other things start: labelHashReady.
 */
import xxhash from "xxhash-wasm";
import { assert } from "../../base/assert.ts";
import type { Labels } from "../../series/labels.ts";

const HASH_MAX = 2 ** 64;
const LONG_LENGTH = 255;
/** Bytes of the length of a long text; of a UTF-16 unit at most. */
const LENGTH_BYTES = 4;
const UTF8_BYTES = 3;
/** Room for the bytes of a label set; more than the second is not kept. */
const FIRST_BYTES = 1024;
const KEPT_BYTES_MAX = 64 * 1024;

const encoder = new TextEncoder();
let h64Raw: ((bytes: Uint8Array) => bigint) | null = null;

/** Settles when labelHashFraction() may be called. */
export const labelHashReady: Promise<void> = xxhash().then((functions) => {
  h64Raw = functions.h64Raw;
});

/** Bytes of the label set that is being hashed; it grows. */
let bytes = new Uint8Array(FIRST_BYTES);

/** Writes a text behind `at` bytes; where it ends. */
function appendText(at: number, text: string): number {
  makeRoom(at + LENGTH_BYTES + UTF8_BYTES * text.length);
  // Its length is known when it is written: most have less than 255 bytes.
  const { written } = encoder.encodeInto(text, bytes.subarray(at + 1));
  if (written < LONG_LENGTH) {
    bytes[at] = written;
    return at + 1 + written;
  }
  bytes.copyWithin(at + LENGTH_BYTES, at + 1, at + 1 + written);
  bytes[at] = LONG_LENGTH;
  for (let i = 0; i < 3; i++) bytes[at + 1 + i] = written >> (8 * i);
  return at + LENGTH_BYTES + written;
}

function makeRoom(length: number): void {
  if (length <= bytes.length) return;
  const longer = new Uint8Array(2 * length);
  longer.set(bytes);
  bytes = longer;
}

/** The fraction of a label set. */
export function labelHashFraction(labels: Labels): number {
  assert(h64Raw !== null, "a label set is hashed before labelHashReady");
  let length = 0;
  for (const text of labels.namesAndValues) length = appendText(length, text);
  const hash = h64Raw(bytes.subarray(0, length));
  if (bytes.length > KEPT_BYTES_MAX) bytes = new Uint8Array(FIRST_BYTES);
  return Number(hash) / HASH_MAX;
}
