/**
 * The store's keys as a scan looks them up: series by series, while the request is scanned.
 *
 * What a scan has found holds as long as no key is removed after it (isCurrent).
 */
import { OUTPUT } from "../kernel/code/layout.ts";
import type { SeriesKeys } from "../series/series-keys.ts";
import type { KeyLookup } from "../wire/scan-write-request.ts";
import type { WriteBatch } from "../wire/write-batch.ts";

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

  lookUp(batch: WriteBatch, index: number, previous: number): number {
    const from = batch.labelsFromOf(index);
    const length = batch.labelsToOf(index) - from;
    const key = this.keys.findAt(batch.hashOf(index), OUTPUT + from, length);
    this.keys.link(previous, key);
    return key;
  }

  seriesOf(key: number): number {
    return this.keys.seriesOf(key);
  }
}
