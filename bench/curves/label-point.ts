/**
 * More values of one label, each in a series of its own: making the series, finding one of them by
 * its value, some of them by a pattern, and all of them.
 */
import { ManualClock } from "../../src/base/clock.ts";
import { Store } from "../../src/engine/store.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { END_MS, STORE_SETTINGS } from "../filled-store.ts";
import { cpuMsOf, leastCpuMsOf } from "./measure.ts";
import { PlainSeries } from "./plain-series.ts";
import type { Figures } from "./points.ts";

const NAME = new Matcher("=", "__name__", "requests_total");
const LOOKUPS = 1000;
const ROUNDS = 3;

export function measureLabelValues(values: number): Figures {
  const store = new Store(STORE_SETTINGS, new ManualClock(END_MS));
  const series = new PlainSeries(store);
  const makingMs = cpuMsOf(() => {
    for (let i = 0; i < values; i++) series.append(series.add(`client-${i}`), END_MS, i);
  });
  const source = new HeadSource(store.head);
  const select = (operator: "=" | "=~" | "!=", text: string): number =>
    source.select([NAME, new Matcher(operator, "client", text)], 0, END_MS).count;
  const expect = (count: number, found: number): void => {
    if (count !== found) throw new Error(`found ${found} series, not ${count}`);
  };
  return {
    "making, CPU ms": makingMs,
    "1,000 by value, CPU ms": leastCpuMsOf(ROUNDS, () => {
      for (let i = 0; i < LOOKUPS; i++) expect(1, select("=", `client-${i}`));
    }),
    "by pattern, CPU ms": leastCpuMsOf(ROUNDS, () => expect(values / 10, select("=~", ".*-.*7"))),
    "all but one, CPU ms": leastCpuMsOf(ROUNDS, () => expect(values - 1, select("!=", "client-1"))),
  };
}
