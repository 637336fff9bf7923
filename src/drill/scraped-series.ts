/**
 * The series of a drill, registered in a head as writes would register them.
 *
 * Registering again finds the same ones, so a workload goes on after a restore.
 */
import { assert } from "../base/assert.ts";
import type { SeriesRef } from "../base/units.ts";
import type { Head } from "../series/head.ts";
import { NO_KEY } from "../series/series-keys.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";

/** Series of one metric name. */
const SERIES_PER_METRIC = 100;

/** References of the first `count` series of the drill, in order; made where missing. */
export function registerSeries(head: Head, count: number): Uint32Array {
  const encoder = new WriteRequestEncoder();
  const refs = new Uint32Array(count);
  let previous = NO_KEY;
  for (let i = 0; i < count; i++) {
    encoder.clear();
    encoder.label("__name__", `drill_metric_${Math.floor(i / SERIES_PER_METRIC)}`);
    encoder.label("instance", `10.0.0.${i % SERIES_PER_METRIC}:9100`);
    encoder.label("job", "drill");
    const bytes = encoder.finish();
    const key = head.index.intern(bytes, 0, bytes.length, previous, true);
    assert(key >= 0, "series of a drill are valid and admitted");
    previous = key;
    refs[i] = head.index.keys.seriesOf(key);
  }
  return refs;
}

/** Reference of a registered series. */
export function seriesAt(refs: Uint32Array, index: number): SeriesRef {
  return refs[index]! as SeriesRef;
}
