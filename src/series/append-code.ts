/**
 * What became of one sample: small codes, counted in a column, never thrown.
 *
 * Wording follows Prometheus where it has a word for the case.
 */

export const AppendCode = {
  stored: 0,
  unchanged: 1,
  outOfOrder: 2,
  duplicate: 3,
  tooOld: 4,
  tooFarInFuture: 5,
  seriesLimit: 6,
  invalidLabels: 7,
  invalidHistogram: 8,
} as const;

export type AppendCode = (typeof AppendCode)[keyof typeof AppendCode];

/** How many codes there are: the length of a column of counts. */
export const APPEND_CODE_COUNT = 9;

/** What is said of each code: the metric label and the words in a reply. */
export const APPEND_REASONS: readonly { readonly label: string; readonly words: string }[] = [
  { label: "stored", words: "stored" },
  { label: "unchanged", words: "already stored" },
  { label: "out_of_order", words: "out of order sample" },
  { label: "duplicate", words: "duplicate sample for timestamp" },
  { label: "too_old", words: "too old sample" },
  { label: "too_far_in_future", words: "sample is too far in the future" },
  { label: "series_limit", words: "series limit reached" },
  { label: "invalid_labels", words: "invalid labels" },
  { label: "invalid_histogram", words: "invalid native histogram" },
];
