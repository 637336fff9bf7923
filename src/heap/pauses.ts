/**
 * Lengths of the simulated collections' stop-the-world parts: the last 256, as the runtime keeps.
 *
 * Units: seconds.
 */

const KEPT = 256;

export class Pauses {
  private readonly ring = new Float64Array(KEPT);
  private recorded = 0;
  private total = 0;

  get count(): number {
    return this.recorded;
  }

  get sumSeconds(): number {
    return this.total;
  }

  add(seconds: number): void {
    this.ring[this.recorded % KEPT] = seconds;
    this.recorded++;
    this.total += seconds;
  }

  /** Becomes equal to another. */
  copyFrom(other: Pauses): void {
    this.ring.set(other.ring);
    this.recorded = other.recorded;
    this.total = other.total;
  }

  /** As debug.ReadGCStats has them: minimum, quartiles, maximum; zeros when there were none. */
  quantiles(): readonly [number, number, number, number, number] {
    const kept = this.ring.slice(0, Math.min(this.recorded, KEPT)).sort();
    const at = (part: number) => kept[Math.floor(((kept.length - 1) * part) / 4)] ?? 0;
    return [at(0), at(1), at(2), at(3), at(4)];
  }
}
