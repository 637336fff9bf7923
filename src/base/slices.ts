/**
 * Long work in slices: what takes long looks at the clock and lets everybody else run in between.
 *
 * I1  Of all that wait for a turn only one gets it before the event loop goes round: requests that
 *     have come meanwhile wait for one slice, however many works are under way.
 * I2  While a short request is under way (a write, which goes through the event loop several times
 *     before it is answered) nobody gets a turn, for PUT_OFF_MS at most. When that was not enough,
 *     turns are given until another one begins: one that stands still holds up nobody twice.
 * I3  Of works that come in one turn only one begins in it (turnToBegin).
 * I4  Slices are of SHORT_MS: a short request that arrives waits for one, so does every part of it.
 * I5  But for while short requests come without a pause: a slice of SHORT_MS to each PUT_OFF_MS
 *     would leave long work a sixth of the time, so slices are as long as they ask to be then.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "./clock.ts";

/** How long turns are put off for short requests. */
const PUT_OFF_MS = 5;
/** How long a slice is: longer ones save no CPU that shows. */
const SHORT_MS = 1;
/** How much `crowd` grows when turns were put off in vain. */
const CROWD_GROWTH = 4;
/** From here on short requests come without a pause; it grows no more at twice that. */
const CROWDED = 16;

/** Those that wait for a turn of this thread, in the order in which they came. */
const waiting: (() => void)[] = [];
let isScheduled = false;
let shortRequests = 0;
let mayPutOff = false;
let putOff: NodeJS.Timeout | null = null;
/** Grows when turns were put off in vain, less by one with each turn that nobody short is in. */
let crowd = 0;

/** How long a slice that asks for `longestMs` may be now, in ms. */
export function sliceMsNow(longestMs: number): number {
  return crowd < CROWDED ? Math.min(longestMs, SHORT_MS) : longestMs;
}

/** A short request begins: to be followed by one endShortRequest(). */
export function beginShortRequest(): void {
  shortRequests++;
  mayPutOff = true;
}

/** A short request is answered or given up. */
export function endShortRequest(): void {
  shortRequests--;
  if (shortRequests > 0 || putOff === null) return;
  clearTimeout(putOff);
  putOff = null;
  schedule();
}

function putOffTurns(): void {
  putOff ??= setTimeout(() => {
    putOff = null;
    mayPutOff = false;
    crowd = Math.min(crowd + CROWD_GROWTH, 2 * CROWDED);
    schedule();
  }, PUT_OFF_MS);
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(giveTurn);
}

function giveTurn(): void {
  isScheduled = false;
  if (shortRequests > 0 && mayPutOff) {
    putOffTurns();
    return;
  }
  if (shortRequests === 0 && crowd > 0) crowd--;
  waiting.shift()?.();
  if (waiting.length > 0) schedule();
}

/** Lets everything else that waits for the thread run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

/** Whether something long has begun in this turn of the event loop. */
let hasBegun = false;

/** What begins something long waits for a turn of its own if another has begun in this one. */
export async function turnToBegin(): Promise<void> {
  if (hasBegun) return nextTurn();
  hasBegun = true;
  setImmediate(() => {
    hasBegun = false;
  });
}

/** Work that yields wherever others may run, done in slices. */
export async function doneInSlices<Result>(
  steps: Generator<unknown, Result>,
  slices: Slices,
): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (slices.isOver()) await slices.next();
  }
}

export class Slices {
  private readonly clock: Clock;
  private readonly sliceMs: number;
  private readonly pause: () => Promise<void>;
  private startedMs: number;

  /**
   * `sliceMs` is how long a slice is at most (I4). `pause` lets others run and resolves when it is
   * our turn again; it may reject to give up.
   */
  constructor(clock: Clock, sliceMs: number, pause: () => Promise<void> = nextTurn) {
    this.clock = clock;
    this.sliceMs = sliceMs;
    this.pause = pause;
    this.startedMs = clock.monotonicMs();
  }

  /** Whether this slice has lasted long enough. */
  isOver(): boolean {
    return this.clock.monotonicMs() - this.startedMs >= sliceMsNow(this.sliceMs);
  }

  /** Lets others run; the next slice begins. */
  async next(): Promise<void> {
    await this.pause();
    this.startedMs = this.clock.monotonicMs();
  }
}
