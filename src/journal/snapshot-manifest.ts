/**
 * The manifest: which files are a snapshot, and what it was written under.
 *
 * Encoding and decoding of docs/format/snapshot.md, Manifest. The first 32 bytes have the same
 * layout in every version, so that another version is told apart from damage.
 *
 * Units: …Ms milliseconds (times since the epoch); lengths and positions are bytes.
 */
import { assert } from "../base/assert.ts";
import { crc32c } from "../base/crc32c.ts";
import type { FileSummary } from "./block-file.ts";
import { ByteReader, ByteWriter } from "./byte-cursor.ts";
import {
  BLOCK_BYTES_MAX,
  CHUNKS_FILE,
  codeOfOrder,
  FORMAT_VERSION,
  INDEX_FILE,
  MANIFEST_BYTES_MAX,
  MANIFEST_MAGIC,
  orderOfCode,
  PREAMBLE_BYTES,
  PREAMBLE_CRC_AT,
  SERIES_NUMBER_MAX,
  type SnapshotOrder,
  VERSIONS_READ,
} from "./snapshot-format.ts";
import { chunksName, indexName } from "./snapshot-names.ts";

/** What must be equal where a snapshot is written and where it is read. */
export interface SnapshotConfiguration {
  readonly chunkWindowMs: number;
  readonly chunksPerSeries: number;
  readonly goVersion: string;
}

/** One file of a snapshot. */
export interface FileEntry extends FileSummary {
  readonly kind: number;
  readonly sequence: number;
  readonly ordinal: number;
  readonly window: number;
}

/** How much a snapshot holds. */
export interface SnapshotCounts {
  readonly series: number;
  readonly symbols: number;
  readonly pairs: number;
  readonly families: number;
  readonly chunks: number;
  readonly samples: number;
}

export interface Manifest {
  readonly sequence: number;
  readonly numbering: number;
  readonly createdMs: number;
  readonly order: SnapshotOrder;
  readonly shuffleSeed: number;
  /** Where the journal stood when the snapshot was begun, and when its last chunk was copied. */
  readonly journalPosition: number;
  readonly journalEnd: number;
  /** Series numbers of the journal are at most this. */
  readonly lastJournalNumber: number;
  readonly configuration: SnapshotConfiguration;
  readonly seriesBound: number;
  readonly counts: SnapshotCounts;
  /** The index first, then the chunk files in the order to be read. */
  readonly files: readonly FileEntry[];
}

export type ManifestReading =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "other-version"; readonly version: number }
  | { readonly kind: "damaged"; readonly offset: number; readonly reason: string };

/** Name of the file that an entry stands for. */
export function nameOfEntry(entry: FileEntry): string {
  if (entry.kind === INDEX_FILE) return indexName(entry.sequence);
  return chunksName(entry.sequence, entry.ordinal);
}

/** Bytes of all files of a snapshot but its manifest. */
export function bytesOfFiles(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.length, 0);
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const body = encodeBody(manifest);
  const writer = new ByteWriter();
  writer.raw(new TextEncoder().encode(MANIFEST_MAGIC));
  writer.u16(FORMAT_VERSION);
  for (let i = 0; i < 3; i++) writer.u16(0);
  writer.u32(body.length);
  writer.u32(crc32c(body, 0, body.length));
  writer.u32(0);
  writer.u32(crc32c(writer.written(), 0, PREAMBLE_CRC_AT));
  assert(writer.written().length === PREAMBLE_BYTES, "preamble has another length");
  writer.raw(body);
  assert(writer.written().length <= MANIFEST_BYTES_MAX, "manifest is longer than readers accept");
  return writer.written();
}

function encodeBody(manifest: Manifest): Uint8Array {
  const { configuration, counts } = manifest;
  const writer = new ByteWriter();
  writer.u32(manifest.sequence);
  writer.u32(manifest.numbering);
  writer.u64(manifest.createdMs);
  writer.u32(codeOfOrder(manifest.order));
  writer.u32(manifest.shuffleSeed);
  writer.u64(manifest.journalPosition);
  writer.u64(manifest.journalEnd);
  writer.u64(manifest.lastJournalNumber);
  writer.u64(configuration.chunkWindowMs);
  writer.u32(configuration.chunksPerSeries);
  writer.text(configuration.goVersion);
  writer.u32(manifest.seriesBound);
  for (const count of [counts.series, counts.symbols, counts.pairs, counts.families]) {
    writer.u32(count);
  }
  writer.u64(counts.chunks);
  writer.u64(counts.samples);
  writer.u32(manifest.files.length);
  for (const file of manifest.files) encodeEntry(writer, file);
  return writer.written();
}

function encodeEntry(writer: ByteWriter, file: FileEntry): void {
  writer.u32(file.kind);
  writer.u32(file.sequence);
  writer.u32(file.ordinal);
  writer.i32(file.window);
  writer.u64(file.length);
  writer.u32(file.blockCount);
  writer.u32(file.recordCount);
  writer.u32(file.largestBlock);
  writer.u32(file.digest);
}

/** Reads a manifest; `sequence` is the number in its name. */
export function decodeManifest(bytes: Uint8Array, sequence: number): ManifestReading {
  if (bytes.length < PREAMBLE_BYTES) return damaged(bytes.length, "preamble is cut off");
  const reader = new ByteReader(bytes, 0, PREAMBLE_BYTES);
  const magic = new TextDecoder().decode(reader.raw(MANIFEST_MAGIC.length));
  const version = reader.u16();
  reader.raw(6);
  const bodyLength = reader.u32();
  const bodyCrc = reader.u32();
  reader.u32();
  if (magic !== MANIFEST_MAGIC) return damaged(0, "no manifest magic");
  if (reader.u32() !== crc32c(bytes, 0, PREAMBLE_CRC_AT)) {
    return damaged(PREAMBLE_CRC_AT, "preamble checksum differs");
  }
  if (!VERSIONS_READ.includes(version)) return { kind: "other-version", version };
  const length = bytes.length - PREAMBLE_BYTES;
  if (length !== bodyLength) {
    return damaged(bytes.length, `body has ${length} bytes; want ${bodyLength}`);
  }
  if (crc32c(bytes, PREAMBLE_BYTES, bytes.length) !== bodyCrc) {
    return damaged(PREAMBLE_BYTES, "body checksum differs");
  }
  return decodeBody(new ByteReader(bytes, PREAMBLE_BYTES, bytes.length), sequence);
}

function damaged(offset: number, reason: string): ManifestReading {
  return { kind: "damaged", offset, reason };
}

function decodeBody(reader: ByteReader, sequence: number): ManifestReading {
  const written = reader.u32();
  const numbering = reader.u32();
  const createdMs = reader.u64();
  const order = orderOfCode(reader.u32());
  const shuffleSeed = reader.u32();
  const journalPosition = reader.u64();
  const journalEnd = reader.u64();
  const lastJournalNumber = reader.u64();
  const configuration = {
    chunkWindowMs: reader.u64(),
    chunksPerSeries: reader.u32(),
    goVersion: reader.text(),
  };
  const seriesBound = reader.u32();
  const counts = decodeCounts(reader);
  const files = decodeEntries(reader);
  if (reader.failed || reader.left > 0) return damaged(reader.position, "body has another length");
  if (written !== sequence) return damaged(PREAMBLE_BYTES, `sequence number is ${written}`);
  if (order === null) return damaged(PREAMBLE_BYTES, "order is unknown");
  if (seriesBound > SERIES_NUMBER_MAX) return damaged(PREAMBLE_BYTES, "series bound is too large");
  if (!entriesFit(files)) return damaged(PREAMBLE_BYTES, "file list makes no sense");
  if (!countsFit(counts, files[0]!)) return damaged(PREAMBLE_BYTES, "counts pass the index");
  const manifest: Manifest = {
    sequence,
    numbering,
    createdMs,
    order,
    shuffleSeed,
    journalPosition,
    journalEnd,
    lastJournalNumber,
    configuration,
    seriesBound,
    counts,
    files,
  };
  return { kind: "manifest", manifest };
}

function decodeCounts(reader: ByteReader): SnapshotCounts {
  return {
    series: reader.u32(),
    symbols: reader.u32(),
    pairs: reader.u32(),
    families: reader.u32(),
    chunks: reader.u64(),
    samples: reader.u64(),
  };
}

function decodeEntries(reader: ByteReader): FileEntry[] {
  const files: FileEntry[] = [];
  for (let left = reader.u32(); left > 0 && !reader.failed; left--) {
    files.push({
      kind: reader.u32(),
      sequence: reader.u32(),
      ordinal: reader.u32(),
      window: reader.i32(),
      length: reader.u64(),
      blockCount: reader.u32(),
      recordCount: reader.u32(),
      largestBlock: reader.u32(),
      digest: reader.u32(),
    });
  }
  return files;
}

/** One index, in front; then chunk files; no block longer than a reader's buffer. */
function entriesFit(files: readonly FileEntry[]): boolean {
  return (
    files.length > 0 &&
    files.every((file, at) => {
      const kind = at === 0 ? INDEX_FILE : CHUNKS_FILE;
      return file.kind === kind && file.largestBlock <= BLOCK_BYTES_MAX;
    })
  );
}

/** Whether the index is long enough for what it is said to hold: a reader's tables have a bound. */
function countsFit(counts: SnapshotCounts, index: FileEntry): boolean {
  return counts.symbols * 4 + counts.pairs * 8 + counts.series * 12 <= index.length;
}
