/**
 * Reader of the Prometheus text exposition format 0.0.4: /metrics text becomes samples.
 *
 * Format: prometheus.io/docs/instrumenting/exposition_formats. Used by the self-scrape on our own
 * /metrics, so names are the classic ones (ASCII) and the newer quoted names are refused.
 *
 * I1  A text with a malformed line is refused as a whole, with the line's number.
 * I2  Labels of a sample are sorted by name, unique, without empty values, and hold __name__.
 *
 * Units: times are milliseconds since the epoch; lines count from 1.
 */
import { TsdbError } from "../base/errors.ts";
import { numberOfText } from "../base/number-text.ts";

/** One sample line. */
export interface ExpositionSample {
  /** Names and values in turn, sorted by name. */
  readonly labels: readonly string[];
  readonly value: number;
  /** The line's own timestamp, or null. */
  readonly timeMs: number | null;
}

/** What HELP and TYPE lines say of one metric family. */
export interface ExpositionFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

export interface Exposition {
  readonly samples: readonly ExpositionSample[];
  readonly families: readonly ExpositionFamily[];
}

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const LABEL_VALUE = /"((?:[^"\\]|\\.)*)"/y;
const BLANKS = /[ \t]*/y;
const WORD = /[^ \t]+/y;
const TIMESTAMP = /^-?\d{1,19}$/;
const COMMENT = /^#[ \t]+(HELP|TYPE)[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?$/;
const TYPES = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);

/** Reads a whole text. Throws TsdbError EXPOSITION_INVALID naming the first bad line. */
export function parseExposition(text: string): Exposition {
  const samples: ExpositionSample[] = [];
  const families = new Map<string, ExpositionFamily>();
  const lines = text.split("\n");
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "") continue;
    if (line.startsWith("#")) noteComment(line, index + 1, families);
    else samples.push(new SampleLine(line, index + 1).read());
  }
  return { samples, families: [...families.values()] };
}

function noteComment(line: string, number: number, families: Map<string, ExpositionFamily>): void {
  const match = COMMENT.exec(line);
  if (match === null) return;
  const [, keyword, name = "", rest = ""] = match;
  const known = families.get(name) ?? { name, type: "untyped", help: "" };
  if (keyword === "HELP") {
    families.set(name, { ...known, help: unescaped(rest) });
  } else {
    if (!TYPES.has(rest)) throw invalid(number, `type ${JSON.stringify(rest)} is not known`);
    families.set(name, { ...known, type: rest });
  }
}

/** One sample line, read from left to right. */
class SampleLine {
  private readonly line: string;
  private readonly number: number;
  private at = 0;

  constructor(line: string, number: number) {
    this.line = line;
    this.number = number;
  }

  read(): ExpositionSample {
    const pairs = new Map([["__name__", this.take(METRIC_NAME, "a metric name")]]);
    this.take(BLANKS, "");
    if (this.line[this.at] === "{") this.readLabels(pairs);
    this.take(BLANKS, "");
    const value = this.numberOf(this.take(WORD, "a value"));
    this.take(BLANKS, "");
    const timeMs = this.at < this.line.length ? this.timeOf(this.take(WORD, "a time")) : null;
    if (this.at < this.line.length) throw this.fail("text behind the timestamp");
    return { labels: sortedLabels(pairs), value, timeMs };
  }

  private readLabels(pairs: Map<string, string>): void {
    this.expect("{");
    while (this.line[this.at] !== "}") {
      const name = this.take(LABEL_NAME, "a label name");
      this.take(BLANKS, "");
      this.expect("=");
      const value = unescaped(this.take(LABEL_VALUE, "a quoted label value").slice(1, -1));
      if (pairs.has(name)) throw this.fail(`label ${name} is given twice`);
      pairs.set(name, value);
      this.take(BLANKS, "");
      if (this.line[this.at] !== "}") this.expect(",");
    }
    this.expect("}");
  }

  /** Takes one character and the blanks behind it. */
  private expect(character: string): void {
    if (this.line[this.at] !== character) throw this.fail(`want ${JSON.stringify(character)}`);
    this.at++;
    this.take(BLANKS, "");
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
    if (number === null) throw this.fail(`value ${JSON.stringify(word)} is not a number`);
    return number;
  }

  private timeOf(word: string): number {
    if (!TIMESTAMP.test(word)) {
      throw this.fail(`timestamp ${JSON.stringify(word)} is not a whole number`);
    }
    return Number(word);
  }

  private fail(what: string): TsdbError {
    return invalid(this.number, `${what} at column ${this.at + 1}`);
  }
}

/** Pairs in turn, sorted: the names are ASCII, so the order of strings is that of bytes. */
function sortedLabels(pairs: ReadonlyMap<string, string>): string[] {
  const kept = [...pairs].filter(([, value]) => value !== "");
  kept.sort(([left], [right]) => (left < right ? -1 : 1));
  return kept.flat();
}

/** Undoes the escapes of help texts and label values; an unknown escape stays as it is. */
function unescaped(text: string): string {
  return text.replace(/\\([\\n"])/g, (_all, code: string) => (code === "n" ? "\n" : code));
}

function invalid(line: number, what: string): TsdbError {
  return new TsdbError("EXPOSITION_INVALID", `metrics text invalid in line ${line}: ${what}`);
}
