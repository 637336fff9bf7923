/**
 * What tests of a whole engine share: requests of one sample a series, and all that is stored.
 */
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";

/** One sample of each of these series. */
export function batchOf(names: readonly string[], timeMs: number, value: number): WriteBatch {
  const encoder = new WriteRequestEncoder();
  for (const name of names) {
    encoder.beginSeries();
    encoder.label("__name__", name);
    encoder.sample(timeMs, value);
    encoder.endSeries();
  }
  const batch = new WriteBatch();
  scanWriteRequest(encoder.finish(), batch);
  return batch;
}

/** Every sample of the store as text, a line for each series. */
export function samplesOf(engine: Engine): string[] {
  const everything = new Matcher("!=", "no_label", "x");
  const set = engine.source().select([everything], 0, Number.MAX_SAFE_INTEGER);
  const lines: string[] = [];
  const columns = new SampleColumns();
  for (let i = 0; i < set.count; i++) {
    columns.clear();
    set.read(i, 0, Number.MAX_SAFE_INTEGER, columns);
    const times = columns.times.slice(0, columns.length).join();
    const values = columns.values.slice(0, columns.length).join();
    lines.push(`${set.labels(i).key()} ${times} ${values}`);
  }
  return lines.sort();
}
