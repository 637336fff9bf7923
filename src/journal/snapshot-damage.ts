/**
 * Damage met in a snapshot: which file, where in it, and what is wrong there.
 *
 * Thrown inside the journal, where it ends the reading of one snapshot; what leaves the journal is
 * a report. Offsets are bytes from the file's start.
 */
import { TsdbError } from "../base/errors.ts";

export class SnapshotDamage extends TsdbError {
  readonly file: string;
  readonly offset: number;
  readonly reason: string;

  constructor(file: string, offset: number, reason: string, cause?: unknown) {
    super("SNAPSHOT_CORRUPT", `${file} at byte ${offset}: ${reason}`, { cause });
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
}

/** Runs a read; a failure of the disk becomes damage of the file. */
export async function orDamage<T>(file: string, offset: number, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "DISK_FAILED") throw error;
    throw new SnapshotDamage(file, offset, error.message, error);
  }
}
