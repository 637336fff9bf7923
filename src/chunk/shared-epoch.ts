/**
 * One epoch for all selections of a query, so that what a query of thousands of selectors costs
 * whoever drops a slot does not grow with them.
 *
 * I1  It is open from the first enter() to the leave() that no other enter() is without.
 */
import { assert } from "../base/assert.ts";
import type { ReaderEpoch, ReaderEpochs } from "./reader-epochs.ts";

export class SharedEpoch {
  private readonly epochs: ReaderEpochs;
  private epoch: ReaderEpoch | null = null;
  private users = 0;

  constructor(epochs: ReaderEpochs) {
    this.epochs = epochs;
  }

  /** The epoch; it stays open until leave(). */
  enter(): ReaderEpoch {
    this.epoch ??= this.epochs.open();
    this.users++;
    return this.epoch;
  }

  /** Ends what enter() began. */
  leave(): void {
    assert(this.epoch !== null, "a shared epoch is left as often as it was entered");
    if (--this.users > 0) return;
    this.epoch.close();
    this.epoch = null;
  }
}
