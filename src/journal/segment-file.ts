/**
 * The segment that is written to.
 *
 * Units: lengths and positions are bytes; …Ms milliseconds since the epoch.
 */
import type { Disk, DiskFile } from "../base/disk.ts";
import type { JournalDirectory } from "./journal-directory.ts";
import { SEGMENT_HEADER_BYTES } from "./journal-format.ts";
import { encodeSegmentHeader, type SegmentHeader, segmentName } from "./segment-header.ts";

/** Behind the name of a segment that has no header yet. */
const TEMPORARY = ".tmp";

/** Bytes to be written, of which the first `length` count. */
export interface WrittenBlock {
  readonly bytes: Uint8Array;
  readonly length: number;
}

export class SegmentFile {
  /** Bytes of the file so far. */
  length = SEGMENT_HEADER_BYTES;
  private path: string;
  private readonly name: string;
  private readonly file: DiskFile;
  private readonly disk: Disk;

  private constructor(disk: Disk, file: DiskFile, name: string) {
    this.name = name;
    this.disk = disk;
    this.file = file;
    this.path = file.path;
  }

  /**
   * Makes a segment that begins with some blocks; with `durable`, a loss of power takes neither
   * these nor its name. It has the name from the moment on that it has its header, without which it
   * is damaged, and the blocks: where it begins, what the segment before has there counts no more.
   */
  static async create(
    directory: JournalDirectory,
    header: SegmentHeader,
    durable: boolean,
    blocks: readonly WrittenBlock[] = [],
  ): Promise<SegmentFile> {
    const segment = await SegmentFile.open(directory, header.sequence);
    try {
      await segment.begin(header);
      for (const block of blocks) await segment.append(block.bytes, block.length);
      if (durable && blocks.length > 0) await segment.sync();
      await segment.takeName();
      if (durable) await directory.disk.syncDirectory(directory.path);
    } catch (error) {
      await segment.discard();
      throw error;
    }
    return segment;
  }

  /** Makes the file of a segment that has neither header nor name yet: nobody reads it. */
  static async open(directory: JournalDirectory, sequence: number): Promise<SegmentFile> {
    const { disk } = directory;
    const path = directory.pathOf(segmentName(sequence));
    await disk.makeDirectory(directory.path);
    // What an interrupted start left has no records that another segment has not.
    await disk.remove(`${path}${TEMPORARY}`).catch(() => {});
    return new SegmentFile(disk, await disk.open(`${path}${TEMPORARY}`, "create"), path);
  }

  /** Writes the header, before all blocks. */
  async begin(header: SegmentHeader): Promise<void> {
    const bytes = encodeSegmentHeader(header);
    await this.file.append(bytes, 0, bytes.length);
  }

  /** Gives the segment the name by which it is read. */
  async takeName(): Promise<void> {
    await this.disk.rename(this.path, this.name);
    this.path = this.name;
  }

  async append(bytes: Uint8Array, length: number): Promise<void> {
    await this.file.append(bytes, 0, length);
    this.length += length;
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Closes and removes a segment that nobody needs; a disk that fails is no news here. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => {});
    await this.disk.remove(this.path).catch(() => {});
  }
}
