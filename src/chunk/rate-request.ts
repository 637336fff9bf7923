/**
 * What rate(), increase() and delta() want of every series of a query.
 *
 * One request serves all series of a call, so that the kernel takes its windows over once.
 *
 * Units: times are milliseconds.
 */
export interface RateRequest {
  /** Right edge of each step's window; never falling. */
  readonly ends: Float64Array;
  /** Length of the windows, which are open on the left. */
  readonly rangeMs: number;
  /** What the result is divided by; 0 = not at all. */
  readonly rateSeconds: number;
  /** Whether a value lower than the one before is a restart from zero. */
  readonly isCounter: boolean;
}

/** Where results go: values by step, and a 1 for each step that has one. */
export interface RateResult {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
}

/** Answer when the kernel cannot do a series. */
export const NOT_IN_KERNEL = -1;
