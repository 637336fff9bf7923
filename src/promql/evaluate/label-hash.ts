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

const encoder = new TextEncoder();
let h64Raw: ((bytes: Uint8Array) => bigint) | null = null;

/** Settles when labelHashFraction() may be called. */
export const labelHashReady: Promise<void> = xxhash().then((functions) => {
  h64Raw = functions.h64Raw;
});

function appendText(bytes: number[], text: string): void {
  const encoded = encoder.encode(text);
  const { length } = encoded;
  if (length < LONG_LENGTH) bytes.push(length);
  else bytes.push(LONG_LENGTH, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff);
  for (const byte of encoded) bytes.push(byte);
}

/** The fraction of a label set. */
export function labelHashFraction(labels: Labels): number {
  assert(h64Raw !== null, "a label set is hashed before labelHashReady");
  const bytes: number[] = [];
  for (let i = 0; i < labels.size; i++) {
    appendText(bytes, labels.nameAt(i));
    appendText(bytes, labels.valueAt(i));
  }
  return Number(h64Raw(Uint8Array.from(bytes))) / HASH_MAX;
}
