/**
 * A disk in memory that fails as real ones do, for simulation and tests; all chance is seeded.
 *
 * I1  Bytes synced survive a power loss. Of bytes appended later a random prefix survives, and
 *     after it, by chance, zeros up to the file's length (a size that reached the disk before its
 *     data: the torn last write).
 * I2  Changes of names since a directory's last sync survive a power loss one by one at random,
 *     those of one name in their order; a file whose creation was lost is gone.
 * I3  A killed process (restart("kill")) loses nothing that was appended or renamed.
 * I4  `operationCount` counts every operation; with `crashAt` set, the operation of that number
 *     and all later ones fail until restart(), so a test can stop a program at each of them.
 *
 * Units: lengths, positions and capacityBytes are bytes; operations are numbered from 0.
 */
import { assert } from "./assert.ts";
import {
  type Disk,
  type DiskFile,
  type DiskLock,
  diskFailure,
  lockedBy,
  type OpenMode,
} from "./disk.ts";
import { Prng } from "./prng.ts";

/** What a failure can hit. */
export type DiskOperation =
  | "append"
  | "list"
  | "makeDirectory"
  | "open"
  | "read"
  | "remove"
  | "rename"
  | "sync";

export type FaultCode = "EIO" | "ENOSPC" | "EROFS";

/** A failure on command: the operations named fail, after `skip` of them, `times` times. */
export interface Fault {
  readonly code: FaultCode;
  readonly operation: DiskOperation;
  /** Only paths that contain this text. */
  readonly pathPart?: string;
  readonly skip?: number;
  readonly times?: number;
}

interface Inode {
  bytes: Uint8Array;
  length: number;
  syncedLength: number;
}

/** One change of names that is not durable yet: `name` now stands for `inode`, or for nothing. */
interface NameChange {
  readonly name: string;
  readonly inode: Inode | null;
  /** Changes of one rename share a group and survive together. */
  readonly group: number;
}

interface Directory {
  readonly current: Map<string, Inode>;
  readonly durable: Map<string, Inode>;
  pending: NameChange[];
}

interface ArmedFault {
  readonly fault: Fault;
  skip: number;
  times: number;
}

const READ_ONLY_SAFE: readonly DiskOperation[] = ["list", "open", "read"];

function systemError(code: string): Error {
  const texts: Record<string, string> = {
    EEXIST: "file already exists",
    EIO: "i/o error",
    ENOENT: "no such file or directory",
    ENOSPC: "no space left on device",
    EROFS: "read-only file system",
    ECRASHED: "the simulated machine is down",
  };
  return Object.assign(new Error(`${code}: ${texts[code] ?? ""}`), { code });
}

export class MemoryDisk implements Disk {
  /** Room for file contents; an append that passes it writes what fits and fails with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Every change fails with EROFS. */
  readOnly = false;
  /** Number of the operation that finds the machine down, see I4. */
  crashAt = Number.POSITIVE_INFINITY;
  /** Process id that locks name as their holder. */
  processId = 1;
  operationCount = 0;
  /** Every operation so far, for messages of failed tests. */
  readonly operationLog: string[] = [];
  private readonly random: Prng;
  private readonly directories = new Map<string, Directory>();
  private readonly locks = new Map<string, number>();
  private faults: ArmedFault[] = [];
  private nextGroup = 0;
  private lives = 0;

  constructor(seed: number) {
    this.random = new Prng(seed);
  }

  /** Arms a failure. */
  fail(fault: Fault): void {
    this.faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  /** The machine comes back: after "power" with what was durable (I1, I2), after "kill" all. */
  restart(loss: "kill" | "power"): void {
    this.lives++;
    this.crashAt = Number.POSITIVE_INFINITY;
    this.faults = [];
    this.locks.clear();
    if (loss === "kill") return;
    for (const directory of this.directories.values()) {
      this.losePower(directory);
      this.settle(directory);
    }
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    this.step("open", path);
    const { directory, name } = this.place(path);
    let inode = directory.current.get(name);
    if (inode && mode === "create") throw diskFailure("open of", path, systemError("EEXIST"));
    if (!inode) {
      if (mode === "read") throw diskFailure("open of", path, systemError("ENOENT"));
      if (this.readOnly) throw diskFailure("open of", path, systemError("EROFS"));
      inode = { bytes: new Uint8Array(256), length: 0, syncedLength: 0 };
      this.change(directory, [{ name, inode, group: this.nextGroup++ }]);
    }
    return this.handleOf(path, inode);
  }

  async readFile(path: string): Promise<Uint8Array> {
    this.step("read", path);
    const inode = this.inodeAt(path);
    return inode.bytes.slice(0, inode.length);
  }

  async size(path: string): Promise<number> {
    this.step("read", path);
    return this.inodeAt(path).length;
  }

  async list(directory: string): Promise<string[]> {
    this.step("list", directory);
    return [...(this.directories.get(directory)?.current.keys() ?? [])].sort();
  }

  async rename(from: string, to: string): Promise<void> {
    this.step("rename", `${from} to ${to}`);
    const inode = this.inodeAt(from);
    const { directory, name } = this.place(from);
    const target = this.place(to);
    assert(directory === target.directory, "rename must stay in its directory");
    const group = this.nextGroup++;
    this.change(directory, [
      { name: target.name, inode, group },
      { name, inode: null, group },
    ]);
  }

  async remove(path: string): Promise<void> {
    this.step("remove", path);
    this.inodeAt(path);
    const { directory, name } = this.place(path);
    this.change(directory, [{ name, inode: null, group: this.nextGroup++ }]);
  }

  async makeDirectory(path: string): Promise<void> {
    this.step("makeDirectory", path);
    if (this.directories.has(path)) return;
    this.directories.set(path, { current: new Map(), durable: new Map(), pending: [] });
  }

  async syncDirectory(path: string): Promise<void> {
    this.step("sync", path);
    const directory = this.directories.get(path);
    if (!directory) throw diskFailure("sync of", path, systemError("ENOENT"));
    for (const change of directory.pending) apply(directory.durable, change);
    directory.pending = [];
  }

  async lock(path: string): Promise<DiskLock> {
    this.step("open", path);
    const holder = this.locks.get(path);
    if (holder !== undefined) throw lockedBy(path, holder);
    this.locks.set(path, this.processId);
    return {
      release: async () => {
        this.locks.delete(path);
      },
    };
  }

  /** Overwrites one byte behind everybody's back, as decay does: xors it with `mask`. */
  corrupt(path: string, position: number, mask: number): void {
    const inode = this.inodeAt(path);
    inode.bytes[position] = inode.bytes[position]! ^ mask;
  }

  /** Cuts a file to `length` bytes behind everybody's back. */
  truncate(path: string, length: number): void {
    const inode = this.inodeAt(path);
    inode.length = Math.min(inode.length, length);
    inode.syncedLength = Math.min(inode.syncedLength, length);
  }

  /** Another disk with the same files, all of them durable. */
  copy(): MemoryDisk {
    const other = new MemoryDisk(1);
    for (const [path, { current }] of this.directories) {
      const names = new Map<string, Inode>();
      for (const [name, { bytes, length }] of current) {
        names.set(name, { bytes: bytes.slice(), length, syncedLength: length });
      }
      other.directories.set(path, { current: names, durable: new Map(names), pending: [] });
    }
    return other;
  }

  /** Sum of the lengths of all files. */
  get usedBytes(): number {
    let sum = 0;
    for (const directory of this.directories.values()) {
      for (const inode of directory.current.values()) sum += inode.length;
    }
    return sum;
  }

  private handleOf(path: string, inode: Inode): DiskFile {
    const life = this.lives;
    const check = (operation: DiskOperation): void => {
      assert(life === this.lives, "file handle outlived its process");
      this.step(operation, path);
    };
    return {
      path,
      read: async (into, offset, length, position) => {
        check("read");
        const end = Math.min(inode.length, position + length);
        if (end <= position) return 0;
        into.set(inode.bytes.subarray(position, end), offset);
        return end - position;
      },
      append: async (bytes, from, to) => {
        check("append");
        const fits = Math.min(to - from, this.capacityBytes - this.usedBytes);
        appendTo(inode, bytes, from, from + fits);
        if (fits < to - from) throw diskFailure("append to", path, systemError("ENOSPC"));
      },
      sync: async () => {
        check("sync");
        inode.syncedLength = inode.length;
      },
      close: async () => {},
    };
  }

  /** Counts an operation and fails it when the machine is down or a fault is armed. */
  private step(operation: DiskOperation, path: string): void {
    this.operationLog.push(`${operation} ${path}`);
    const code = this.failureOf(operation, path, this.operationCount++);
    if (code) throw diskFailure(`${operation} of`, path, systemError(code));
  }

  private failureOf(operation: DiskOperation, path: string, number: number): string | null {
    if (number >= this.crashAt) return "ECRASHED";
    if (this.readOnly && !READ_ONLY_SAFE.includes(operation)) return "EROFS";
    for (const armed of this.faults) {
      const { fault } = armed;
      if (fault.operation !== operation || armed.times === 0) continue;
      if (fault.pathPart !== undefined && !path.includes(fault.pathPart)) continue;
      if (armed.skip-- > 0) continue;
      armed.times--;
      return fault.code;
    }
    return null;
  }

  private place(path: string): { directory: Directory; name: string } {
    const slash = path.lastIndexOf("/");
    const directory = this.directories.get(path.slice(0, slash));
    if (!directory) throw diskFailure("path", path, systemError("ENOENT"));
    return { directory, name: path.slice(slash + 1) };
  }

  private inodeAt(path: string): Inode {
    const { directory, name } = this.place(path);
    const inode = directory.current.get(name);
    if (!inode) throw diskFailure("path", path, systemError("ENOENT"));
    return inode;
  }

  private change(directory: Directory, changes: NameChange[]): void {
    for (const change of changes) apply(directory.current, change);
    directory.pending.push(...changes);
  }

  /** Replays a random part of the pending name changes on the durable names, then cuts files. */
  private losePower(directory: Directory): void {
    const survives = new Map<number, boolean>();
    const lostNames = new Set<string>();
    for (const change of directory.pending) {
      let kept = survives.get(change.group) ?? this.random.below(2) === 1;
      // Changes of one name keep their order: after a lost one the later ones are lost too.
      kept = kept && !lostNames.has(change.name);
      survives.set(change.group, kept);
      if (kept) apply(directory.durable, change);
      else lostNames.add(change.name);
    }
    directory.current.clear();
    for (const [name, inode] of directory.durable) directory.current.set(name, inode);
    for (const inode of new Set(directory.current.values())) this.tear(inode);
  }

  /** Keeps a random part of the bytes that were not synced, see I1. */
  private tear(inode: Inode): void {
    const unsynced = inode.length - inode.syncedLength;
    if (unsynced === 0) return;
    const kept = inode.syncedLength + this.random.below(unsynced + 1);
    const zerosFollow = this.random.below(4) === 0;
    if (zerosFollow) inode.bytes.fill(0, kept, inode.length);
    else inode.length = kept;
  }

  /** What survived is durable from now on. */
  private settle(directory: Directory): void {
    directory.pending = [];
    directory.durable.clear();
    for (const [name, inode] of directory.current) {
      directory.durable.set(name, inode);
      inode.syncedLength = inode.length;
    }
  }
}

function apply(names: Map<string, Inode>, change: NameChange): void {
  if (change.inode) names.set(change.name, change.inode);
  else names.delete(change.name);
}

function appendTo(inode: Inode, bytes: Uint8Array, from: number, to: number): void {
  const length = inode.length + Math.max(0, to - from);
  if (length > inode.bytes.length) {
    const larger = new Uint8Array(Math.max(length, inode.bytes.length * 2));
    larger.set(inode.bytes.subarray(0, inode.length));
    inode.bytes = larger;
  }
  inode.bytes.set(bytes.subarray(from, to), inode.length);
  inode.length = length;
}
