/**
 * The text of a job's result on the thread that asked for it: portions as they come, to be taken
 * piece by piece.
 *
 * I1  It is taken once, by one reader; who stops before its end cancels the job.
 * I2  A portion counts as taken when its last piece was, so that the other thread keeps near.
 */
import { cancelJob, type JobControl, portionTaken } from "./job-control.ts";

/** Pieces of UTF-8. */
type Portion = readonly Uint8Array[];

export class JobText implements AsyncIterable<Uint8Array> {
  private readonly control: JobControl;
  private readonly portions: Portion[] = [];
  private isWhole = false;
  private error: Error | null = null;
  private wake: (() => void) | null = null;

  constructor(control: JobControl) {
    this.control = control;
  }

  add(portion: Portion, isLast: boolean): void {
    this.portions.push(portion);
    this.isWhole = isLast;
    this.wake?.();
  }

  /** No more portions come; the reader fails with the error behind those that came. */
  fail(error: Error): void {
    this.error = error;
    this.wake?.();
  }

  /** The first portion and, if more come, what reads these. */
  opened(): { readonly pieces: Portion; readonly rest: AsyncIterable<Uint8Array> | null } {
    const pieces = this.portions.shift() ?? [];
    portionTaken(this.control);
    return { pieces, rest: this.isWhole && this.portions.length === 0 ? null : this };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (let portion = await this.next(); portion !== null; portion = await this.next()) {
        yield* portion;
        portionTaken(this.control);
      }
    } finally {
      if (!this.isWhole) cancelJob(this.control);
    }
  }

  /** The next portion, null = that was the last. */
  private async next(): Promise<Portion | null> {
    for (;;) {
      const portion = this.portions.shift();
      if (portion !== undefined) return portion;
      if (this.isWhole) return null;
      if (this.error !== null) throw this.error;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
