/**
 * Reader of OpenMetrics text whose samples have timestamps: a backfill file.
 *
 * Format: OpenMetrics 1.0 (prometheus.io/docs/specs/om/open_metrics_spec), with quoted UTF-8 names
 * in braces as Prometheus 3 writes them. Metadata lines and exemplars are passed over.
 *
 * I1  A malformed line is an EXPOSITION_INVALID that names the line and the column.
 * I2  The text must end with "# EOF", so that a file that broke off is not taken for a whole one.
 * I3  Labels of a sample are sorted by name, unique, without empty values.
 *
 * Units: times are milliseconds since the epoch (seconds in the text); lines and columns from 1.
 */
import { TsdbError } from "../base/errors.ts";
import { numberOfText } from "../base/number-text.ts";
import { compareUtf8 } from "../series/labels.ts";

export interface ImportedSample {
  /** Name, value, name, value … */
  readonly labels: readonly string[];
  readonly timeMs: number;
  readonly value: number;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const QUOTED = /"((?:[^"\\\n]|\\[\\n"])*)"/y;
const BLANK = / */y;
const WORD = /[^ #]+/y;
const END = "# EOF";
const METRIC_NAME = "__name__";

/** The samples of a text, in its order. */
export function* openMetricsSamples(text: string): Generator<ImportedSample> {
  let number = 0;
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf("\n", from);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(from, end);
    number++;
    from = end + 1;
    if (line === END) {
      if (text.slice(from).trim() !== "") throw invalid(number + 1, 1, `text behind ${END}`);
      return;
    }
    if (line.startsWith("#") || line.trim() === "") continue;
    yield new SampleLine(line, number).read();
  }
  throw invalid(number + 1, 1, `want ${END} at the end: the text may have broken off`);
}

class SampleLine {
  private readonly line: string;
  private readonly number: number;
  private readonly pairs = new Map<string, string>();
  private at = 0;

  constructor(line: string, number: number) {
    this.line = line;
    this.number = number;
  }

  read(): ImportedSample {
    if (this.next() !== "{") this.pairs.set(METRIC_NAME, this.take(NAME, "a metric name"));
    this.take(BLANK, "");
    if (this.next() === "{") this.readBraces();
    if (!this.pairs.has(METRIC_NAME)) throw this.fail("the sample has no metric name");
    this.take(BLANK, "");
    const value = this.numberOf(this.take(WORD, "a value"));
    this.take(BLANK, "");
    const seconds = this.take(WORD, "a timestamp: samples without one cannot be imported");
    const timeMs = Math.round(this.numberOf(seconds) * 1000);
    if (!Number.isSafeInteger(timeMs)) throw this.fail(`timestamp ${seconds} is not a time`);
    this.take(BLANK, "");
    if (this.at < this.line.length && this.next() !== "#") {
      throw this.fail("text behind the timestamp");
    }
    return { labels: this.sorted(), timeMs, value };
  }

  private readBraces(): void {
    this.expect("{");
    while (this.next() !== "}") {
      const quoted = this.next() === '"';
      const name = quoted ? this.quoted("a name") : this.take(NAME, "a label name");
      this.take(BLANK, "");
      if (this.next() === "=") {
        this.expect("=");
        this.put(name, this.quoted("a quoted label value"));
      } else if (quoted) this.put(METRIC_NAME, name);
      else throw this.fail('want "="');
      this.take(BLANK, "");
      if (this.next() !== "}") this.expect(",");
    }
    this.expect("}");
  }

  private put(name: string, value: string): void {
    if (this.pairs.has(name)) throw this.fail(`label ${name} is given twice`);
    this.pairs.set(name, value);
  }

  private quoted(what: string): string {
    const text = this.take(QUOTED, what).slice(1, -1);
    return text.replace(/\\([\\n"])/g, (_all, code: string) => (code === "n" ? "\n" : code));
  }

  private next(): string | undefined {
    return this.line[this.at];
  }

  /** Takes one character and the blanks behind it. */
  private expect(character: string): void {
    if (this.next() !== character) throw this.fail(`want ${JSON.stringify(character)}`);
    this.at++;
    this.take(BLANK, "");
  }

  private take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.line);
    if (match === null) throw this.fail(`want ${what}`);
    this.at += match[0].length;
    return match[0];
  }

  private numberOf(word: string): number {
    const number = numberOfText(word);
    if (number === null) throw this.fail(`${JSON.stringify(word)} is not a number`);
    return number;
  }

  private sorted(): string[] {
    const kept = [...this.pairs].filter(([, value]) => value !== "");
    return kept.sort(([left], [right]) => compareUtf8(left, right)).flat();
  }

  private fail(what: string): TsdbError {
    return invalid(this.number, this.at + 1, what);
  }
}

function invalid(line: number, column: number, what: string): TsdbError {
  return new TsdbError("EXPOSITION_INVALID", `line ${line}, column ${column}: ${what}`);
}
