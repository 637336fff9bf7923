/**
 * Durations as Prometheus writes them: "4h", "1h30m", "15s", "0".
 *
 * Units y w d h m s ms, each at most once, largest first, whole numbers only; a year is 365 days
 * and a week 7. "0" needs no unit.
 *
 * Units: results are milliseconds.
 */

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

const UNIT_MS: readonly number[] = [
  31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1,
];
const UNIT_NAMES: readonly string[] = ["y", "w", "d", "h", "m", "s", "ms"];
/** Index of the day in UNIT_MS: whole weeks and years are written only when nothing is left. */
const DAY_UNIT = 2;

/** Milliseconds of a duration text, or null when it is not one. */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  const match = PATTERN.exec(text);
  if (match === null || text === "") return null;
  let total = 0;
  for (let unit = 0; unit < UNIT_MS.length; unit++) {
    total += Number(match[unit + 1] ?? 0) * (UNIT_MS[unit] as number);
  }
  return total;
}

/** Writes whole milliseconds as the shortest duration text that parses back to them. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  let rest = durationMs;
  let text = "";
  for (let unit = 0; unit < UNIT_MS.length; unit++) {
    const unitMs = UNIT_MS[unit] as number;
    if (unit < DAY_UNIT && rest % unitMs !== 0) continue;
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${UNIT_NAMES[unit]}`;
    rest -= count * unitMs;
  }
  return text;
}
