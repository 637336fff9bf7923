/**
 * A file of a block that is written front to back, in large appends.
 *
 * Units: bytes.
 */
import type { Disk, DiskFile } from "../base/disk.ts";
import { ByteWriter } from "./byte-writer.ts";

const FLUSH_BYTES = 1 << 20;

export class BlockFileWriter {
  /** What is not on disk yet. */
  readonly pending = new ByteWriter();
  private readonly file: DiskFile;
  private flushed = 0;

  private constructor(file: DiskFile) {
    this.file = file;
  }

  static async create(disk: Disk, path: string): Promise<BlockFileWriter> {
    return new BlockFileWriter(await disk.open(path, "create"));
  }

  /** Bytes of the file so far: where the next one goes. */
  get position(): number {
    return this.flushed + this.pending.length;
  }

  /** Fills with zeros up to a multiple of `alignment` in the file. */
  align(alignment: number): void {
    this.pending.pad(alignment, this.flushed);
  }

  /** Writes to disk when enough has come together. */
  async drain(): Promise<void> {
    if (this.pending.length >= FLUSH_BYTES) await this.flush();
  }

  /** Makes the file durable and closes it. */
  async finish(): Promise<void> {
    await this.flush();
    await this.file.sync();
    await this.file.close();
  }

  private async flush(): Promise<void> {
    const { view } = this.pending;
    await this.file.append(view, 0, view.length);
    this.flushed += view.length;
    this.pending.clear();
  }
}
