/**
 * Compares what a service has with what its senders were told.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import { type CrashSender, sampleValue } from "./crash-sender.ts";

interface QuerySeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/**
 * Throws unless everything acknowledged since `sinceMs` is there once and nothing is that was not
 * sent; gives the number of samples.
 */
export async function checkSenders(
  url: string,
  senders: readonly CrashSender[],
  sinceMs: number,
): Promise<number> {
  let samples = 0;
  const nowMs = Date.now();
  const range = `${nowMs - sinceMs + 1000}ms`;
  for (const [number, sender] of senders.entries()) {
    const query = encodeURIComponent(`crash{sender="${number}"}[${range}]`);
    const answer = await fetch(`${url}/api/v1/query?query=${query}&time=${nowMs / 1000}`);
    const { data } = (await answer.json()) as { data: { result: QuerySeries[] } };
    if (sender.acknowledged.length > 0 && data.result.length !== sender.seriesCount) {
      throw new Error(`${data.result.length} series of sender ${number} are there`);
    }
    for (const series of data.result) samples += checkSeries(number, sender, series);
  }
  return samples;
}

/** Throws when a series has not exactly what it must and may have; gives its samples. */
function checkSeries(number: number, sender: CrashSender, series: QuerySeries): number {
  const name = `sender ${number}, series ${series.metric["series"]}`;
  const found = new Set<number>();
  for (const [seconds, text] of series.values) {
    const timeMs = Math.round(seconds * 1000);
    if (found.has(timeMs)) throw new Error(`${name}: ${timeMs} is there twice`);
    found.add(timeMs);
    const value = sampleValue(number, Number(series.metric["series"]), timeMs);
    if (Number(text) !== value) throw new Error(`${name}: ${timeMs} is ${text}; want ${value}`);
  }
  for (const timeMs of sender.acknowledged) {
    if (!found.delete(timeMs))
      throw new Error(`${name}: ${timeMs} was acknowledged and is missing`);
  }
  for (const timeMs of found) {
    if (!sender.unanswered.has(timeMs)) throw new Error(`${name}: ${timeMs} was never sent`);
  }
  return series.values.length;
}
