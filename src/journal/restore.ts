/**
 * Restore: the newest snapshot that is whole, into an empty store.
 *
 * I1  Every attempt gets a new target; one that failed is forgotten with all it took.
 * I2  Damage makes an attempt go on with the next older snapshot and is always reported. Snapshots
 *     share files, so that all may be damaged at one place: when none is whole, the newest whose
 *     index is whole is read, without the blocks of chunks that are damaged.
 * I3  A snapshot of another version or configuration ends the search: TsdbError
 *     SNAPSHOT_INCOMPATIBLE, both values in its text. Nothing of it has been taken by then.
 *
 * Units: …Ms milliseconds (times since the epoch); offsets are bytes.
 */
import { TsdbError } from "../base/errors.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import type { SnapshotDirectory } from "./snapshot-directory.ts";
import { ANY_WINDOW, VERSIONS_READ } from "./snapshot-format.ts";
import type {
  FileEntry,
  Manifest,
  ManifestReading,
  SnapshotConfiguration,
} from "./snapshot-manifest.ts";
import { manifestName } from "./snapshot-names.ts";
import {
  type DamageTaker,
  type Progress,
  type ReadCounts,
  readSnapshot,
} from "./snapshot-reader.ts";

/** A snapshot that could not be used. */
export interface DamageReport {
  readonly sequence: number;
  readonly file: string;
  readonly offset: number;
  readonly reason: string;
  /** When it was begun; null when its manifest is unreadable. */
  readonly createdMs: number | null;
  /** What is gone with it, in words. */
  readonly lost: string;
}

export type RestoreOutcome<Target> =
  | { readonly kind: "empty" }
  | {
      readonly kind: "restored";
      readonly target: Target;
      readonly manifest: Manifest;
      readonly counts: ReadCounts;
      readonly damage: readonly DamageReport[];
    }
  | { readonly kind: "unreadable"; readonly damage: readonly DamageReport[] };

export interface RestoreOptions<Target extends RestoreTarget> {
  readonly directory: SnapshotDirectory;
  /** What the snapshot must have been written under. */
  readonly configuration: SnapshotConfiguration;
  /** Makes an empty target. */
  readonly newTarget: () => Target;
  readonly onProgress: Progress;
  /** Adds what the journal has from the snapshot's position on. */
  readonly replay?: (target: Target, manifest: Manifest, counts: ReadCounts) => Promise<void>;
}

/** Damage before it is known what could be restored instead. */
type Damage = Omit<DamageReport, "lost">;

/** Restores the newest whole snapshot of a directory. */
export async function restoreNewest<Target extends RestoreTarget>(
  options: RestoreOptions<Target>,
): Promise<RestoreOutcome<Target>> {
  const { directory } = options;
  const damage: Damage[] = [];
  const readable: Manifest[] = [];
  const sequences = await directory.sequences();
  for (const sequence of sequences) {
    const reading = await directory.readManifest(sequence);
    const manifest = usableManifest(sequence, reading, options.configuration, damage);
    if (manifest === null) continue;
    readable.push(manifest);
    const restored = await attempt(options, manifest, null, (error) => {
      const { file, offset, reason } = error;
      damage.push({ sequence, file, offset, reason, createdMs: manifest.createdMs });
    });
    if (restored !== null) return { ...restored, damage: worded(damage, manifest) };
  }
  if (sequences.length === 0) return { kind: "empty" };
  for (const manifest of readable) {
    const left: DamageReport[] = [];
    const takeDamage: DamageTaker = (error, entry) => left.push(lostIn(manifest, error, entry));
    const salvaged = await attempt(options, manifest, takeDamage, () => {});
    if (salvaged !== null) return { ...salvaged, damage: left };
  }
  return { kind: "unreadable", damage: worded(damage, null) };
}

/** Restores one snapshot into a new target; null when it is damaged, which `onDamage` is told. */
async function attempt<Target extends RestoreTarget>(
  { directory, newTarget, onProgress, replay }: RestoreOptions<Target>,
  manifest: Manifest,
  takeDamage: DamageTaker | null,
  onDamage: (damage: SnapshotDamage) => void,
) {
  const target = newTarget();
  try {
    const counts = await readSnapshot(directory, manifest, target, onProgress, takeDamage);
    await replay?.(target, manifest, counts);
    target.finish();
    return { kind: "restored", target, manifest, counts } as const;
  } catch (error) {
    if (!(error instanceof SnapshotDamage)) throw error;
    onDamage(error);
    return null;
  }
}

/** What damage of a chunk file took with it, when the rest of the snapshot was read. */
function lostIn(
  { sequence, createdMs, configuration }: Manifest,
  { file, offset, reason }: SnapshotDamage,
  entry: FileEntry,
): DamageReport {
  const startMs = entry.window * configuration.chunkWindowMs;
  const when =
    entry.window === ANY_WINDOW ? "chunks" : `chunks of ${new Date(startMs).toISOString()}`;
  return { sequence, file, offset, reason, createdMs, lost: `${when} that lie in this block` };
}

/** The manifest when it can be used; null when it is damaged, which is noted. */
function usableManifest(
  sequence: number,
  reading: ManifestReading,
  wanted: SnapshotConfiguration,
  damage: Damage[],
): Manifest | null {
  const file = manifestName(sequence);
  if (reading.kind === "damaged") {
    const { offset, reason } = reading;
    damage.push({ sequence, file, offset, reason, createdMs: null });
    return null;
  }
  if (reading.kind === "other-version") {
    const text = `${file} has format version ${reading.version}; this program reads versions`;
    throw new TsdbError("SNAPSHOT_INCOMPATIBLE", `${text} ${VERSIONS_READ.join(" and ")}`);
  }
  const differences = differencesOf(reading.manifest.configuration, wanted);
  if (differences.length === 0) return reading.manifest;
  throw new TsdbError(
    "SNAPSHOT_INCOMPATIBLE",
    `${file} was written under ${differences.join(" and ")}; ` +
      "use the setting it was written under, or another directory",
  );
}

function differencesOf(written: SnapshotConfiguration, wanted: SnapshotConfiguration): string[] {
  const settings = [
    ["a chunk window of", written.chunkWindowMs, wanted.chunkWindowMs, " ms"],
    ["chunks per series of", written.chunksPerSeries, wanted.chunksPerSeries, ""],
  ] as const;
  return settings
    .filter(([, then, now]) => then !== now)
    .map(([name, then, now, unit]) => `${name} ${then}${unit} (this process: ${now}${unit})`);
}

/** Says of each damaged snapshot what is gone with it. */
function worded(damage: readonly Damage[], restored: Manifest | null): DamageReport[] {
  return damage.map((one) => {
    const until = one.createdMs === null ? "it" : new Date(one.createdMs).toISOString();
    const lost =
      restored === null
        ? `everything up to ${until}: no older snapshot is whole`
        : `what came between ${new Date(restored.createdMs).toISOString()} and ${until}`;
    return { ...one, lost };
  });
}
