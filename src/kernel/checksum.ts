/**
 * CRC32C of long ranges in WebAssembly: the same result as src/base/crc32c.ts at a third of the
 * cost, from the first call on.
 *
 * I1  Bytes are copied to the code's own memory a segment at a time; that stays in a core's cache.
 * I2  Short ranges, and those outside the bytes, are the plain function's; it refuses the latter.
 *
 * Units: from, to are byte offsets; counts are words.
 */
import { CRC_TABLES, crc32c as plainCrc32c } from "../base/crc32c.ts";
import { CHECKSUM_CODE } from "./checksum-code.ts";

interface Constant {
  readonly value: number;
}

interface ChecksumFunctions {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TABLES: Constant;
  readonly FOLDED: Constant;
  readonly FOLD_WORDS: Constant;
  readonly SEGMENT_WORDS: Constant;
  readonly DATA: Constant;
  fold(count: number): void;
  tail(): number;
}

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Shorter ranges are not worth the copy. */
const LONG_BYTES_MIN = 64 << 10;

const code = new WebAssembly.Module(Buffer.from(CHECKSUM_CODE, "base64"));
const functions = new WebAssembly.Instance(code).exports as ChecksumFunctions;
const { buffer } = functions.memory;
const FOLD_WORDS = functions.FOLD_WORDS.value;
const SEGMENT_WORDS = functions.SEGMENT_WORDS.value;
const folded = new Int32Array(buffer, functions.FOLDED.value, FOLD_WORDS);
const data = new Uint8Array(buffer, functions.DATA.value, SEGMENT_WORDS * 4);
const firstWord = new Int32Array(buffer, functions.DATA.value, 1);
for (const [i, table] of CRC_TABLES.entries()) {
  // The table of a word's lowest byte is that of the byte farthest from the end.
  const at = functions.TABLES.value + (CRC_TABLES.length - 1 - i) * table.byteLength;
  new Int32Array(buffer, at, table.length).set(table);
}

/** Checksum of `bytes[from, to)`, going on from the checksum `previous`; unsigned 32 bits. */
export function crc32c(bytes: Uint8Array, from: number, to: number, previous = 0): number {
  if (to - from < LONG_BYTES_MIN || from < 0 || to > bytes.length) {
    return plainCrc32c(bytes, from, to, previous);
  }
  const count = (to - from) >>> 2;
  folded.fill(0);
  for (let at = 0; at < count - FOLD_WORDS; at += SEGMENT_WORDS) {
    const segment = Math.min(SEGMENT_WORDS, count - FOLD_WORDS - at);
    data.set(bytes.subarray(from + at * 4, from + (at + segment) * 4));
    if (at === 0) firstWord[0] = firstWord[0]! ^ ~previous;
    functions.fold(segment);
  }
  const end = from + count * 4;
  data.set(bytes.subarray(end - FOLD_WORDS * 4, end));
  return plainCrc32c(bytes, end, to, ~functions.tail() >>> 0);
}
