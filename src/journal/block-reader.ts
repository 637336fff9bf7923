/**
 * Reading an index or chunk file block by block. A piece of some blocks is read at once, the next
 * one is on its way while one is used.
 *
 * I1  A block that next() returns passed its checksum and is the next of its file; after the last
 *     one, length, counts and digest agreed with the manifest's.
 * I2  A block's memory is good until the next call of next().
 * I3  A block starts at a multiple of 8 in its memory, or right at its start: where it would not,
 *     and where a piece ends in the middle of one, the next piece begins with that block.
 *
 * Anything else throws SnapshotDamage with the offset of the block that failed.
 *
 * Units: offsets and lengths are bytes; …Word offsets count 32-bit words.
 */
import type { DiskFile } from "../base/disk.ts";
import { returnMemory } from "../base/memory-return.ts";
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

/** One block in memory, from byte `start` on: records lie in [from, to). */
export interface Block {
  readonly file: string;
  /** Where the memory's first byte lies in the file. */
  readonly offset: number;
  readonly start: number;
  readonly kind: number;
  readonly records: number;
  readonly window: number;
  readonly journalPosition: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** What is read at once, unless a block is longer: bytes. */
const PIECE_BYTES = 1 << 20;
/** The two buffers of a reader: used for all files of a snapshot in turn. */
export class ReadBuffers {
  private buffers: readonly BlockBuffer[] = [];

  /** Buffers for a file of so many bytes with blocks of at most `largestBlock`. */
  of(length: number, largestBlock: number): readonly BlockBuffer[] {
    const needed = Math.max(largestBlock, Math.min(length, PIECE_BYTES));
    const [first] = this.buffers;
    if (first === undefined || first.bytes.length < needed) {
      this.end();
      const padded = (needed + 7) & -8;
      this.buffers = [new BlockBuffer(padded), new BlockBuffer(padded)];
    }
    return this.buffers;
  }

  /** Gives the buffers' memory back: no file is read any more. */
  end(): void {
    for (const { bytes } of this.buffers) returnMemory(bytes);
    this.buffers = [];
  }
}

/** A piece of the file in memory. */
interface Piece {
  readonly buffer: BlockBuffer;
  /** Where it starts in the file. */
  readonly offset: number;
  readonly length: number;
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
  private piecesRead = 0;
  private piece: Piece | null = null;
  private arriving: Promise<Piece> | null = null;
  private hasNext = false;

  private constructor(handle: DiskFile, entry: FileEntry, buffers: ReadBuffers, digest: number) {
    this.handle = handle;
    this.entry = entry;
    this.name = nameOfEntry(entry);
    this.buffers = buffers.of(entry.length, entry.largestBlock);
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
      return new BlockReader(handle, entry, buffers, digest);
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
    const piece = this.holdsNext() ? this.piece! : await this.nextPiece();
    const { buffer } = piece;
    const start = this.offset - piece.offset;
    const length = this.checkHead(buffer.words, start, piece.length - start);
    const crc = crc32c(buffer.bytes, start + BLOCK_CRC_FROM, start + length);
    const stated = buffer.words[(start >>> 2) + BLOCK_CRC_WORD]!;
    const block = this.blockOf(piece, start, length);
    this.digest = extendDigest(this.digest, crc);
    this.statedDigest = extendDigest(this.statedDigest, stated);
    this.blocksRead++;
    this.recordsRead += block.records;
    this.offset += length;
    this.hasNext = true;
    if (crc === stated) return block;
    throw new SnapshotDamage(this.name, block.offset + start, "block checksum differs");
  }

  /** Closes the file, whatever state it is in. */
  async close(): Promise<void> {
    if (this.arriving) await this.arriving.catch(() => null);
    await this.handle.close();
  }

  /** Whether the next block is in the piece already, as I3 wants it. */
  private holdsNext(): boolean {
    const { piece } = this;
    if (piece === null) return false;
    const start = this.offset - piece.offset;
    return (start & 7) === 0 && blockEnd(piece, start) > start;
  }

  /** Waits for the piece that starts with the next block, and lets the one behind it come. */
  private async nextPiece(): Promise<Piece> {
    const piece = await (this.arriving ?? this.read(this.offset));
    this.arriving = null;
    this.piece = piece;
    let end = 0;
    for (let next = blockEnd(piece, 0); next > end; next = blockEnd(piece, end)) {
      end = next;
      if ((end & 7) !== 0) break;
    }
    const behind = piece.offset + end;
    if (end > 0 && behind < this.entry.length) {
      this.arriving = this.read(behind);
      // A failure is met when the piece's turn comes; until then it is not unhandled.
      this.arriving.catch(() => {});
    }
    return piece;
  }

  private async read(offset: number): Promise<Piece> {
    const buffer = this.buffers[this.piecesRead++ % 2]!;
    const { bytes } = buffer;
    const wanted = Math.min(bytes.length, this.entry.length - offset);
    const length = await orDamage(this.name, offset, this.handle.read(bytes, 0, wanted, offset));
    return { buffer, offset, length };
  }

  private damage(reason: string): SnapshotDamage {
    return new SnapshotDamage(this.name, this.offset, reason);
  }

  /** Checks what must hold before a block's length can be used; returns the length. */
  private checkHead(words: Uint32Array, start: number, there: number): number {
    const arrived = Math.min(there, this.entry.largestBlock);
    const word = start >>> 2;
    if (arrived < BLOCK_HEADER_BYTES) throw this.damage("block header is cut off");
    if (words[word] !== BLOCK_MAGIC) throw this.damage("no block magic");
    const length = BLOCK_HEADER_BYTES + words[word + BLOCK_PAYLOAD_WORD]!;
    if (length > arrived) throw this.damage(`block has ${length} bytes; got ${arrived}`);
    const ordinal = words[word + BLOCK_ORDINAL_WORD];
    if (ordinal !== this.blocksRead) throw this.damage("block is out of turn");
    return length;
  }

  private blockOf({ buffer, offset }: Piece, start: number, length: number): Block {
    const { words, bytes, doubles } = buffer;
    const word = start >>> 2;
    const journalHigh = words[word + BLOCK_JOURNAL_WORD + 1]!;
    return {
      file: this.name,
      offset,
      start,
      kind: words[word + BLOCK_KIND_WORD]!,
      records: words[word + BLOCK_RECORDS_WORD]!,
      window: words[word + BLOCK_WINDOW_WORD]! | 0,
      journalPosition: journalHigh * 2 ** 32 + words[word + BLOCK_JOURNAL_WORD]!,
      bytes,
      words,
      doubles,
      from: start + BLOCK_HEADER_BYTES,
      to: start + length,
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

/** Where the block from `start` on ends, or `start` when it is not in the piece as a whole. */
function blockEnd({ buffer, length }: Piece, start: number): number {
  if (start + BLOCK_HEADER_BYTES > length) return start;
  const end = start + BLOCK_HEADER_BYTES + buffer.words[(start >>> 2) + BLOCK_PAYLOAD_WORD]!;
  return end > length ? start : end;
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
