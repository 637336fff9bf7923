/**
 * The parts of a stream's preparation: each runs until it is done, then the next one, none again.
 * So prepare() may be called as often as it takes, and once more after that.
 */
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
