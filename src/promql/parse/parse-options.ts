/** Which of PromQL's switchable parts a parser accepts. */

export interface ParseOptions {
  /** Functions and aggregations marked experimental in functions/signatures.ts. */
  readonly experimentalFunctions: boolean;
  /** Arithmetic in durations: [5m * 2], offset step(). */
  readonly durationExpressions: boolean;
  /** The selector modifiers `anchored` and `smoothed`. */
  readonly extendedSelectors: boolean;
  /** The binary modifiers fill, fill_left and fill_right. */
  readonly fillModifiers: boolean;
}

/** What a Prometheus 3.5 without feature flags accepts. */
export const STABLE_SYNTAX: ParseOptions = {
  experimentalFunctions: false,
  durationExpressions: false,
  extendedSelectors: false,
  fillModifiers: false,
};

/** Everything this parser knows. */
export const FULL_SYNTAX: ParseOptions = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedSelectors: true,
  fillModifiers: true,
};
