/**
 * The segment that is written to.
 *
 * Units: lengths and positions are bytes; …Ms milliseconds since the epoch.
 */
import type { Disk, DiskFile } from "../base/disk.ts";
import type { JournalDirectory } from "./journal-directory.ts";
import { SEGMENT_HEADER_BYTES } from "./journal-format.ts";
import { encodeSegmentHeader, type SegmentHeader, segmentName } from "./segment-header.ts";

export class SegmentFile {
  /** Bytes of the file so far. */
  length = SEGMENT_HEADER_BYTES;
  private readonly file: DiskFile;
  private readonly disk: Disk;

  private constructor(disk: Disk, file: DiskFile) {
    this.disk = disk;
    this.file = file;
  }

  /** Makes a segment; with `durable`, its name is one that a loss of power does not take. */
  static async create(
    directory: JournalDirectory,
    header: SegmentHeader,
    durable: boolean,
  ): Promise<SegmentFile> {
    const path = directory.pathOf(segmentName(header.sequence));
    const segment = new SegmentFile(directory.disk, await directory.disk.open(path, "create"));
    const { file } = segment;
    try {
      const bytes = encodeSegmentHeader(header);
      await file.append(bytes, 0, bytes.length);
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
    await this.disk.remove(this.file.path).catch(() => {});
  }
}
