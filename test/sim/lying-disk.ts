/**
 * Planted bugs: disks that say that something is durable and have done nothing. A simulation that
 * does not find them is worth nothing.
 */
import type { Disk, DiskFile } from "../../src/base/disk.ts";
import type { MemoryDisk } from "../../src/base/memory-disk.ts";

/** What the disk only pretends to do. */
export type Lie = "sync of the journal" | "sync of directories" | "order of appends";

export function lyingDisk(disk: MemoryDisk, lie: Lie): Disk {
  return {
    open: async (path, mode) => {
      const file = await disk.open(path, mode);
      return path.includes(".log") ? lyingFile(file, lie) : file;
    },
    readFile: (path) => disk.readFile(path),
    size: (path) => disk.size(path),
    list: (path) => disk.list(path),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    makeDirectory: (path) => disk.makeDirectory(path),
    syncDirectory: async (path) => {
      if (lie !== "sync of directories") await disk.syncDirectory(path);
    },
    lock: (path) => disk.lock(path),
  };
}

function lyingFile(file: DiskFile, lie: Lie): DiskFile {
  const wrapped: DiskFile = {
    path: file.path,
    read: (into, offset, length, position) => file.read(into, offset, length, position),
    append: (bytes, from, to) => file.append(bytes, from, to),
    sync: () => (lie === "sync of the journal" ? Promise.resolve() : file.sync()),
    close: () => file.close(),
  };
  if (lie !== "order of appends") return wrapped;
  // The end of each piece stays in memory until the next one comes.
  let kept = new Uint8Array(0);
  wrapped.append = async (bytes, from, to) => {
    const piece = new Uint8Array([...kept, ...bytes.subarray(from, to)]);
    kept = piece.slice(Math.max(0, piece.length - 16));
    await file.append(piece, 0, piece.length - kept.length);
  };
  return wrapped;
}
