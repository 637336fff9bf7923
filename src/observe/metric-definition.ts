/**
 * A metric as data: its name, type and help, what it means here, and how its values come out of a
 * reading. What is exported and docs/metrics.md are both made from these.
 *
 * I1  Names of counters end in _total; a gauge's value may go down, a counter's never does.
 * I2  Values of a histogram have names of their own: _bucket with an upper bound, _sum and _count.
 */
import type { DurationBuckets } from "../base/duration-buckets.ts";
import type { EngineReading } from "../engine/engine-reading.ts";
import type { RequestCounts } from "./request-counts.ts";

/** Everything that values are read from. */
export interface MetricInput {
  readonly engine: EngineReading;
  readonly requests: RequestCounts;
  readonly build: BuildInput;
}

/** What is known of the program. */
export interface BuildInput {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

/** One value with its labels. */
export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Name of a value that does not have the metric's own. */
  readonly name?: string;
}

/** The durations of one set of labels. */
export interface LabelledBuckets {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: DurationBuckets;
}

export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** What it means in Spandrel, for the documentation; "" when help says it all. */
  readonly meaning: string;
  readonly labelNames: readonly string[];
  readonly values: (input: MetricInput) => readonly LabelledValue[];
}

/** A metric with one value and no labels. */
export function plain(
  type: MetricDefinition["type"],
  name: string,
  help: string,
  value: (input: MetricInput) => number,
  meaning = "",
): MetricDefinition {
  const values = (input: MetricInput) => [{ labels: {}, value: value(input) }];
  return { name, type, help, meaning, labelNames: [], values };
}

/** A metric with one value for each of some labels. */
export function labelled(
  type: MetricDefinition["type"],
  name: string,
  help: string,
  labelNames: readonly string[],
  values: (input: MetricInput) => readonly LabelledValue[],
  meaning = "",
): MetricDefinition {
  return { name, type, help, meaning, labelNames, values };
}

/** A histogram of durations for each of some labels. */
export function durations(
  name: string,
  help: string,
  labelNames: readonly string[],
  values: (input: MetricInput) => readonly LabelledBuckets[],
  meaning = "",
): MetricDefinition {
  const all = (input: MetricInput) => values(input).flatMap((each) => bucketValues(name, each));
  return { name, type: "histogram", help, meaning, labelNames, values: all };
}

function bucketValues(name: string, { labels, buckets }: LabelledBuckets): LabelledValue[] {
  const counts = buckets.cumulative();
  const shown = counts.map((value, i) => ({
    labels: { le: String(buckets.bounds[i] ?? "+Inf"), ...labels },
    value,
    name: `${name}_bucket`,
  }));
  const sum = { labels, value: buckets.sumSeconds, name: `${name}_sum` };
  return [...shown, sum, { labels, value: counts.at(-1) ?? 0, name: `${name}_count` }];
}
