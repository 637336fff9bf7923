/**
 * Looking at the snapshots of a directory without a store: listing and verifying.
 *
 * Verifying reads every byte of every snapshot, recomputes every checksum and walks every record;
 * the chunks' streams are not decoded. Nothing is changed; no configuration is asked for.
 *
 * Units: …Ms milliseconds since the epoch; bytes are bytes.
 */
import type { RestoreTarget } from "./restore-target.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import { bytesOfFiles, type Manifest } from "./snapshot-manifest.ts";
import { manifestName } from "./snapshot-names.ts";
import { type Progress, type ReadCounts, readSnapshot } from "./snapshot-reader.ts";

/** What a manifest says. */
export type SnapshotListing =
  | { readonly kind: "manifest"; readonly manifest: Manifest; readonly bytes: number }
  | { readonly kind: "unreadable"; readonly sequence: number; readonly reason: string };

/** What verifying a snapshot found. */
export type SnapshotVerdict =
  | { readonly kind: "whole"; readonly sequence: number; readonly counts: ReadCounts }
  | {
      readonly kind: "damaged";
      readonly sequence: number;
      readonly file: string;
      readonly offset: number;
      readonly reason: string;
    };

/** Takes everything and keeps nothing. */
class NoTarget implements RestoreTarget {
  private last = 0;

  beginIndex(): void {}

  symbol(): number {
    return this.last++;
  }

  pair(): number {
    return this.last++;
  }

  series(): number {
    return this.last++;
  }

  tombstones(): void {}

  exemplar(): void {}

  exemplarsEnd(): void {}

  family(): void {}

  endIndex(): void {}

  chunks(_saved: unknown, _batch: unknown, _from: number, to: number): number {
    return to;
  }

  finish(): void {}
}

/** The snapshots of a directory, newest first. */
export async function listSnapshots(directory: SnapshotDirectory): Promise<SnapshotListing[]> {
  const listings: SnapshotListing[] = [];
  for (const sequence of await directory.sequences()) {
    const reading = await directory.readManifest(sequence);
    if (reading.kind === "manifest") {
      const { manifest } = reading;
      listings.push({ kind: "manifest", manifest, bytes: bytesOfFiles(manifest) });
    } else {
      const reason = reading.kind === "damaged" ? reading.reason : `version ${reading.version}`;
      listings.push({ kind: "unreadable", sequence, reason });
    }
  }
  return listings;
}

/** Verifies every snapshot of a directory, newest first. */
export async function verifySnapshots(
  directory: SnapshotDirectory,
  onProgress: Progress,
): Promise<SnapshotVerdict[]> {
  const verdicts: SnapshotVerdict[] = [];
  for (const sequence of await directory.sequences()) {
    verdicts.push(await verifySnapshot(directory, sequence, onProgress));
  }
  return verdicts;
}

async function verifySnapshot(
  directory: SnapshotDirectory,
  sequence: number,
  onProgress: Progress,
): Promise<SnapshotVerdict> {
  const reading = await directory.readManifest(sequence);
  const file = manifestName(sequence);
  if (reading.kind === "other-version") {
    const reason = `format version ${reading.version} is unknown`;
    return { kind: "damaged", sequence, file, offset: 0, reason };
  }
  if (reading.kind === "damaged") return { ...reading, sequence, file };
  try {
    const { manifest } = reading;
    const counts = await readSnapshot(directory, manifest, new NoTarget(), onProgress);
    return { kind: "whole", sequence, counts };
  } catch (error) {
    if (!(error instanceof SnapshotDamage)) throw error;
    const { file: where, offset, reason } = error;
    return { kind: "damaged", sequence, file: where, offset, reason };
  }
}
