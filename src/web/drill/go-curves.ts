/**
 * What real Go read in the drill of docs/fragmentation.md: the same allocations replayed in
 * processes of Go 1.15.15, 1.19.8, 1.24.4 and 1.26.10, read once an hour right after a collection.
 *
 * Its chunk sizes were drawn from the same distribution by another generator, so its curves lie
 * beside those of a drill and not on them.
 *
 * Units: bytes; hours from the start of the simulation.
 */
import type { DrillReport } from "../../http/api-types.ts";

interface GoColumns {
  readonly inuse: readonly number[];
  readonly gap: readonly number[];
}

interface GoVersionCurves {
  readonly before: GoColumns;
  readonly runs: Readonly<Record<string, GoColumns>>;
}

export type GoQuantity = keyof GoColumns;

const SAME: Readonly<Record<string, number | string>> = {
  seriesCount: 2000,
  hours: 72,
  restartHour: 36,
  windowMs: 14_400_000,
  windowCount: 8,
  values: "sized",
  chunkBytesMedian: 1900,
  chunkBytesSigma: 0.35,
};

/**
 * Curves of hours 1 to 72 by run, the shared hours before the restart as "no restart"; null when
 * the drill is another one than was measured.
 */
export async function goCurves(
  { scenario }: DrillReport,
  quantity: GoQuantity,
): Promise<ReadonlyMap<string, readonly (number | null)[]> | null> {
  if (Object.entries(SAME).some(([name, value]) => scenario[name] !== value)) return null;
  const { default: all } = await import("./go-curves.json");
  const version = (all as Readonly<Record<string, GoVersionCurves>>)[String(scenario["goVersion"])];
  if (version === undefined) return null;
  const before = version.before[quantity];
  const none: null[] = before.map(() => null);
  const runs = Object.entries(version.runs).map(([name, columns]) => {
    return [name, [...none, ...columns[quantity]]] as const;
  });
  return new Map<string, readonly (number | null)[]>([["no restart", before], ...runs]);
}
