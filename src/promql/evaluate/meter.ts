/**
 * What one query has used, and whether it must stop or pause.
 *
 * I1  heldSamples is the number of samples and results in memory at a time; passing the limit ends
 *     the query.
 * I2  checkpoint() is called between series, never inside a loop over steps or samples, but for the
 *     steps of functions that look at every sample of their window; it looks at the clock once in
 *     CHECK_WORK units of work (about a sample each), and at first more often: what has not run yet
 *     runs very slowly.
 * I3  When the time slice is over, `pauseWanted` is true; who consumes a stream returns then and
 *     is called again in the next slice. Selectors throw PAUSE then instead of moving on, and so
 *     does a function between two parts of a long series: Evaluation.run() catches it. Whatever
 *     stands between may be called again after it (vector-stream.ts).
 *
 * I4  Characters of label values that a query makes are counted and never given back: its label
 *     sets are held until it ends. One value may be as long as a stored one. What is asked for is
 *     counted before it is made.
 *
 * Units: deadlines are monotonic milliseconds of the clock; lengths are UTF-16 units.
 */
import type { Clock } from "../../base/clock.ts";
import { TsdbError } from "../../base/errors.ts";
import { LABEL_VALUE_BYTES_MAX } from "../../series/label-codes.ts";

/** A look at the clock takes 0.2 us; so many units are 20 us of work at least. */
const CHECK_WORK = 5000;
/** Before the first look; twice as much before the next one, and so on. */
const FIRST_CHECK_WORK = 16;
/** A series costs at least this much work, whatever its length. */
const SERIES_WORK = 16;
/** Of all label values that one query makes. */
const MADE_LENGTH_MAX = 64 << 20;
/** Characters of a made label value that are as much work as a sample. */
const LENGTH_PER_WORK = 4;

class Pause extends Error {}

/** Thrown by pausePoint(); it is no error. */
export const PAUSE = new Pause("the time slice is over");

export interface MeterLimits {
  readonly clock: Clock;
  /** 0 = no limit. */
  readonly timeoutMs: number;
  readonly samplesMax: number;
  /** Whether the asker has gone away. */
  readonly isCanceled: () => boolean;
}

export class Meter {
  private readonly limits: MeterLimits;
  private readonly deadlineMs: number;
  private sliceEndMs = Number.POSITIVE_INFINITY;
  private pause = false;
  private hasMoved = false;
  private work = 0;
  /** Work before the next look. */
  private checkWork = FIRST_CHECK_WORK;
  private held = 0;
  private peak = 0;
  private madeLength = 0;

  constructor(limits: MeterLimits) {
    this.limits = limits;
    this.deadlineMs =
      limits.timeoutMs > 0
        ? limits.clock.monotonicMs() + limits.timeoutMs
        : Number.POSITIVE_INFINITY;
  }

  /** Highest number of samples held at a time. */
  get peakSamples(): number {
    return this.peak;
  }

  /** Counts samples that stay in memory. Throws QUERY_TOO_MANY_SAMPLES past the limit. */
  hold(samples: number): void {
    this.held += samples;
    if (this.held > this.peak) this.peak = this.held;
    if (this.held > this.limits.samplesMax) {
      throw new TsdbError(
        "QUERY_TOO_MANY_SAMPLES",
        "query processing would load too many samples into memory in query execution",
      );
    }
  }

  release(samples: number): void {
    this.held -= samples;
  }

  /**
   * Counts a label value of `length` that `maker` is about to make. Throws QUERY_EXECUTION when it
   * is longer than a value may be, or all that the query has made are.
   */
  makeLabel(length: number, maker: string): void {
    if (length > LABEL_VALUE_BYTES_MAX) {
      throw new TsdbError(
        "QUERY_EXECUTION",
        `label value of ${length} characters in ${maker}() is longer than the` +
          ` ${LABEL_VALUE_BYTES_MAX} allowed`,
      );
    }
    this.madeLength += length;
    if (this.madeLength > MADE_LENGTH_MAX) {
      throw new TsdbError(
        "QUERY_EXECUTION",
        `label values made by the query have more than the ${MADE_LENGTH_MAX} characters` +
          ` allowed, in ${maker}()`,
      );
    }
    this.checkpoint(Math.ceil(length / LENGTH_PER_WORK));
  }

  /** Whether a consumer should return now and be called again later. */
  get pauseWanted(): boolean {
    return this.pause;
  }

  /**
   * A place at which the evaluation may stop and be called again; the first one of a slice is
   * passed in any case, so that every slice gets on. Throws PAUSE.
   */
  pausePoint(): void {
    if (this.pause && this.hasMoved) throw PAUSE;
    this.hasMoved = true;
  }

  /** Lets the evaluation run for `ms` before it is asked to pause. */
  beginSlice(ms: number): void {
    this.sliceEndMs = this.limits.clock.monotonicMs() + ms;
    this.hasMoved = false;
    this.look();
  }

  /** Counts the work of one series. Throws QUERY_TIMEOUT or QUERY_CANCELED. */
  checkpoint(samples: number): void {
    this.work += samples + SERIES_WORK;
    if (this.work < this.checkWork) return;
    this.checkWork = Math.min(CHECK_WORK, 2 * this.checkWork);
    this.look();
  }

  /** Looks at the clock and the asker now. Throws QUERY_TIMEOUT or QUERY_CANCELED. */
  look(): void {
    this.work = 0;
    const now = this.limits.clock.monotonicMs();
    if (now >= this.deadlineMs) {
      throw new TsdbError("QUERY_TIMEOUT", "query timed out in expression evaluation");
    }
    if (this.limits.isCanceled()) {
      throw new TsdbError("QUERY_CANCELED", "query was canceled in expression evaluation");
    }
    this.pause = now >= this.sliceEndMs;
  }
}
