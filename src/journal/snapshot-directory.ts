/**
 * The directory of the snapshots: what is in it, and what goes when.
 *
 * I1  A name is never used twice: the next sequence number is above every one seen in a name.
 * I2  A manifest is removed, durably, before the files that only it names.
 * I3  Files of a snapshot whose manifest is there but unreadable are no leftovers: they go when
 *     the manifest goes.
 */
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { MANIFEST_BYTES_MAX } from "./snapshot-format.ts";
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestReading,
  nameOfEntry,
} from "./snapshot-manifest.ts";
import { manifestName, type ParsedName, parseName, temporaryName } from "./snapshot-names.ts";

export class SnapshotDirectory {
  readonly disk: Disk;
  readonly path: string;

  constructor(disk: Disk, path: string) {
    this.disk = disk;
    this.path = path;
  }

  pathOf(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Everything of ours in the directory. */
  async names(): Promise<ParsedName[]> {
    const names = await this.disk.list(this.path);
    return names.map(parseName).filter((name) => name !== null);
  }

  /** Sequence numbers of the manifests, newest first. */
  async sequences(): Promise<number[]> {
    const manifests = (await this.names()).filter((name) => name.kind === "manifest");
    return manifests.map((name) => name.sequence).sort((a, b) => b - a);
  }

  /** A sequence number that no name has had. */
  async nextSequence(): Promise<number> {
    return (await this.names()).reduce((most, name) => Math.max(most, name.sequence), 0) + 1;
  }

  /** Reads the manifest of a snapshot; a failing disk counts as damage. */
  async readManifest(sequence: number): Promise<ManifestReading> {
    const path = this.pathOf(manifestName(sequence));
    try {
      const length = await this.disk.size(path);
      if (length > MANIFEST_BYTES_MAX) {
        const reason = `manifest has ${length} bytes; want at most ${MANIFEST_BYTES_MAX}`;
        return { kind: "damaged", offset: MANIFEST_BYTES_MAX, reason };
      }
      return decodeManifest(await this.disk.readFile(path), sequence);
    } catch (error) {
      if (!(error instanceof TsdbError)) throw error;
      return { kind: "damaged", offset: 0, reason: error.message };
    }
  }

  /** Makes a snapshot whose files are durable exist: temporary file, rename, directory. */
  async commit(manifest: Manifest): Promise<void> {
    const bytes = encodeManifest(manifest);
    const temporary = this.pathOf(temporaryName(manifest.sequence));
    await this.disk.syncDirectory(this.path);
    const file = await this.disk.open(temporary, "create");
    try {
      await file.append(bytes, 0, bytes.length);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.disk.rename(temporary, this.pathOf(manifestName(manifest.sequence)));
    await this.disk.syncDirectory(this.path);
  }

  /** Removes what an interrupted snapshot left, see I3. Returns how many files went. */
  async removeLeftovers(): Promise<number> {
    const names = await this.names();
    const owned = new Set(names.filter((n) => n.kind === "manifest").map((n) => n.sequence));
    const used = await this.filesOf([...owned]);
    const leftovers = names.filter(
      (n) => n.kind === "temporary" || (!owned.has(n.sequence) && !used.has(n.name)),
    );
    return this.removeAll(leftovers);
  }

  /** Keeps the snapshots `kept`, removes all others. Returns how many files went. */
  async keepOnly(kept: readonly number[]): Promise<number> {
    const names = await this.names();
    const used = await this.filesOf(kept);
    const gone = names.filter((n) => !kept.includes(n.sequence));
    const manifests = gone.filter((n) => n.kind === "manifest");
    const files = gone.filter((n) => n.kind !== "manifest" && !used.has(n.name));
    return (await this.removeAll(manifests)) + (await this.removeAll(files));
  }

  /** Names of the files that the manifests of these snapshots list. */
  private async filesOf(sequences: readonly number[]): Promise<Set<string>> {
    const used = new Set<string>();
    for (const sequence of sequences) {
      const reading = await this.readManifest(sequence);
      if (reading.kind !== "manifest") continue;
      for (const file of reading.manifest.files) used.add(nameOfEntry(file));
    }
    return used;
  }

  private async removeAll(names: readonly ParsedName[]): Promise<number> {
    for (const { name } of names) await this.disk.remove(this.pathOf(name));
    if (names.length > 0) await this.disk.syncDirectory(this.path);
    return names.length;
  }
}
