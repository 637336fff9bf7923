/**
 * What a drill appends: one scrape of all series at a time.
 */

export interface Workload {
  /** Appends one sample to every series; times rise from call to call. */
  scrape(timeMs: number): void;
}
