/** Files on a simulated disk, for configurations that name others. */
import type { Disk } from "../../src/base/disk.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";

export async function writeFile(disk: Disk, path: string, text: string): Promise<void> {
  await disk.remove(path).catch(() => {});
  const file = await disk.open(path, "create");
  const bytes = new TextEncoder().encode(text);
  await file.append(bytes, 0, bytes.length);
  await file.close();
}

/** A disk with these files below /etc. */
export async function diskOf(files: Readonly<Record<string, string>>): Promise<MemoryDisk> {
  const disk = new MemoryDisk(1);
  await disk.makeDirectory("/etc");
  for (const [name, text] of Object.entries(files)) await writeFile(disk, `/etc/${name}`, text);
  return disk;
}
