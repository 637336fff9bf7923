/**
 * MetricFamily messages as protobuf's text: for people, in many lines or one a family.
 *
 * Format: docs/format/metric-family.md. Go's printer puts two blanks in place of one here and there
 * so that nobody relies on them; this one never does.
 *
 * I1  Fields stand in the order of proto/metrics.proto, lists one entry after the other.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { NewestSample } from "../engine/newest-samples.ts";
import { formatGeneral } from "../promql/format-value.ts";
import type { BucketSpans, FloatHistogram } from "../promql/histogram/float-histogram.ts";
import type { NameEscaping } from "./accepted-format.ts";
import { escapedName, exposedLabels, type LabelPair } from "./exposed-names.ts";
import { type FamilySink, FamilySplitter, type FamilyType } from "./metric-family.ts";

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" },
};
const LAST_ASCII = 0x7f;

function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  const coded =
    code > LAST_ASCII ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
  return SHORT_ESCAPES[character] ?? coded;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\\p{Cc}]/gu, escapeOf)}"`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value > 0 ? "inf" : "-inf";
  return formatGeneral(value);
}

/** Fields and messages of one text, in many lines or one. */
class Printer {
  private readonly isCompact: boolean;
  private text = "";
  private depth = 0;
  private isFirst = true;

  constructor(isCompact: boolean) {
    this.isCompact = isCompact;
  }

  field(name: string, value: string | number): void {
    this.separate();
    this.text += `${name}:${this.isCompact ? "" : " "}${value}`;
  }

  open(name: string): void {
    this.separate();
    this.text += `${name}:${this.isCompact ? "" : " "}{`;
    this.depth++;
    this.isFirst = true;
  }

  close(): void {
    this.depth--;
    if (!this.isCompact && !this.isFirst) this.text += `\n${"  ".repeat(this.depth)}`;
    this.text += "}";
    this.isFirst = false;
  }

  /** What was printed since the last time. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }

  /** Starts over at the outermost. */
  restart(): void {
    this.isFirst = true;
  }

  private separate(): void {
    if (this.isCompact) this.text += this.isFirst ? "" : " ";
    else if (this.depth > 0 || !this.isFirst) this.text += `\n${"  ".repeat(this.depth)}`;
    this.isFirst = false;
  }
}

class FamilyPrinter implements FamilySink {
  private readonly given: readonly LabelPair[];
  private readonly escaping: NameEscaping;
  private readonly printer: Printer;
  /** What stands behind a family. */
  private readonly ending: string;
  private isOpen = false;
  private ended = "";

  /** `given` are labels that every series gets. */
  constructor(given: readonly LabelPair[], escaping: NameEscaping, isCompact: boolean) {
    this.given = given;
    this.escaping = escaping;
    this.printer = new Printer(isCompact);
    this.ending = isCompact ? "\n" : "\n\n";
  }

  beginFamily(name: string, type: FamilyType): void {
    this.endFamily();
    this.isOpen = true;
    this.printer.restart();
    this.printer.field("name", quoted(escapedName(name, this.escaping)));
    this.printer.field("type", type);
  }

  addSample({ labels, value, histogram, timeMs }: NewestSample): void {
    const { printer } = this;
    printer.open("metric");
    for (const [name, text] of exposedLabels(labels, this.given, this.escaping)) {
      printer.open("label");
      printer.field("name", quoted(name));
      printer.field("value", quoted(text));
      printer.close();
    }
    if (histogram === null) {
      printer.open("untyped");
      printer.field("value", numberText(value));
      printer.close();
    } else printHistogram(printer, histogram);
    printer.field("timestamp_ms", timeMs);
    printer.close();
  }

  /** Ends the last family. */
  endFamily(): void {
    if (this.isOpen) this.ended += this.printer.take() + this.ending;
    this.isOpen = false;
  }

  /** The text since the last time. */
  take(): string {
    const text = this.ended + this.printer.take();
    this.ended = "";
    return text;
  }
}

function printHistogram(printer: Printer, from: FloatHistogram): void {
  printer.open("histogram");
  printer.field("sample_count_float", numberText(from.count));
  printer.field("sample_sum", numberText(from.sum));
  printer.field("schema", from.schema);
  printer.field("zero_threshold", numberText(from.zeroThreshold));
  printer.field("zero_count_float", numberText(from.zeroCount));
  printSpans(printer, "negative_span", from.negativeSpans);
  for (const count of from.negativeBuckets) printer.field("negative_count", numberText(count));
  printSpans(printer, "positive_span", from.positiveSpans);
  for (const count of from.positiveBuckets) printer.field("positive_count", numberText(count));
  printer.close();
}

function printSpans(printer: Printer, name: string, { offsets, lengths }: BucketSpans): void {
  for (let i = 0; i < lengths.length; i++) {
    printer.open(name);
    printer.field("offset", offsets[i]!);
    printer.field("length", lengths[i]!);
    printer.close();
  }
}

/** The families of samples as text; `given` are labels that every series gets. */
export function* familyTexts(
  samples: Iterable<NewestSample>,
  given: readonly LabelPair[],
  escaping: NameEscaping,
  isCompact: boolean,
): Generator<string> {
  const printer = new FamilyPrinter(given, escaping, isCompact);
  const splitter = new FamilySplitter(printer);
  for (const sample of samples) {
    splitter.add(sample);
    yield printer.take();
  }
  printer.endFamily();
  yield printer.take();
}
