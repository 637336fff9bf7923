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
  private readonly file: DiskFile;
  private readonly disk: Disk;

  private constructor(disk: Disk, file: DiskFile) {
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
    const { disk } = directory;
    const path = directory.pathOf(segmentName(header.sequence));
    // What an interrupted start left has no records.
    await disk.remove(`${path}${TEMPORARY}`).catch(() => {});
    const segment = new SegmentFile(disk, await disk.open(`${path}${TEMPORARY}`, "create"));
    const { file } = segment;
    try {
      const bytes = encodeSegmentHeader(header);
      await file.append(bytes, 0, bytes.length);
      for (const block of blocks) await segment.append(block.bytes, block.length);
      if (durable && blocks.length > 0) await file.sync();
      await disk.rename(segment.path, path);
      segment.path = path;
      if (durable) await directory.disk.syncDirectory(directory.path);
    } catch (error) {
      await segment.discard();
      throw error;
    }
    return segment;
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
