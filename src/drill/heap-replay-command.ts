/**
 * `spandrel heap replay`: runs allocation traces through the simulated heap and prints its records.
 *
 * Traces, records and the allocation log are described in docs/format/trace.md. Files that begin
 * like gzip are unpacked; several files are one trace.
 *
 * Units: bytes.
 */
import { gunzipSync } from "node:zlib";
import type { Disk, DiskFile } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { rulesOfGoVersion } from "../heap/go-rules.ts";
import { parsePageDumps } from "../heap/page-dump.ts";
import { type ReplayOptions, TraceReplay } from "../heap/replay.ts";

/** What the command is asked for. */
export interface HeapReplayRequest {
  /** "1.15" to "1.27". */
  readonly goVersion: string;
  /** Where the allocation log goes; "" = nowhere. */
  readonly allocationLog: string;
  /** Recorded page heaps that place the first file's spans; "" = none. */
  readonly pageDumps: string;
  readonly files: readonly string[];
}

/** Log lines gathered before they are written. */
const LOG_LINES = 4096;

/** Unpacks gzip; other bytes stay as they are. */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new TsdbError("TRACE_INVALID", `${path} is no whole gzip file`, { cause });
  }
}

/** Appends lines to a new file on the disk, some thousand at a time. */
class LineFile {
  private readonly lines: string[] = [];
  private readonly write: (bytes: Uint8Array) => Promise<void>;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.write = write;
  }

  add(line: string): void {
    this.lines.push(line);
  }

  async flush(least = 0): Promise<void> {
    if (this.lines.length <= least) return;
    const text = `${this.lines.join("\n")}\n`;
    this.lines.length = 0;
    await this.write(new TextEncoder().encode(text));
  }
}

/**
 * Replays the files and calls `print` with each record's line. Throws TsdbError TRACE_INVALID
 * (naming file and line), DISK_FAILED, or CONFIG_INVALID when no file is named.
 */
export async function replayFiles(
  disk: Disk,
  request: HeapReplayRequest,
  print: (line: string) => void,
): Promise<void> {
  if (request.files.length === 0) {
    throw new TsdbError("CONFIG_INVALID", "heap replay: name at least one trace file");
  }
  const options: ReplayOptions = {
    rules: rulesOfGoVersion(request.goVersion),
    ...(request.pageDumps === "" ? {} : { pageDumps: await readDumps(disk, request.pageDumps) }),
  };
  if (request.allocationLog === "") {
    await replayAll(disk, request.files, new TraceReplay(options, { record: print }));
    return;
  }
  const file = await openAnew(disk, request.allocationLog);
  const log = new LineFile((bytes) => file.append(bytes, 0, bytes.length));
  const output = { record: print, allocation: (line: string) => log.add(line) };
  try {
    await replayAll(disk, request.files, new TraceReplay(options, output), log);
    await log.flush();
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Opens a file for writing; one that is there is replaced, a device is written to as it is. */
async function openAnew(disk: Disk, path: string): Promise<DiskFile> {
  if (path.startsWith("/dev/")) return disk.open(path, "append");
  const isThere = await disk.size(path).then(
    () => true,
    () => false,
  );
  if (isThere) await disk.remove(path);
  return disk.open(path, "create");
}

async function readDumps(disk: Disk, path: string) {
  return parsePageDumps(new TextDecoder().decode(unpacked(await disk.readFile(path), path)));
}

async function replayAll(
  disk: Disk,
  files: readonly string[],
  replay: TraceReplay,
  log: LineFile | null = null,
): Promise<void> {
  const pieceBytes = 1 << 20;
  for (const path of files) {
    const bytes = unpacked(await disk.readFile(path), path);
    try {
      for (let from = 0; from < bytes.length; from += pieceBytes) {
        replay.write(bytes.subarray(from, from + pieceBytes));
        await log?.flush(LOG_LINES);
      }
      replay.endFile();
    } catch (error) {
      if (!(error instanceof TsdbError) || error.code !== "TRACE_INVALID") throw error;
      throw new TsdbError("TRACE_INVALID", `${path}: ${error.message}`, { cause: error });
    }
  }
}
