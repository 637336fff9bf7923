/** The browser's clocks: the only place of the page where they are read. */

/** Milliseconds since the epoch. */
export function nowMs(): number {
  return Date.now();
}

/** Milliseconds from an arbitrary start, never going back. */
export function monotonicMs(): number {
  return performance.now();
}
