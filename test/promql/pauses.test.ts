import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/promql/engine.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { Labels } from "../../src/series/labels.ts";
import { longHistogram } from "./long-histogram.ts";

const SAMPLES = 600;
const INTERVAL_MS = 1000;
const END_MS = SAMPLES * INTERVAL_MS;

/** Few series, each so long that a query over it is more than a slice's work. */
function longSeries(): MemorySource {
  const source = new MemorySource();
  for (const a of ["1", "2", "3"]) {
    const floats = Labels.fromRecord({ __name__: "long_total", a });
    const natives = Labels.fromRecord({ __name__: "native", a });
    for (let i = 0; i < SAMPLES; i++) {
      source.append(floats, i * INTERVAL_MS, (i % 97) * Number(a) + Math.sin(i), 0);
      source.append(natives, i * INTERVAL_MS, longHistogram(i + 1), 0);
    }
  }
  return source;
}

const QUERIES = [
  "sum by (a) (quantile_over_time(0.9, long_total[5m]))",
  "max(stddev_over_time(long_total[5m]))",
  "deriv(long_total[5m]) + on (a) max_over_time(long_total[4m])",
  "sum_over_time(long_total[5m]) > 1e5 or avg_over_time(long_total[3m]) unless long_total < 3",
  "quantile_over_time(0.5, max_over_time(long_total[2m])[4m:1s])",
  "quantile(0.4, long_total) or quantile by (a) (0.9, long_total > 50)",
  "topk(2, predict_linear(long_total[5m], 60))",
  "sum(rate(native[1m]))",
  "histogram_quantile(0.9, sum_over_time(native[1m]))",
  "absent(long_total) or label_replace(mad_over_time(long_total[5m]), 'b', 'x', '', '')",
  "changes(native[2m]) + resets(long_total[5m])",
  "avg(native) * 2 or -native",
  "native + native",
  "native == ignoring (a) group_left sum (native)",
  "histogram_stddev(native)",
  "histogram_quantile(0.9, native / 3)",
  "sum by (a) (native) and native unless native < 1",
  "count_values by (a) ('v', native)",
  "count_values('v', long_total)",
  "limit_ratio(0.7, native)",
  "avg_over_time((native - native)[1m:1s])",
  "native smoothed",
];

describe("a query that is paused inside a series", () => {
  const source = longSeries();
  let nowMs = 0;
  const hasty = { nowMs: () => 0, monotonicMs: () => (nowMs += 1000) };
  const options = { syntax: FULL_SYNTAX, timeoutMs: 0 };

  it.each(QUERIES)("gives what it gives in one go: %s", (query) => {
    const whole = createEngine(options).range(source, query, 0, END_MS, INTERVAL_MS);
    const engine = createEngine({ ...options, clock: hasty });
    const evaluation = engine.beginRange(source, query, 0, END_MS, INTERVAL_MS);
    let slices = 1;
    while (!evaluation.run(1)) slices++;
    const sliced = evaluation.result();
    evaluation.close();
    expect(resultJson(sliced.value)).toBe(resultJson(whole.value));
    expect([sliced.warnings, sliced.infos]).toEqual([whole.warnings, whole.infos]);
    // Three series alone would give three.
    expect(slices).toBeGreaterThan(6);
  });
});

describe("a query that chooses among series at very many steps", () => {
  it.each(["topk(2, many)", "bottomk(2, many)", "limitk(2, many)"])(
    "pauses between the steps: %s",
    (query) => {
      const source = new MemorySource();
      for (let n = 0; n < 100; n++) {
        source.append(Labels.fromRecord({ __name__: "many", n: String(n) }), 0, n, 0);
      }
      let nowMs = 0;
      const clock = { nowMs: () => 0, monotonicMs: () => (nowMs += 1000) };
      const engine = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0, clock });
      const evaluation = engine.beginRange(source, query, 0, 2_000_000, 1000);
      let slices = 1;
      while (!evaluation.run(1)) slices++;
      evaluation.close();
      // At each of 2,000 steps the series are looked at, and then the best are noted.
      expect(slices).toBeGreaterThan(4000);
    },
  );
});
