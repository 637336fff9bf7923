/**
 * From the increase between the first and last sample of a window to that of the whole window.
 *
 * The line is extended to an edge of the window when a sample was due there (a gap of at most 1.1
 * average distances), else by half an average distance; a counter is not extended below zero. A
 * known start time inside the window takes the place of the left extension (Prometheus:
 * promql/functions.go, extrapolatedRate).
 *
 * Units: times are milliseconds since the epoch, the factor is per second for rates.
 */

const DUE_FACTOR = 1.1;

export interface SampledWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

/** Seconds from the window's left edge that the line is extended by. */
function leftExtension(
  window: SampledWindow,
  sampledSeconds: number,
  averageSeconds: number,
  zeroShare: number,
): number {
  let seconds = (window.firstMs - window.startMs) / 1000;
  if (seconds >= averageSeconds * DUE_FACTOR) seconds = averageSeconds / 2;
  const toZero = sampledSeconds * zeroShare;
  return toZero < seconds ? toZero : seconds;
}

/**
 * Factor for the increase. `zeroShare` is first value / increase of a counter that can reach zero,
 * else Infinity. `startMs` is the known start of the first sample inside the window, or 0.
 */
export function extrapolationFactor(
  window: SampledWindow,
  zeroShare: number,
  startMs: number,
  rateSeconds: number,
): number {
  const fromMs = startMs === 0 ? window.firstMs : startMs;
  const betweenSeconds = (window.lastMs - window.firstMs) / 1000;
  const averageSeconds = window.count > 1 ? betweenSeconds / (window.count - 1) : 0;
  const sampledSeconds = (window.lastMs - fromMs) / 1000;
  const left = startMs === 0 ? leftExtension(window, sampledSeconds, averageSeconds, zeroShare) : 0;
  let right = (window.endMs - window.lastMs) / 1000;
  if (right >= averageSeconds * DUE_FACTOR) right = averageSeconds / 2;
  let factor = 1;
  if (sampledSeconds !== 0) factor = (sampledSeconds + left + right) / sampledSeconds;
  return rateSeconds === 0 ? factor : factor / rateSeconds;
}
