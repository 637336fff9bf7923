/**
 * What became of an exemplar: small codes, counted, never thrown.
 */

export const ExemplarCode = {
  stored: 0,
  /** The newest exemplar of its series is the same. */
  unchanged: 1,
  /** It does not come after the newest exemplar of its series. */
  outOfOrder: 2,
  /** Its labels have more than EXEMPLAR_LABELS_MAX characters. */
  labelsTooLong: 3,
  invalidLabels: 4,
  /** No sample of its series is held. */
  unknownSeries: 5,
  /** Before the oldest window that is kept, or too far ahead of the clock. */
  outOfBounds: 6,
  /** No exemplars are stored. */
  disabled: 7,
} as const;

export type ExemplarCode = (typeof ExemplarCode)[keyof typeof ExemplarCode];

export const EXEMPLAR_CODE_COUNT = 8;

/** Names of the refusals in metrics, by code. */
export const EXEMPLAR_REASONS: readonly (readonly [code: ExemplarCode, label: string])[] = [
  [ExemplarCode.outOfOrder, "out_of_order"],
  [ExemplarCode.labelsTooLong, "labels_too_long"],
  [ExemplarCode.invalidLabels, "invalid_labels"],
  [ExemplarCode.unknownSeries, "unknown_series"],
  [ExemplarCode.outOfBounds, "out_of_bounds"],
  [ExemplarCode.disabled, "disabled"],
];

/** Characters that the names and values of an exemplar's labels may have together. */
export const EXEMPLAR_LABELS_MAX = 128;
