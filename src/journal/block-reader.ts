/**
 * Reading an index or chunk file block by block, the next read on its way while one is used.
 *
 * I1  A block that next() returns passed its checksum and is the next of its file; after the last
 *     one, length, counts and digest agreed with the manifest's.
 * I2  A block's memory is good until the next call of next().
 *
 * Anything else throws SnapshotDamage with the offset of the block that failed.
 *
 * Units: offsets and lengths are bytes; …Word offsets count 32-bit words.
 */
import type { DiskFile } from "../base/disk.ts";
import { crc32c } from "../kernel/checksum.ts";
import { BlockBuffer, encodeFileHeader, extendDigest } from "./block-file.ts";
import { orDamage, SnapshotDamage } from "./snapshot-damage.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import {
  BLOCK_CRC_FROM,
  BLOCK_CRC_WORD,
  BLOCK_HEADER_BYTES,
  BLOCK_JOURNAL_WORD,
  BLOCK_KIND_WORD,
  BLOCK_MAGIC,
  BLOCK_ORDINAL_WORD,
  BLOCK_PAYLOAD_WORD,
  BLOCK_RECORDS_WORD,
  BLOCK_WINDOW_WORD,
  CHUNKS_MAGIC,
  FILE_HEADER_BYTES,
  FILE_HEADER_CRC_AT,
  INDEX_FILE,
  INDEX_MAGIC,
  VERSIONS_READ,
} from "./snapshot-format.ts";
import { type FileEntry, nameOfEntry } from "./snapshot-manifest.ts";

/** One block in memory: records lie in [from, to). */
export interface Block {
  readonly file: string;
  /** Where the block starts in its file. */
  readonly offset: number;
  readonly kind: number;
  readonly records: number;
  readonly window: number;
  readonly journalPosition: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** The two buffers of a reader: used for all files of a snapshot in turn. */
export class ReadBuffers {
  private buffers = [new BlockBuffer(0), new BlockBuffer(0)];

  /** Both buffers, at least `length` bytes long. */
  ofLength(length: number): readonly BlockBuffer[] {
    if (this.buffers[0]!.bytes.length < length) {
      const padded = (length + 7) & -8;
      this.buffers = [new BlockBuffer(padded), new BlockBuffer(padded)];
    }
    return this.buffers;
  }
}

export class BlockReader {
  private readonly handle: DiskFile;
  private readonly entry: FileEntry;
  private readonly name: string;
  private readonly buffers: readonly BlockBuffer[];
  private digest: number;
  /** As the digest, of the checksums that stand in the blocks. */
  private statedDigest: number;
  private offset = FILE_HEADER_BYTES;
  private blocksRead = 0;
  private recordsRead = 0;
  private arriving: Promise<number> | null = null;
  private hasNext = false;

  private constructor(
    handle: DiskFile,
    entry: FileEntry,
    buffers: readonly BlockBuffer[],
    digest: number,
  ) {
    this.handle = handle;
    this.entry = entry;
    this.name = nameOfEntry(entry);
    this.buffers = buffers;
    this.digest = digest;
    this.statedDigest = digest;
  }

  /** Opens the file of an entry and checks its length and header. */
  static async open(
    directory: SnapshotDirectory,
    entry: FileEntry,
    numbering: number,
    buffers: ReadBuffers,
  ): Promise<BlockReader> {
    const name = nameOfEntry(entry);
    const path = directory.pathOf(name);
    const length = await orDamage(name, 0, directory.disk.size(path));
    if (length !== entry.length) {
      const at = Math.min(length, entry.length);
      throw new SnapshotDamage(name, at, `file has ${length} bytes; want ${entry.length}`);
    }
    const handle = await orDamage(name, 0, directory.disk.open(path, "read"));
    try {
      const digest = await checkHeader(handle, name, entry, numbering);
      return new BlockReader(handle, entry, buffers.ofLength(entry.largestBlock), digest);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Whether next() may find sound blocks behind the damage that it has thrown. */
  get canGoOn(): boolean {
    return this.hasNext;
  }

  /**
   * Whether the file that was read to its end is the one that the manifest means, damaged or not:
   * by the checksums that its blocks have, or by those that they say they have.
   */
  get isIdentified(): boolean {
    const { length, blockCount, digest } = this.entry;
    if (this.offset !== length || this.blocksRead !== blockCount) return false;
    return digest === this.digest || digest === this.statedDigest;
  }

  /** The next block, or null after the last one. */
  async next(): Promise<Block | null> {
    this.hasNext = false;
    if (this.offset === this.entry.length) return this.checkEnd();
    const buffer = this.buffers[this.blocksRead & 1]!;
    const arrived = await (this.arriving ?? this.read(buffer, this.offset));
    this.arriving = null;
    const length = this.checkHead(buffer.words, arrived);
    const end = this.offset + length;
    if (end < this.entry.length) {
      this.arriving = this.read(this.buffers[(this.blocksRead + 1) & 1]!, end);
      // A failure is met when the block's turn comes; until then it is not unhandled.
      this.arriving.catch(() => {});
    }
    const crc = crc32c(buffer.bytes, BLOCK_CRC_FROM, length);
    const differs = crc !== buffer.words[BLOCK_CRC_WORD];
    const block = this.blockOf(buffer, length);
    this.digest = extendDigest(this.digest, crc);
    this.statedDigest = extendDigest(this.statedDigest, buffer.words[BLOCK_CRC_WORD]!);
    this.blocksRead++;
    this.recordsRead += block.records;
    this.offset = end;
    this.hasNext = true;
    if (differs) throw new SnapshotDamage(this.name, block.offset, "block checksum differs");
    return block;
  }

  /** Closes the file, whatever state it is in. */
  async close(): Promise<void> {
    if (this.arriving) await this.arriving.catch(() => 0);
    await this.handle.close();
  }

  private read(buffer: BlockBuffer, position: number): Promise<number> {
    const length = Math.min(this.entry.largestBlock, this.entry.length - position);
    return orDamage(this.name, position, this.handle.read(buffer.bytes, 0, length, position));
  }

  private damage(reason: string): SnapshotDamage {
    return new SnapshotDamage(this.name, this.offset, reason);
  }

  /** Checks what must hold before a block's length can be used; returns the length. */
  private checkHead(words: Uint32Array, arrived: number): number {
    if (arrived < BLOCK_HEADER_BYTES) throw this.damage("block header is cut off");
    if (words[0] !== BLOCK_MAGIC) throw this.damage("no block magic");
    const length = BLOCK_HEADER_BYTES + words[BLOCK_PAYLOAD_WORD]!;
    if (length > arrived) throw this.damage(`block has ${length} bytes; got ${arrived}`);
    if (words[BLOCK_ORDINAL_WORD] !== this.blocksRead) throw this.damage("block is out of turn");
    return length;
  }

  private blockOf(buffer: BlockBuffer, length: number): Block {
    const { words } = buffer;
    return {
      file: this.name,
      offset: this.offset,
      kind: words[BLOCK_KIND_WORD]!,
      records: words[BLOCK_RECORDS_WORD]!,
      window: words[BLOCK_WINDOW_WORD]! | 0,
      journalPosition: words[BLOCK_JOURNAL_WORD + 1]! * 2 ** 32 + words[BLOCK_JOURNAL_WORD]!,
      bytes: buffer.bytes,
      words,
      from: BLOCK_HEADER_BYTES,
      to: length,
    };
  }

  private checkEnd(): null {
    const { entry } = this;
    if (this.blocksRead !== entry.blockCount || this.recordsRead !== entry.recordCount) {
      throw this.damage(`file has ${this.blocksRead} blocks and ${this.recordsRead} records`);
    }
    if (this.digest !== entry.digest) throw this.damage("file is not the one the manifest means");
    return null;
  }
}

/** Compares the header with the one the file must have; returns the digest so far. */
async function checkHeader(
  handle: DiskFile,
  name: string,
  entry: FileEntry,
  numbering: number,
): Promise<number> {
  const magic = entry.kind === INDEX_FILE ? INDEX_MAGIC : CHUNKS_MAGIC;
  const { sequence, ordinal } = entry;
  const header = new Uint8Array(FILE_HEADER_BYTES);
  await orDamage(name, 0, handle.read(header, 0, FILE_HEADER_BYTES, 0));
  const written = new DataView(header.buffer).getUint32(magic.length, true);
  const version = VERSIONS_READ.find((one) => one === written);
  const wanted = encodeFileHeader({ magic, sequence, ordinal, numbering }, version);
  const differs = header.findIndex((byte, at) => byte !== wanted[at]);
  if (differs >= 0) throw new SnapshotDamage(name, differs, "file header differs");
  return extendDigest(0, new DataView(header.buffer).getUint32(FILE_HEADER_CRC_AT, true));
}
