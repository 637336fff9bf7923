/**
 * The exponent of a curve: work that grows as its size has 1, work that does not grow has 0.
 *
 * The least squares slope of log(y) over log(x).
 */

/** At least two points with different x; everything positive. */
export function exponentOf(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  let [above, below] = [0, 0];
  for (const [x, y] of logs) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}
