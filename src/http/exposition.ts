/**
 * Samples in the classic text format, version 0.0.4, as /federate writes them: the lines of one
 * metric together below their TYPE line. It has no native histograms; they are left out.
 *
 * A name that is to stay as it is, and is not classic, is quoted, the metric's as the first thing
 * in the braces.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { NewestSample } from "../engine/newest-samples.ts";
import { formatGeneral } from "../promql/format-value.ts";
import type { NameEscaping } from "./accepted-format.ts";
import { escapedName, exposedLabels, isClassicName, type LabelPair } from "./exposed-names.ts";

const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/** Labels may have 8 MiB, which would take long in one go. */
const PART_LENGTH = 64 * 1024;

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPED[character] as string);
}

/** A name that fits the reader, in quotes where it is not classic. */
function nameText(name: string): string {
  return isClassicName(name) ? name : `"${escaped(name)}"`;
}

/** A number as Prometheus writes it here: negative zero has no sign. */
function numberText(value: number): string {
  return value === 0 ? "0" : formatGeneral(value);
}

/**
 * One sample as a line; `metric` is its name, ready to be written. What has become long is yielded,
 * the rest returned.
 */
function* lineParts(
  metric: string,
  labels: readonly LabelPair[],
  sample: NewestSample,
): Generator<string, string> {
  let text = metric.startsWith('"') ? `{${metric}` : `${metric}{`;
  let separator = metric.startsWith('"') ? "," : "";
  for (const [name, value] of labels) {
    text += `${separator}${nameText(name)}="${escaped(value)}"`;
    separator = ",";
    if (text.length < PART_LENGTH) continue;
    yield text;
    text = "";
  }
  return `${text}} ${numberText(sample.value)} ${sample.timeMs}\n`;
}

/** The lines of samples, which are in the order of their names; `given` are labels that all get. */
export function* federationLines(
  samples: Iterable<NewestSample>,
  given: readonly LabelPair[],
  escaping: NameEscaping,
): Generator<string> {
  let family = "";
  let metric = "";
  for (const sample of samples) {
    if (sample.histogram !== null) continue;
    const name = sample.labels.get("__name__");
    if (name !== family) {
      metric = nameText(escapedName(name, escaping));
      yield `# TYPE ${metric} untyped\n`;
    }
    family = name;
    yield yield* lineParts(metric, exposedLabels(sample.labels, given, escaping), sample);
  }
}
