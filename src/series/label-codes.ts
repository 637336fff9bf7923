/**
 * What can be wrong with a label set that arrives: small codes, counted, never thrown.
 */

export const LabelCode = {
  valid: 0,
  malformed: 1,
  missingMetricName: 2,
  emptyName: 3,
  duplicateName: 4,
  invalidUtf8: 5,
  tooManyLabels: 6,
  nameTooLong: 7,
  valueTooLong: 8,
} as const;

export type LabelCode = (typeof LabelCode)[keyof typeof LabelCode];

/** Labels a series may carry. */
export const LABELS_PER_SERIES_MAX = 128;
/** Bytes of a label name. */
export const LABEL_NAME_BYTES_MAX = 1024;
/** Bytes of a label value: well below a text segment, far above any sane use. */
export const LABEL_VALUE_BYTES_MAX = 64 << 10;
