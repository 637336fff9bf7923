/**
 * Constants of the snapshot format, as docs/format/snapshot.md names them.
 *
 * Numbers on disk are fixed for ever; what they stand for in memory may change.
 *
 * Units: offsets, lengths and limits are bytes; …Word offsets count 32-bit words.
 */
import { assert } from "../base/assert.ts";

/** Version of what is written; one that cannot be read is refused by name. */
export const FORMAT_VERSION = 3;
/** Versions that are read. Version 3 is version 2 with exemplars. */
export const VERSIONS_READ: readonly number[] = [2, 3];

export const MANIFEST_MAGIC = "SPDLSNAP";
export const INDEX_MAGIC = "SPDLINDX";
export const CHUNKS_MAGIC = "SPDLCHNK";
/** "SBLK" read as a little-endian u32. */
export const BLOCK_MAGIC = 0x4b4c4253;

// Manifest preamble.
export const PREAMBLE_BYTES = 32;
export const PREAMBLE_CRC_AT = 28;
/** Longest manifest that is read: 64 bytes for each of 16,000 files. */
export const MANIFEST_BYTES_MAX = 1 << 20;

// Header of index and chunk files.
export const FILE_HEADER_BYTES = 32;
export const FILE_HEADER_CRC_AT = 28;

// Header of a block, in 32-bit words.
export const BLOCK_HEADER_BYTES = 40;
export const BLOCK_CRC_WORD = 1;
export const BLOCK_PAYLOAD_WORD = 2;
export const BLOCK_RECORDS_WORD = 3;
export const BLOCK_ORDINAL_WORD = 4;
export const BLOCK_KIND_WORD = 5;
export const BLOCK_WINDOW_WORD = 6;
export const BLOCK_JOURNAL_WORD = 8;
/** First byte that a block's checksum covers. */
export const BLOCK_CRC_FROM = 8;

/** What writers aim at: large enough for the disk, small enough for a core's cache. */
export const BLOCK_BYTES = 1 << 20;
/** The same for the index, of which blocks of several kinds are filled at once. */
export const INDEX_BLOCK_BYTES = 256 << 10;
/** Longest block that is read or written. */
export const BLOCK_BYTES_MAX = 16 << 20;

// Kinds of records.
export const SYMBOLS_KIND = 1;
export const PAIRS_KIND = 2;
export const SERIES_KIND = 3;
export const METADATA_KIND = 4;
export const CHUNKS_KIND = 5;
export const TOMBSTONES_KIND = 6;
export const EXEMPLARS_KIND = 7;

// Header of a chunk record.
export const CHUNK_HEADER_BYTES = 16;
/** State and data of a chunk record are padded to a multiple of this. */
export const CHUNK_GRAIN_BYTES = 8;
/** Longest state that a chunk record can tell: a u16 of 8-byte units. */
export const CHUNK_STATE_BYTES_MAX = 0xffff * CHUNK_GRAIN_BYTES;

// Kinds of files in a manifest.
export const INDEX_FILE = 1;
export const CHUNKS_FILE = 2;
/** Window of a file that holds chunks of any window. */
export const ANY_WINDOW = -2147483648;

/** Series numbers are below this, so that a reader's table of them has a bound. */
export const SERIES_NUMBER_MAX = 1 << 28;

/** How the chunks of a snapshot are ordered. */
export type SnapshotOrder = "time" | "series" | "shuffled";
const ORDER_CODES: Readonly<Record<SnapshotOrder, number>> = { time: 1, series: 2, shuffled: 3 };

export function codeOfOrder(order: SnapshotOrder): number {
  return ORDER_CODES[order];
}

/** The order of a code, or null when no order has it. */
export function orderOfCode(code: number): SnapshotOrder | null {
  const orders = Object.keys(ORDER_CODES) as SnapshotOrder[];
  return orders.find((order) => ORDER_CODES[order] === code) ?? null;
}

/** `length` rounded up to the grain of chunk records. */
export function chunkPadded(length: number): number {
  return (length + CHUNK_GRAIN_BYTES - 1) & -CHUNK_GRAIN_BYTES;
}

/** `length` rounded up to whole words. */
export function wordPadded(length: number): number {
  return (length + 3) & -4;
}

assert(BLOCK_HEADER_BYTES % CHUNK_GRAIN_BYTES === 0, "first chunk record must be aligned");
assert(BLOCK_CRC_FROM === (BLOCK_CRC_WORD + 1) * 4, "checksum must not cover itself");
