import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import { createEngine } from "../../src/promql/engine.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import type { SeriesSource } from "../../src/promql/series-source.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { closingSource } from "./closing-source.ts";
import { append, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const SCRAPE_MS = 15_000;
const SAMPLES = 1400;
const QUERIES = [
  "rate(c_total[1m])",
  "increase(c_total[7m])",
  "delta(g[5m])",
  "sum by (a) (rate(c_total[2m30s]))",
  "rate(c_total[5m] offset 3m)",
  "rate(c_total[5m] @ end())",
  "c_total",
  "g offset 1m",
  "max_over_time(g[3m])",
  "timestamp(g)",
  "rate(c_total[10s])",
  "rate(c_total[9h])",
  "topk(3, c_total)",
  "sum without (s) (c_total)",
  "c_total * on (a, s) group_left c_total",
  'label_replace(g, "b", "$1", "s", "(.*)")',
];

/** Counters that restart, gauges, gaps and stale markers, over more than one window. */
function filledSource(): HeadSource {
  const { store, clock } = storeAt(START_MS + SETTINGS.windowMs / 2);
  const random = new Prng(3);
  for (let s = 0; s < 12; s++) {
    const series = seriesOf(store, [
      ["__name__", s % 2 === 0 ? "c_total" : "g"],
      ["a", `${s % 3}`],
      ["s", `${s}`],
    ]);
    let value = 0;
    let time = clock.nowMs() - SAMPLES * SCRAPE_MS + s * 100;
    for (let i = 0; i < SAMPLES; i++, time += SCRAPE_MS + random.below(3)) {
      value = random.below(50) === 0 ? random.below(5) : value + random.below(9) - (s % 2) * 4;
      if (random.below(60) === 0) time += random.below(400_000);
      const stale = random.below(70) === 0;
      if (time > clock.nowMs()) break;
      if (stale) store.head.append(series, time, 0x7ff00000, 2);
      else append(store, series, time, value);
    }
  }
  return new HeadSource(store.head);
}

describe("queries over captured chunks", () => {
  const captured = filledSource();
  const closing = closingSource(captured);
  const plain: SeriesSource = { select: (...range) => captured.select(...range) };
  const engine = createEngine({});
  const endMs = START_MS + SETTINGS.windowMs / 2;

  it.each(QUERIES)("answer %s as those that read the store as it is", (query) => {
    for (const stepMs of [15_000, 60_000, 333_333]) {
      const startMs = endMs - 60 * stepMs;
      const found = engine.range(closing, query, startMs, endMs, stepMs);
      const expected = engine.range(plain, query, startMs, endMs, stepMs);
      expect(resultJson(found.value)).toBe(resultJson(expected.value));
    }
    for (const timeMs of [endMs, endMs - 100_000, endMs - 5_000_000]) {
      const found = engine.instant(closing, query, timeMs);
      const expected = engine.instant(plain, query, timeMs);
      expect(resultJson(found.value)).toBe(resultJson(expected.value));
    }
  });
});
