/**
 * Names of snapshot files and what they say (docs/format/snapshot.md, Files).
 */

export type SnapshotFileKind = "manifest" | "index" | "chunks" | "temporary";

/** What a name tells. `ordinal` is 0 for everything but chunk files. */
export interface ParsedName {
  readonly name: string;
  readonly kind: SnapshotFileKind;
  readonly sequence: number;
  readonly ordinal: number;
}

const PATTERN = /^snapshot-(\d{8,10})(?:-(\d{4,9}))?\.(manifest|index|chunks|manifest\.tmp)$/;

function stem(sequence: number): string {
  return `snapshot-${String(sequence).padStart(8, "0")}`;
}

export function manifestName(sequence: number): string {
  return `${stem(sequence)}.manifest`;
}

/** Name of a manifest before it is whole. */
export function temporaryName(sequence: number): string {
  return `${stem(sequence)}.manifest.tmp`;
}

export function indexName(sequence: number): string {
  return `${stem(sequence)}.index`;
}

export function chunksName(sequence: number, ordinal: number): string {
  return `${stem(sequence)}-${String(ordinal).padStart(4, "0")}.chunks`;
}

/** What a name tells, or null when it is not one of ours. */
export function parseName(name: string): ParsedName | null {
  const match = PATTERN.exec(name);
  if (!match) return null;
  const [, digits, ordinal, suffix] = match;
  if ((ordinal !== undefined) !== (suffix === "chunks")) return null;
  const kind = suffix === "manifest.tmp" ? "temporary" : (suffix as SnapshotFileKind);
  return { name, kind, sequence: Number(digits), ordinal: Number(ordinal ?? 0) };
}
