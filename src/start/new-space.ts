/**
 * How large V8's new space becomes.
 *
 * V8 doubles it, up to 32 MiB, whenever so much of it has survived, and under remote write all of
 * it is touched again and again, though next to nothing survives there: memory that is resident and
 * too large for a processor's cache (docs/adr/0029-a-small-new-space.md). Its greatest size can
 * only be set on the command line, the factor by which it grows at any time.
 *
 * I1  From BYTES_MAX on it grows no more. V8 may double it once more before that is noticed.
 * I2  When V8 has made it smaller, it may grow again.
 * I3  Begun after the program was loaded: code that V8 compiled before is only good for the flags
 *     that it was compiled under (bundled-program.ts).
 *
 * Units: bytes, of both halves together.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const BYTES_MAX = 8 * 2 ** 20;
const GROWTH = 2;
const NO_GROWTH = 1;

/** What is known of the new space, and what is done to it. */
export interface NewSpace {
  bytes(): number;
  /** Says by what it grows. */
  setGrowth(factor: number): void;
}

export class NewSpaceLimit {
  private readonly space: NewSpace;
  private growth = GROWTH;

  constructor(space: NewSpace) {
    this.space = space;
  }

  /** To be called after each collection. */
  look(): void {
    const growth = this.space.bytes() < BYTES_MAX ? GROWTH : NO_GROWTH;
    if (growth === this.growth) return;
    this.growth = growth;
    this.space.setGrowth(growth);
  }
}

function ownSpace(): NewSpace {
  return {
    bytes() {
      const isNew = ({ space_name }: { space_name: string }) => space_name === "new_space";
      return getHeapSpaceStatistics().find(isNew)?.space_size ?? 0;
    },
    setGrowth: (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`),
  };
}

/** Keeps the new space of this process small. */
export function limitNewSpace(): void {
  const limit = new NewSpaceLimit(ownSpace());
  new PerformanceObserver(() => limit.look()).observe({ entryTypes: ["gc"] });
}
