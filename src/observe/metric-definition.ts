/**
 * A metric as data: its name, type and help, what it means here, and how its values come out of a
 * reading. What is exported and docs/metrics.md are both made from these.
 *
 * I1  Names of counters end in _total; a gauge's value may go down, a counter's never does.
 */
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
}

export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge";
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
