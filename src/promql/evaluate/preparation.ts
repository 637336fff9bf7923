/**
 * The parts of a stream's preparation: each runs until it is done, then the next one, none again.
 * So prepare() may be called as often as it takes, and once more after that.
 */
import type { Meter } from "./meter.ts";

export class Preparation {
  private done = 0;

  /** Runs parts until one returns false, which wants to be called again; true = all are done. */
  run(...parts: readonly (() => boolean)[]): boolean {
    while (this.done < parts.length) {
      if (!parts[this.done]!()) return false;
      this.done++;
    }
    return true;
  }
}

/**
 * A part that can be interrupted: a generator that yields the work done since it yielded last, in
 * the meter's units, wherever it may be left for a while.
 */
export function inSteps(meter: Meter, begin: () => Generator<number, void>): () => boolean {
  let steps: Generator<number, void> | null = null;
  return () => {
    steps ??= begin();
    for (let step = steps.next(); !step.done; step = steps.next()) {
      meter.checkpoint(step.value);
      if (meter.pauseWanted) return false;
    }
    return true;
  };
}
