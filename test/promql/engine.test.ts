import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { TsdbError } from "../../src/base/errors.ts";
import { createEngine } from "../../src/promql/engine.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import type { SeriesSet, SeriesSource } from "../../src/promql/series-source.ts";
import { Labels } from "../../src/series/labels.ts";

/** `count` series of a name with a sample every 15 s from the epoch on, the value its index. */
function manySeries(count: number, samples: number): MemorySource {
  const source = new MemorySource();
  for (let series = 0; series < count; series++) {
    const labels = Labels.fromRecord({ __name__: "x", n: String(series) });
    for (let i = 0; i < samples; i++) source.append(labels, i * 15_000, i, 0);
  }
  return source;
}

/** A source that counts reads and lets something happen at each of them. */
class ObservedSource implements SeriesSource {
  reads = 0;
  private readonly source: MemorySource;
  private readonly onRead: () => void;

  constructor(source: MemorySource, onRead: () => void = () => {}) {
    this.source = source;
    this.onRead = onRead;
  }

  select(matchers: Parameters<SeriesSource["select"]>[0]): SeriesSet {
    const set = this.source.select(matchers);
    return {
      count: set.count,
      labels: (index) => set.labels(index),
      labelSymbol: (index, name) => set.labelSymbol(index, name),
      symbolText: (symbol) => set.symbolText(symbol),
      read: (index, fromMs, toMs, into) => {
        this.reads++;
        this.onRead();
        return set.read(index, fromMs, toMs, into);
      },
    };
  }
}

/** Code and text of the error that `ask` throws. */
function failureOf(ask: () => unknown): [string, string] {
  try {
    ask();
  } catch (error) {
    if (error instanceof TsdbError) return [error.code, error.message];
    throw error;
  }
  throw new Error("no error");
}

describe("the engine", () => {
  it("decodes each series once for all steps", () => {
    const source = new ObservedSource(manySeries(10, 200));
    createEngine().range(source, "sum(rate(x[5m]))", 600_000, 3_000_000, 15_000);
    expect(source.reads).toBe(10);
  });

  it("holds one series at a time below an aggregation", () => {
    const source = manySeries(50, 100);
    const result = createEngine().range(source, "sum(rate(x[5m]))", 600_000, 900_000, 60_000);
    // 41 samples of the range and 6 results.
    expect(result.peakSamples).toBeLessThan(60);
  });

  it("refuses to hold more samples than its limit", () => {
    const engine = createEngine({ samplesMax: 1000 });
    const source = manySeries(50, 100);
    expect(failureOf(() => engine.range(source, "x", 0, 1_500_000, 15_000))).toEqual([
      "QUERY_TOO_MANY_SAMPLES",
      "query processing would load too many samples into memory in query execution",
    ]);
    expect(failureOf(() => engine.instant(source, "x[1h]", 1_500_000))[0]).toBe(
      "QUERY_TOO_MANY_SAMPLES",
    );
    engine.instant(source, "sum(count_over_time(x[1h]))", 1_500_000);
    const counted = 'count(count_values by (n) ("value", x))';
    expect(failureOf(() => engine.range(source, counted, 0, 1_500_000, 15_000))[0]).toBe(
      "QUERY_TOO_MANY_SAMPLES",
    );
    engine.instant(source, counted, 1_500_000);
  });

  it("stops at its deadline", () => {
    const clock = new ManualClock(0);
    const source = new ObservedSource(manySeries(100, 2000), () => clock.advance(100));
    const engine = createEngine({ clock, timeoutMs: 5000 });
    expect(failureOf(() => engine.instant(source, "sum(avg_over_time(x[1d]))", 9e6))).toEqual([
      "QUERY_TIMEOUT",
      "query timed out in expression evaluation",
    ]);
    expect(source.reads).toBeLessThan(70);
  });

  it("stops when the asker has gone", () => {
    let isCanceled = false;
    const source = new ObservedSource(manySeries(100, 2000), () => {
      isCanceled = true;
    });
    const engine = createEngine();
    const overrides = { isCanceled: () => isCanceled };
    expect(failureOf(() => engine.instant(source, "sum(deriv(x[1d]))", 9e6, overrides))).toEqual([
      "QUERY_CANCELED",
      "query was canceled in expression evaluation",
    ]);
    expect(source.reads).toBeLessThan(40);
  });

  it("pauses when its slice is over", () => {
    const clock = new ManualClock(0);
    const source = new ObservedSource(manySeries(100, 2000), () => clock.advance(1));
    const engine = createEngine({ clock });
    const evaluation = engine.beginInstant(source, "sum(count_over_time(x[1d]))", 9e6);
    let slices = 1;
    while (!evaluation.run(20)) slices++;
    expect(slices).toBeGreaterThan(3);
    expect(slices).toBeLessThan(12);
    const { value } = evaluation.result();
    expect(value.type === "vector" && value.values[0]).toBe(60_100);
  });

  it("looks back as far as it is told", () => {
    const source = manySeries(1, 1);
    const count = (timeMs: number, lookbackMs?: number): number => {
      const overrides = lookbackMs === undefined ? {} : { lookbackMs };
      const { value } = createEngine().instant(source, "count(x)", timeMs, overrides);
      return value.type === "vector" ? value.labels.length : -1;
    };
    expect(count(299_999)).toBe(1);
    expect(count(300_000)).toBe(0);
    expect(count(20_000, 10_000)).toBe(0);
    expect(count(500_000, 600_000)).toBe(1);
  });

  it("keeps experimental parts for those who ask", () => {
    const source = manySeries(1, 1);
    expect(failureOf(() => createEngine().instant(source, "limitk(1, x)", 0))[0]).toBe(
      "QUERY_PARSE",
    );
    createEngine({ syntax: FULL_SYNTAX }).instant(source, "limitk(1, x)", 0);
  });

  it("takes no range vector or string over a range", () => {
    const engine = createEngine();
    const source = manySeries(1, 1);
    expect(failureOf(() => engine.range(source, "x[5m]", 0, 1, 1))).toEqual([
      "QUERY_PARSE",
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    ]);
  });

  it("gives what an empty store has", () => {
    const engine = createEngine();
    const source = new MemorySource();
    expect(engine.instant(source, "x", 0).value).toMatchObject({ type: "vector", labels: [] });
    expect(engine.range(source, "x", 0, 10, 1).value).toEqual({ type: "matrix", series: [] });
    expect(engine.instant(source, "1 + 1", 5).value).toEqual({
      type: "scalar",
      timeMs: 5,
      value: 2,
    });
    expect(engine.instant(source, '"a"', 5).value).toEqual({
      type: "string",
      timeMs: 5,
      value: "a",
    });
  });
});
