/**
 * Reads a block of Prometheus' storage: its series in order, each with its chunks.
 *
 * Format: docs/format/block.md. Every checksum on the way is verified. Postings are not needed and
 * not read; deletions of the block (its tombstones file) are applied by the caller.
 *
 * Units: times are milliseconds since the epoch, the end of a block exclusive.
 */
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import {
  CHUNKS_MAGIC,
  CHUNKS_VERSION,
  TOMBSTONES_MAGIC,
  TOMBSTONES_VERSION,
} from "./block-writer.ts";
import { ByteReader } from "./byte-reader.ts";
import { INDEX_MAGIC, INDEX_VERSION, SERIES_ALIGNMENT } from "./index-writer.ts";

const CONTENTS_BYTES = 52;
const FILE_NUMBER_UNIT = 2 ** 32;

export interface BlockMeta {
  readonly ulid: string;
  readonly minTime: number;
  readonly maxTime: number;
  readonly version: number;
}

export interface StoredChunk {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly encoding: number;
  readonly bytes: Uint8Array;
}

export interface StoredSeries {
  /** Position of the series in the index, divided by 16: its name in tombstones. */
  readonly reference: number;
  /** Name, value, name, value … */
  readonly labels: readonly string[];
  readonly chunks: readonly StoredChunk[];
}

/** A deleted stretch of a series, both ends inclusive. */
export interface DeletedStretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reads and checks meta.json. TsdbError BLOCK_CORRUPT when it is none of version 1. */
export async function readBlockMeta(disk: Disk, directory: string): Promise<BlockMeta> {
  const path = `${directory}/meta.json`;
  const text = new TextDecoder().decode(await disk.readFile(path));
  let meta: Partial<BlockMeta>;
  try {
    meta = JSON.parse(text) as Partial<BlockMeta>;
  } catch {
    throw new TsdbError("BLOCK_CORRUPT", `${path} is no JSON`);
  }
  const { ulid, minTime, maxTime, version } = meta;
  if (version !== 1) throw new TsdbError("BLOCK_CORRUPT", `${path} has version ${version}; want 1`);
  if (typeof ulid === "string" && Number.isSafeInteger(minTime) && Number.isSafeInteger(maxTime)) {
    return { ulid, minTime: minTime as number, maxTime: maxTime as number, version };
  }
  throw new TsdbError("BLOCK_CORRUPT", `${path} lacks ulid, minTime or maxTime`);
}

export class BlockReader {
  private readonly index: ByteReader;
  private readonly chunkFiles: readonly ByteReader[];
  private readonly symbols: readonly string[];
  private readonly seriesAt: number;
  private readonly seriesEnd: number;

  private constructor(index: ByteReader, chunkFiles: readonly ByteReader[]) {
    this.index = index;
    this.chunkFiles = chunkFiles;
    const contents = contentsOf(index);
    this.symbols = readSymbols(index.section(contents.symbols));
    this.seriesAt = contents.series;
    this.seriesEnd = contents.seriesEnd;
  }

  /** Opens a block's directory. TsdbError BLOCK_CORRUPT or DISK_FAILED. */
  static async open(disk: Disk, directory: string): Promise<BlockReader> {
    const path = `${directory}/index`;
    const index = new ByteReader(path, await disk.readFile(path));
    requireHead(index, INDEX_MAGIC, INDEX_VERSION);
    const files: ByteReader[] = [];
    for (const name of await disk.list(`${directory}/chunks`)) {
      const file = `${directory}/chunks/${name}`;
      const reader = new ByteReader(file, await disk.readFile(file));
      requireHead(reader, CHUNKS_MAGIC, CHUNKS_VERSION);
      files.push(reader);
    }
    return new BlockReader(index, files);
  }

  /** The series in the order of their label sets. */
  *series(): Generator<StoredSeries> {
    // Prometheus' own index says where it began to fill up to the first entry.
    let position = aligned(this.seriesAt);
    while (position < this.seriesEnd) {
      const reader = this.index.from(position);
      const length = reader.uvarint();
      // Between the last series and the next section there may be zeros.
      if (length === 0) return;
      yield this.entry(reader.checked(length), position / SERIES_ALIGNMENT);
      position = aligned(reader.position);
    }
  }

  private entry(reader: ByteReader, reference: number): StoredSeries {
    const labels: string[] = [];
    for (let left = 2 * reader.uvarint(); left > 0; left--) labels.push(this.symbol(reader));
    const chunks: StoredChunk[] = [];
    let lastMs = 0;
    let place = 0;
    const count = reader.uvarint();
    for (let i = 0; i < count; i++) {
      const minTimeMs = i === 0 ? reader.varint() : lastMs + reader.uvarint();
      lastMs = minTimeMs + reader.uvarint();
      place = i === 0 ? reader.uvarint() : place + reader.varint();
      chunks.push({ minTimeMs, maxTimeMs: lastMs, ...this.chunkAt(place) });
    }
    return { reference, labels, chunks };
  }

  private symbol(reader: ByteReader): string {
    const at = reader.position;
    const number = reader.uvarint();
    const text = this.symbols[number];
    if (text !== undefined) return text;
    throw reader.corrupt(at, `symbol ${number} is none of ${this.symbols.length}`);
  }

  private chunkAt(place: number): { encoding: number; bytes: Uint8Array } {
    const number = Math.floor(place / FILE_NUMBER_UNIT);
    const file = this.chunkFiles[number];
    if (file === undefined) {
      throw this.index.corrupt(
        0,
        `a chunk lies in file ${number + 1} of ${this.chunkFiles.length}`,
      );
    }
    const reader = file.from(place % FILE_NUMBER_UNIT);
    const length = reader.uvarint();
    const content = reader.checked(length + 1);
    return { encoding: content.u8(), bytes: content.take(length) };
  }
}

function aligned(position: number): number {
  return Math.ceil(position / SERIES_ALIGNMENT) * SERIES_ALIGNMENT;
}

/** Deleted stretches by the series' reference; none when the block has no such file. */
export async function readTombstones(
  disk: Disk,
  directory: string,
): Promise<Map<number, DeletedStretch[]>> {
  const deleted = new Map<number, DeletedStretch[]>();
  if (!(await disk.list(directory)).includes("tombstones")) return deleted;
  const path = `${directory}/tombstones`;
  const file = new ByteReader(path, await disk.readFile(path));
  requireHead(file, TOMBSTONES_MAGIC, TOMBSTONES_VERSION);
  const entries = file.from(5).checked(Math.max(file.from(5).left - 4, 0));
  while (entries.left > 0) {
    const reference = entries.uvarint();
    const stretches = deleted.get(reference) ?? [];
    stretches.push({ fromMs: entries.varint(), toMs: entries.varint() });
    deleted.set(reference, stretches);
  }
  return deleted;
}

function requireHead(file: ByteReader, magic: number, version: number): void {
  const reader = file.from(0);
  const gotMagic = reader.u32();
  if (gotMagic !== magic) {
    const texts = [gotMagic, magic].map((number) => `0x${number.toString(16)}`);
    throw file.corrupt(0, `magic number is ${texts[0]}; want ${texts[1]}`);
  }
  const gotVersion = reader.u8();
  if (gotVersion !== version) throw file.corrupt(4, `version is ${gotVersion}; want ${version}`);
}

/** Where the sections of an index are; the series end where the next section begins. */
function contentsOf(index: ByteReader): { symbols: number; series: number; seriesEnd: number } {
  const at = index.left - CONTENTS_BYTES;
  if (at < 0) throw index.corrupt(0, `got ${index.left} bytes; want at least ${CONTENTS_BYTES}`);
  const reader = index.from(at).checked(CONTENTS_BYTES - 4);
  const positions = Array.from({ length: 6 }, () => reader.u64());
  const [symbols = 0, series = 0] = positions;
  const behind = positions.filter((position) => position > series);
  return { symbols, series, seriesEnd: Math.min(...behind, at) };
}

function readSymbols(section: ByteReader): string[] {
  const symbols: string[] = [];
  for (let left = section.u32(); left > 0; left--) symbols.push(section.text());
  return symbols;
}
