/**
 * Timers come in from outside, so that a simulation decides when they fire.
 *
 * Units: milliseconds.
 */

/** Calls `work` once after `ms` milliseconds. */
export type Delay = (ms: number, work: () => void) => void;

/** The machine's timers; they do not keep the process alive. */
export const systemDelay: Delay = (ms, work) => {
  setTimeout(work, ms).unref();
};
