/**
 * Which windows have been handed over: a list beside the blocks, so that a block which somebody has
 * moved on or merged is not written a second time.
 *
 * Format: `exported.json`, {"version":1,"windows":[{"startMs":…,"ulid":"…"}]}, replaced by a rename
 * after every block. A list that cannot be read counts as empty: blocks may then come twice, which
 * readers of blocks merge.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { Disk } from "../base/disk.ts";

const NAME = "exported.json";

export interface ExportedWindow {
  readonly startMs: number;
  readonly ulid: string;
}

/** Reads the list of a directory. */
export async function readExportedWindows(disk: Disk, path: string): Promise<ExportedWindow[]> {
  try {
    const text = new TextDecoder().decode(await disk.readFile(`${path}/${NAME}`));
    const { windows } = JSON.parse(text) as { windows: ExportedWindow[] };
    return windows.filter(({ startMs }) => Number.isSafeInteger(startMs));
  } catch {
    return [];
  }
}

/** Replaces the list of a directory. TsdbError DISK_FAILED. */
export async function writeExportedWindows(
  disk: Disk,
  path: string,
  windows: readonly ExportedWindow[],
): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify({ version: 1, windows })}\n`);
  const fresh = `${path}/${NAME}.new`;
  if ((await disk.list(path)).includes(`${NAME}.new`)) await disk.remove(fresh);
  const file = await disk.open(fresh, "create");
  await file.append(bytes, 0, bytes.length);
  await file.sync();
  await file.close();
  await disk.rename(fresh, `${path}/${NAME}`);
  await disk.syncDirectory(path);
}
