/**
 * Chance that needs no state: the same place always draws the same number.
 *
 * A run that begins at a restart goes on with the values that it would have had without one. The
 * mixing is murmur3's finaliser.
 */

/** 32 random bits, unsigned, for a place named by three numbers. */
export function drawBits(seed: number, series: number, moment: number): number {
  let bits = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1);
  bits = Math.imul(bits ^ series ^ (bits >>> 15), 0x85ebca6b);
  bits = Math.imul(bits ^ moment ^ (bits >>> 13), 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Uniform in (0, 1). */
export function drawFraction(seed: number, series: number, moment: number): number {
  return (drawBits(seed, series, moment) + 0.5) / 2 ** 32;
}

/** Normal variate, mean 0 and deviation 1 (Box-Muller). */
export function drawNormal(seed: number, series: number, moment: number): number {
  const radius = Math.sqrt(-2 * Math.log(drawFraction(seed, series, 2 * moment)));
  return radius * Math.cos(2 * Math.PI * drawFraction(seed, series, 2 * moment + 1));
}
