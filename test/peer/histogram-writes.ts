/**
 * Series of native histograms, as the objects that remote write messages are encoded from: what a
 * counter, a gauge and their odd moments look like over some minutes.
 *
 * Units: times are milliseconds since the epoch.
 */

const STEP_MS = 15_000;
const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer)[0]!;

interface Side {
  readonly offset: number;
  readonly counts: readonly number[];
}

function differences(counts: readonly number[]): number[] {
  return counts.map((count, i) => count - (counts[i - 1] ?? 0));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function integer(timestamp: number, positive: Side, negative: Side, zero: number, more = {}) {
  return {
    ...{ timestamp, sum: total(positive.counts) * 1.5 - total(negative.counts), schema: 1 },
    ...{ zeroThreshold: 2 ** -128, zeroCountInt: zero },
    countInt: zero + total(positive.counts) + total(negative.counts),
    positiveSpans: [{ offset: positive.offset, length: positive.counts.length }],
    positiveDeltas: differences(positive.counts),
    negativeSpans: [{ offset: negative.offset, length: negative.counts.length }],
    negativeDeltas: differences(negative.counts),
    ...more,
  };
}

function float(timestamp: number, positive: Side, zero: number, more = {}) {
  return {
    ...{ timestamp, sum: total(positive.counts) * 0.7, schema: 2, zeroThreshold: 0.001 },
    ...{ zeroCountFloat: zero, countFloat: zero + total(positive.counts) },
    positiveSpans: [{ offset: positive.offset, length: positive.counts.length }],
    positiveCounts: positive.counts,
    ...more,
  };
}

/** What a counter has counted after n steps; buckets appear one after the other. */
function grown(n: number, width: number): number[] {
  const filled = Math.min(width, 2 + Math.floor(n / 7));
  return Array.from({ length: filled }, (_, i) => n * (i + 1) + ((n * 7 + i) % 5));
}

/** The series, by their label `kind`. */
export function histogramSeries(startMs: number, steps: number): Record<string, object[]> {
  const at = (n: number): number => startMs + n * STEP_MS;
  const each = <T>(make: (n: number) => T): T[] => Array.from({ length: steps }, (_, n) => make(n));
  const half = steps / 2;
  const none: Side = { offset: 0, counts: [] };
  const sides = (n: number) =>
    [
      { offset: -1, counts: grown(n, 9) },
      { offset: 2, counts: grown(n, 3) },
    ] as const;
  return {
    counter: each((n) => integer(at(n), ...sides(n), n)),
    restarted: each((n) => integer(at(n), ...sides(n % 25), n % 25)),
    dropped: each((n) => integer(at(n), ...sides(200 + (n % 25)), n % 25)),
    wide: each((n) => integer(at(n), { offset: -20, counts: grown(n, 60) }, none, 0)),
    rescaled: each((n) =>
      integer(at(n), { offset: 0, counts: grown(n, 4) }, none, n, { schema: n < half ? 3 : 0 }),
    ),
    zeroWidened: each((n) =>
      integer(at(n), { offset: 4, counts: grown(n, 4) }, none, n, {
        zeroThreshold: n < half ? 2 ** -128 : n < 1.5 * half ? 0.25 : 0.001,
      }),
    ),
    gauge: each((n) => {
      const counts = [1 + (n % 4), n % 3, 5];
      return integer(at(n), { offset: n % 6, counts }, none, 1, { resetHint: 3 });
    }),
    ended: each((n) =>
      n % 20 === 19
        ? { timestamp: at(n), sum: STALE, countInt: 0 }
        : integer(at(n), ...sides(n), n),
    ),
    float: each((n) => float(at(n), { offset: 3, counts: grown(n, 8).map((c) => c / 3) }, n / 7)),
    floatDropped: each((n) =>
      float(at(n), { offset: 3, counts: grown(200 + (n % 25), 8).map((c) => c / 3) }, (n % 25) / 7),
    ),
    floatRescaled: each((n) =>
      float(at(n), { offset: 1, counts: grown(n, 5).map((c) => c / 3) }, n / 7, {
        ...{ schema: n < half ? 4 : 1, zeroThreshold: n < 1.5 * half ? 0.001 : 0.5 },
      }),
    ),
    floatEnded: each((n) =>
      n % 20 === 19
        ? { timestamp: at(n), sum: STALE, countFloat: 0 }
        : float(at(n), { offset: 3, counts: grown(n, 8).map((c) => c / 3) }, n / 7),
    ),
    floatGauge: each((n) =>
      float(at(n), { offset: 3 - (n % 3), counts: [n % 5, 0.25] }, 2, { resetHint: 3 }),
    ),
  };
}
