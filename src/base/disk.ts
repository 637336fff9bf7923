/**
 * The disk as the store sees it, and the machine's own: the only file that imports node:fs.
 *
 * What every implementation keeps, and what callers may rely on after a power loss:
 * I1  Bytes appended before a completed sync() of the same handle survive; later ones may be lost,
 *     in part or whole, and the last one may be torn.
 * I2  A name created, renamed or removed before a completed syncDirectory() of its directory stays
 *     so; later changes of names may be lost one by one, in any order.
 * I3  rename() is atomic: the new name holds the old file or the new one, never neither.
 * I4  A file is written by appending only, through one handle at a time.
 *
 * Every failure is a TsdbError DISK_FAILED whose text names the operation, the path and the
 * system's code (ENOSPC, EIO, EROFS …) and whose cause is the system's error.
 *
 * Units: lengths and positions are bytes.
 */
import * as fs from "node:fs";
import { TsdbError } from "./errors.ts";

/** How a file is opened: "create" refuses an existing one, "append" makes a missing one. */
export type OpenMode = "read" | "create" | "append";

/** An open file. */
export interface DiskFile {
  readonly path: string;
  /** Reads up to `length` bytes at `position` to `into` from `offset`; short only at the end. */
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Appends all of `bytes[from, to)`, which must not change until the promise settles. */
  append(bytes: Uint8Array, from: number, to: number): Promise<void>;
  /** Makes everything appended so far durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A directory held against other processes. */
export interface DiskLock {
  release(): Promise<void>;
}

export interface Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** The whole file. */
  readFile(path: string): Promise<Uint8Array>;
  /** Bytes of a file. */
  size(path: string): Promise<number>;
  /** Names in a directory, sorted; none when there is no such directory. */
  list(directory: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes a directory and its parents; one that is there is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Makes the names of a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes the lock file at `path`. Throws TsdbError DATA_DIRECTORY_IN_USE, naming the holder's
   * process, while a living process holds it; a lock left by a dead one is taken over.
   */
  lock(path: string): Promise<DiskLock>;
}

/** The error of a failed disk operation; `cause` is what the system said. */
export function diskFailure(operation: string, path: string, cause: unknown): TsdbError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new TsdbError("DISK_FAILED", `${operation} ${path} failed: ${said}`, { cause });
}

/** The text of the error that a lock in use gives. */
export function lockedBy(path: string, holder: number): TsdbError {
  const text = `${path} is held by process ${holder}; stop it first or use another directory`;
  return new TsdbError("DATA_DIRECTORY_IN_USE", text);
}

const OPEN_FLAGS: Readonly<Record<OpenMode, string>> = { read: "r", create: "wx", append: "a" };

/** Runs one operation and words its failure. */
async function attempt<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof TsdbError ? cause : diskFailure(operation, path, cause);
  }
}

/** The system's code of a failure, such as "ENOENT"; "" when it has none. */
function systemCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "";
}

class NodeFile implements DiskFile {
  readonly path: string;
  private readonly handle: fs.promises.FileHandle;

  constructor(path: string, handle: fs.promises.FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  read(into: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return attempt(`read at ${position} of`, this.path, async () => {
      let done = 0;
      while (done < length) {
        const left = length - done;
        const step = await this.handle.read(into, offset + done, left, position + done);
        if (step.bytesRead === 0) break;
        done += step.bytesRead;
      }
      return done;
    });
  }

  append(bytes: Uint8Array, from: number, to: number): Promise<void> {
    return attempt(`append of ${to - from} bytes to`, this.path, async () => {
      let at = from;
      while (at < to) at += (await this.handle.write(bytes, at, to - at, null)).bytesWritten;
    });
  }

  sync(): Promise<void> {
    return attempt("sync of", this.path, () => this.handle.datasync());
  }

  close(): Promise<void> {
    return attempt("close of", this.path, () => this.handle.close());
  }
}

/** Who holds a lock: a process and, where the system tells it, when that process started. */
interface LockHolder {
  readonly pid: number;
  readonly started: string;
}

/** What the system tells of a process; null when it tells nothing. */
interface ProcessStat {
  /** One letter; Z is a process that ended and that nobody has asked about yet. */
  readonly state: string;
  /** Clock ticks since boot: tells reused pids apart. */
  readonly started: string;
}

async function statOf(pid: number): Promise<ProcessStat | null> {
  try {
    const stat = await fs.promises.readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return null;
  }
}

async function isAlive(holder: LockHolder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
  const stat = await statOf(holder.pid);
  if (stat === null || holder.started === "") return true;
  return stat.started === holder.started && stat.state !== "Z" && stat.state !== "X";
}

/** Who a lock file names, or null when there is none or it names nobody. */
async function readHolder(path: string): Promise<LockHolder | null> {
  let text: string;
  try {
    text = await fs.promises.readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
  const [pid, started] = text.trim().split(" ");
  return { pid: Number(pid) || 0, started: started ?? "" };
}

/**
 * Moves a dead holder's lock file away. Another process may have done so and taken the lock since
 * it was read; what was moved is therefore looked at again, and put back when it is not the same.
 */
async function removeStale(path: string, dead: LockHolder, aside: string): Promise<void> {
  await fs.promises.rename(path, aside);
  const moved = await readHolder(aside);
  const same = moved?.pid === dead.pid && moved.started === dead.started;
  if (!same) await fs.promises.link(aside, path);
  await fs.promises.rm(aside, { force: true });
  if (!same) throw lockedBy(path, moved?.pid ?? 0);
}

/** Takes over or makes the lock file. A link is atomic, so of two takers one fails. */
async function takeLock(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== null && holder.pid > 0 && (await isAlive(holder))) {
    throw lockedBy(path, holder.pid);
  }
  const own = `${path}.${process.pid}`;
  await fs.promises.writeFile(
    own,
    `${process.pid} ${(await statOf(process.pid))?.started ?? ""}\n`,
  );
  try {
    if (holder !== null) await removeStale(path, holder, `${own}.stale`);
    await fs.promises.link(own, path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    throw lockedBy(path, (await readHolder(path))?.pid ?? 0);
  } finally {
    await fs.promises.rm(own, { force: true });
  }
}

/** The machine's disk. */
export class NodeDisk implements Disk {
  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return attempt(`open (${mode}) of`, path, async () => {
      return new NodeFile(path, await fs.promises.open(path, OPEN_FLAGS[mode]));
    });
  }

  readFile(path: string): Promise<Uint8Array> {
    return attempt("read of", path, () => fs.promises.readFile(path));
  }

  size(path: string): Promise<number> {
    return attempt("stat of", path, async () => (await fs.promises.stat(path)).size);
  }

  list(directory: string): Promise<string[]> {
    return attempt("list of", directory, async () => {
      try {
        return (await fs.promises.readdir(directory)).sort();
      } catch (error) {
        if (systemCode(error) === "ENOENT") return [];
        throw error;
      }
    });
  }

  rename(from: string, to: string): Promise<void> {
    return attempt("rename of", `${from} to ${to}`, () => fs.promises.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return attempt("remove of", path, () => fs.promises.unlink(path));
  }

  makeDirectory(path: string): Promise<void> {
    return attempt("make directory", path, async () => {
      await fs.promises.mkdir(path, { recursive: true });
    });
  }

  /** Removes a directory with everything in it; only for what this program made. */
  removeDirectory(path: string): Promise<void> {
    return attempt("remove of directory", path, () => {
      return fs.promises.rm(path, { recursive: true, force: true });
    });
  }

  syncDirectory(path: string): Promise<void> {
    return attempt("sync of directory", path, async () => {
      const handle = await fs.promises.open(path, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  async lock(path: string): Promise<DiskLock> {
    await attempt("lock of", path, () => takeLock(path));
    return { release: () => attempt("unlock of", path, () => fs.promises.unlink(path)) };
  }
}
