/**
 * The machine's disk under a process that is killed at an operation of our choice: that operation
 * and all later ones do nothing, what was done before stays.
 *
 * Units: operations are numbered from 0.
 */
import { type DiskFile, NodeDisk, type OpenMode } from "../../src/base/disk.ts";

export class DyingDisk extends NodeDisk {
  operationCount = 0;
  /** What the process was about to do when it was killed; "" before. */
  killedAt = "";
  private readonly killAt: number;
  private readonly files = new Set<DiskFile>();

  constructor(killAt: number) {
    super();
    this.killAt = killAt;
  }

  override async open(path: string, mode: OpenMode): Promise<DiskFile> {
    this.step(`open ${path}`);
    const file = await super.open(path, mode);
    this.files.add(file);
    return {
      path,
      read: (into, offset, length, position) => file.read(into, offset, length, position),
      append: async (bytes, from, to) => {
        this.step(`append ${path}`);
        await file.append(bytes, from, to);
      },
      sync: async () => {
        this.step(`sync ${path}`);
        await file.sync();
      },
      close: async () => {
        this.files.delete(file);
        await file.close();
      },
    };
  }

  /** Closes what the process held open, as its end does. */
  async end(): Promise<void> {
    for (const file of this.files) await file.close();
    this.files.clear();
  }

  override async rename(from: string, to: string): Promise<void> {
    this.step(`rename ${from}`);
    await super.rename(from, to);
  }

  override async remove(path: string): Promise<void> {
    this.step(`remove ${path}`);
    await super.remove(path);
  }

  override async makeDirectory(path: string): Promise<void> {
    this.step(`makeDirectory ${path}`);
    await super.makeDirectory(path);
  }

  override async removeDirectory(path: string): Promise<void> {
    this.step(`removeDirectory ${path}`);
    await super.removeDirectory(path);
  }

  override async syncDirectory(path: string): Promise<void> {
    this.step(`syncDirectory ${path}`);
    await super.syncDirectory(path);
  }

  private step(operation: string): void {
    if (this.operationCount++ < this.killAt) return;
    this.killedAt ||= operation;
    throw new Error(`killed at ${this.killedAt}`);
  }
}
