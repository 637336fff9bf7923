/**
 * Seeded randomness: sfc32, small and reproducible on every platform.
 *
 * The same seed gives the same stream for ever; nothing in src/ calls Math.random.
 */

export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: number) {
    this.a = seed | 0;
    this.b = 0x9e3779b9 | 0;
    this.c = 0x243f6a88 | 0;
    this.counter = 1;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  /** Next 32 random bits as an unsigned integer. */
  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** Uniform integer in [0, bound); bound at most 2^32. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  /** Normal variate, mean 0 and deviation 1 (Box-Muller). */
  normal(): number {
    const u = 1 - this.float();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.float());
  }
}
