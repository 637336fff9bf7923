/**
 * Writing an index or chunk file: sealed blocks go to the disk while the next ones are filled.
 *
 * I1  Blocks lie in the file in the order in which they were sealed.
 * I2  At most one block is on its way to the disk; others wait in the queue. Their buffers come
 *     from a pool and go back to it when they are written.
 * I3  The digest is the checksum over the checksums of header and blocks, in file order.
 *
 * Sealing is synchronous, so that a record never waits halfway; drain() is awaited between records.
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";
import type { DiskFile } from "../base/disk.ts";
import { returnMemory } from "../base/memory-return.ts";
import { crc32c } from "../kernel/checksum.ts";
import { ByteWriter } from "./byte-cursor.ts";
import {
  BLOCK_BYTES,
  BLOCK_BYTES_MAX,
  FILE_HEADER_BYTES,
  FILE_HEADER_CRC_AT,
  FORMAT_VERSION,
  INDEX_BLOCK_BYTES,
} from "./snapshot-format.ts";

/** Which file this is, as its header says. */
export interface FileIdentity {
  readonly magic: string;
  readonly sequence: number;
  readonly ordinal: number;
  readonly numbering: number;
}

/** What a manifest says about a finished file. */
export interface FileSummary {
  readonly length: number;
  readonly blockCount: number;
  readonly recordCount: number;
  readonly largestBlock: number;
  readonly digest: number;
}

/** The header of a file of this version or another, its checksum included. */
export function encodeFileHeader(identity: FileIdentity, version = FORMAT_VERSION): Uint8Array {
  const writer = new ByteWriter();
  writer.raw(new TextEncoder().encode(identity.magic));
  writer.u32(version);
  writer.u32(identity.sequence);
  writer.u32(identity.ordinal);
  writer.u32(identity.numbering);
  writer.u32(0);
  writer.u32(crc32c(writer.written(), 0, FILE_HEADER_CRC_AT));
  assert(writer.written().length === FILE_HEADER_BYTES, "file header has another length");
  return writer.written();
}

/** Goes on with a digest: the checksum of one more u32. */
export function extendDigest(digest: number, crc: number): number {
  const word = new Uint8Array([crc, crc >>> 8, crc >>> 16, crc >>> 24]);
  return crc32c(word, 0, 4, digest);
}

/** Memory of one block, seen as bytes, words and half words. */
export class BlockBuffer {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly halves: Uint16Array;
  readonly doubles: Float64Array;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.words = new Uint32Array(this.bytes.buffer);
    this.halves = new Uint16Array(this.bytes.buffer);
    this.doubles = new Float64Array(this.bytes.buffer);
  }
}

/**
 * Spare buffers that are kept, by their length: as many as a snapshot in order time has at once,
 * since memory that goes and comes is in pieces soon.
 */
const SPARE_COUNTS_MAX: ReadonlyMap<number, number> = new Map([
  [BLOCK_BYTES, 3],
  [INDEX_BLOCK_BYTES, 8],
]);

/** Buffers for blocks, used again; those of other lengths are not kept. */
export class BlockBuffers {
  private readonly free = new Map<number, BlockBuffer[]>();

  constructor() {
    for (const length of SPARE_COUNTS_MAX.keys()) this.free.set(length, []);
  }

  take(length: number): BlockBuffer {
    assert(length <= BLOCK_BYTES_MAX, "a record is longer than a block may be");
    return this.free.get(length)?.pop() ?? new BlockBuffer((length + 7) & -8);
  }

  give(buffer: BlockBuffer): void {
    const { length } = buffer.bytes;
    const free = this.free.get(length);
    if (free !== undefined && free.length < SPARE_COUNTS_MAX.get(length)!) free.push(buffer);
    else returnMemory(buffer.bytes);
  }
}

interface SealedBlock {
  readonly buffer: BlockBuffer;
  readonly length: number;
}

export class BlockFile {
  readonly buffers: BlockBuffers;
  private readonly file: DiskFile;
  private readonly queue: SealedBlock[] = [];
  private inFlight: Promise<void> = Promise.resolve();
  private length = 0;
  private blockCount = 0;
  private recordCount = 0;
  private largestBlock = 0;
  private digest = 0;

  constructor(file: DiskFile, buffers: BlockBuffers) {
    this.file = file;
    this.buffers = buffers;
  }

  /** Blocks that wait for the disk: when there are any, it is time to drain. */
  get backlog(): number {
    return this.queue.length;
  }

  /** Number of the next block. */
  get nextOrdinal(): number {
    return this.blockCount;
  }

  /** Writes the header; nothing may have been sealed yet. */
  async begin(identity: FileIdentity): Promise<void> {
    assert(this.length === 0, "file has a header already");
    const header = encodeFileHeader(identity);
    const crc = new DataView(header.buffer, header.byteOffset).getUint32(FILE_HEADER_CRC_AT, true);
    this.digest = extendDigest(0, crc);
    this.length = header.length;
    await this.file.append(header, 0, header.length);
  }

  /** Queues a sealed block of `length` bytes; its buffer belongs to the file from now on. */
  add(buffer: BlockBuffer, length: number, records: number, crc: number): void {
    assert(records > 0 && this.length > 0, "block is empty or precedes the header");
    this.queue.push({ buffer, length });
    this.length += length;
    this.blockCount++;
    this.recordCount += records;
    this.largestBlock = Math.max(this.largestBlock, length);
    this.digest = extendDigest(this.digest, crc);
  }

  /** Sends the queue to the disk; the last block may still be on its way afterwards. */
  async drain(): Promise<void> {
    for (let block = this.queue.shift(); block; block = this.queue.shift()) {
      await this.inFlight;
      this.inFlight = this.write(block);
      // A failure is met at the next await; until then it is not unhandled.
      this.inFlight.catch(() => {});
    }
  }

  /** Makes everything durable and closes the file. */
  async finish(): Promise<FileSummary> {
    await this.drain();
    await this.inFlight;
    await this.file.sync();
    await this.file.close();
    const { length, blockCount, recordCount, largestBlock, digest } = this;
    return { length, blockCount, recordCount, largestBlock, digest };
  }

  /** Closes the file after a failure, whatever state it is in. */
  async abandon(): Promise<void> {
    await this.inFlight.catch(() => {});
    await this.file.close().catch(() => {});
  }

  private async write(block: SealedBlock): Promise<void> {
    await this.file.append(block.buffer.bytes, 0, block.length);
    this.buffers.give(block.buffer);
  }
}
