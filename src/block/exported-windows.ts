/**
 * Which windows have been handed over: a list beside the blocks, so that a block which somebody has
 * moved on or merged is not written a second time.
 *
 * Format: `exported.json`, {"version":1,"windows":[{"startMs":…,"ulid":"…"}],"begun":…}, replaced
 * by a rename before and after every block. A list that cannot be read counts as empty: blocks may
 * then come twice, which readers of blocks merge.
 *
 * I1  A block that was begun is named by `begun`, {"startMs":…,"ulid":"…"}, before any of it is on
 *     disk and until it is listed or all of it is removed. With nothing begun it is left out.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { Disk } from "../base/disk.ts";
import { removeUnfinished } from "./block-writer.ts";
import { isUlid } from "./ulid.ts";

const NAME = "exported.json";

export interface ExportedWindow {
  readonly startMs: number;
  /** Name of the block; "" when the window had no samples. */
  readonly ulid: string;
}

export interface ExportList {
  readonly windows: readonly ExportedWindow[];
  readonly begun?: ExportedWindow | undefined;
}

/** A disk from which what is left of a block can be removed. */
export interface BlockDisk extends Disk {
  removeDirectory(path: string): Promise<void>;
}

/** Reads the list of a directory. */
export async function readExportList(disk: Disk, path: string): Promise<ExportList> {
  try {
    const text = new TextDecoder().decode(await disk.readFile(`${path}/${NAME}`));
    const { windows, begun } = JSON.parse(text) as ExportList;
    const list = { windows: windows.filter(({ startMs }) => Number.isSafeInteger(startMs)) };
    return begun !== undefined && isUlid(begun.ulid) ? { ...list, begun } : list;
  } catch {
    return { windows: [] };
  }
}

/** Replaces the list of a directory. TsdbError DISK_FAILED. */
export async function writeExportList(disk: Disk, path: string, list: ExportList): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify({ version: 1, ...list })}\n`);
  const fresh = `${path}/${NAME}.new`;
  if ((await disk.list(path)).includes(`${NAME}.new`)) await disk.remove(fresh);
  const file = await disk.open(fresh, "create");
  await file.append(bytes, 0, bytes.length);
  await file.sync();
  await file.close();
  await disk.rename(fresh, `${path}/${NAME}`);
  await disk.syncDirectory(path);
}

/**
 * Settles what was begun and not listed, because the process was killed or the disk failed: a block
 * that is there is whole and is listed; what is there of another is removed. Returns the list.
 * TsdbError DISK_FAILED.
 */
export async function settleExportList(disk: BlockDisk, path: string): Promise<ExportList> {
  const { windows, begun } = await readExportList(disk, path);
  if (begun === undefined) return { windows };
  const isWhole = (await disk.list(path)).includes(begun.ulid);
  if (!isWhole) await removeUnfinished(disk, path, begun.ulid);
  const settled = { windows: isWhole ? [...windows, begun] : windows };
  await writeExportList(disk, path, settled);
  return settled;
}
