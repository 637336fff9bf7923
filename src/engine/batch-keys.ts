/**
 * The store's keys as a scan looks them up: series by series, while the request is scanned.
 *
 * What a scan has found holds as long as no key is removed after it (isCurrent).
 */
import type { SeriesKeys } from "../series/series-keys.ts";
import type { KeyLookup } from "../wire/scan-write-request.ts";

export class BatchKeys implements KeyLookup {
  private readonly keys: SeriesKeys;

  constructor(keys: SeriesKeys) {
    this.keys = keys;
  }

  get seed(): number {
    return this.keys.seed;
  }

  get generation(): number {
    return this.keys.removedCount;
  }
}
