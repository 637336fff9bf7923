/**
 * Series that have much by themselves: with 28 hours of samples `long`, a counter of floats every
 * second, and `histogram`, a native histogram of 40 buckets every 15 s; with exemplars, as many as
 * are kept, `traced`; and 300 of native histograms, `histograms`, with 20 minutes each.
 *
 * Units: …Ms milliseconds, …S seconds since the epoch.
 */

import { literalSnappy } from "../test/http/write-bodies.ts";
import { encodeReference } from "../test/wire/request-oracle.ts";

/** Less than what the windows hold, whatever the time. */
export const LONG_SECONDS = 28 * 3600;
const HISTOGRAM_STEP_S = 15;
const SAMPLES_A_REQUEST = 4200;
const BUCKETS = 40;
const MANY_SERIES = 300;
const MANY_SAMPLES = 80;
const MANY_A_REQUEST = 20;
const TRACED_SERIES = 5000;
const TRACED_A_REQUEST = 500;
const EXEMPLARS_A_SERIES = 20;
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

function histogramAt(timestamp: number, n: number): object {
  const deltas = Array.from({ length: BUCKETS }, (_, i) => (i === 0 ? n : (n * (i % 3)) % 7));
  const counts = deltas.map((_, i) => deltas.slice(0, i + 1).reduce((a, b) => a + b, 0));
  return {
    ...{ timestamp, sum: n * 3, schema: 3, zeroThreshold: 2 ** -128, zeroCountInt: n },
    countInt: n + counts.reduce((a, b) => a + b, 0),
    positiveSpans: [{ offset: -10, length: BUCKETS }],
    positiveDeltas: deltas,
  };
}

async function send(url: string, ...timeseries: object[]): Promise<void> {
  const body = literalSnappy(encodeReference({ timeseries }));
  const answer = await fetch(`${url}/api/v1/write`, { method: "POST", headers: HEADERS, body });
  if (answer.status !== 204) throw new Error(`write: ${answer.status} ${await answer.text()}`);
}

function tracedSeries(n: number, endS: number): object {
  const labels = [
    { name: "__name__", value: "traced" },
    { name: "n", value: String(n) },
  ];
  const exemplars = Array.from({ length: EXEMPLARS_A_SERIES }, (_, i) => ({
    labels: [{ name: "trace_id", value: (n * 1e6 + i).toString(16).padStart(32, "0") }],
    value: n + i,
    timestamp: (endS - EXEMPLARS_A_SERIES + i) * 1000,
  }));
  return { labels, samples: [{ value: n, timestamp: endS * 1000 }], exemplars };
}

function oneOfMany(n: number, endS: number): object {
  const labels = [
    { name: "__name__", value: "histograms" },
    { name: "n", value: String(n) },
  ];
  const histograms = Array.from({ length: MANY_SAMPLES }, (_, i) =>
    histogramAt((endS - (MANY_SAMPLES - 1 - i) * HISTOGRAM_STEP_S) * 1000, n + i),
  );
  return { labels, histograms };
}

/** Writes the series; their last sample is at endS. */
export async function writeLongSeries(url: string, endS: number): Promise<void> {
  const fromMs = (endS - LONG_SECONDS) * 1000;
  for (let first = 0; first < LONG_SECONDS; first += SAMPLES_A_REQUEST) {
    const samples = Array.from({ length: SAMPLES_A_REQUEST }, (_, i) => ({
      timestamp: fromMs + (first + i) * 1000,
      value: (first + i) * 3 + ((first + i) % 11),
    }));
    await send(url, { labels: [{ name: "__name__", value: "long" }], samples });
  }
  const count = LONG_SECONDS / HISTOGRAM_STEP_S;
  for (let first = 0; first < count; first += SAMPLES_A_REQUEST / 10) {
    const histograms = Array.from({ length: SAMPLES_A_REQUEST / 10 }, (_, i) =>
      histogramAt(fromMs + (first + i) * HISTOGRAM_STEP_S * 1000, first + i),
    );
    await send(url, { labels: [{ name: "__name__", value: "histogram" }], histograms });
  }
  for (let first = 0; first < MANY_SERIES; first += MANY_A_REQUEST) {
    const numbers = Array.from({ length: MANY_A_REQUEST }, (_, i) => first + i);
    await send(url, ...numbers.map((n) => oneOfMany(n, endS)));
  }
  for (let first = 0; first < TRACED_SERIES; first += TRACED_A_REQUEST) {
    const numbers = Array.from({ length: TRACED_A_REQUEST }, (_, i) => first + i);
    await send(url, ...numbers.map((n) => tracedSeries(n, endS)));
  }
}
