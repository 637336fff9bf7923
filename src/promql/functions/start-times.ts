/**
 * What start times of samples say about counter resets.
 *
 * 0 = unknown. A start time equal to the previous sample's time is a delta series, except when the
 * previous start time was unknown (0, the sample's own time, or invalid): then it is a cumulative
 * series whose start nobody knows.
 *
 * Units: milliseconds since the epoch.
 */

/** Whether the counter started anew between two samples. */
export function startsAnew(
  earlierStart: number,
  earlierTime: number,
  laterStart: number,
  laterTime: number,
): boolean {
  if (laterStart === 0 || laterStart >= laterTime || laterStart < earlierTime) return false;
  if (laterStart > earlierTime) return true;
  return earlierStart !== 0 && earlierStart < earlierTime;
}

/** Whether a sample claims to have begun before the previous one ended. */
export function startsOverlapping(
  earlierStart: number,
  earlierTime: number,
  laterStart: number,
): boolean {
  return laterStart !== 0 && laterStart < earlierTime && laterStart !== earlierStart;
}
