/** The lines below an eval: `expect …`, a scalar, or series with values. */
import { parseDuration, parseGoFloat } from "../parse/number-text.ts";
import { unquote } from "../parse/string-text.ts";
import type { Expectation, ScriptRange, ScriptSeries, TextRule } from "./script.ts";
import { readSeriesName } from "./series-name.ts";
import { readItems } from "./series-values.ts";
import { TextScanner } from "./text-scanner.ts";

const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/i;
const EXPECT_RANGE = /^expect\s+range\s+vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/i;
const EXPECT_STRING = /^expect\s+string\s+(.+)$/i;
const OLD_FAIL = /^expected_fail_(message|regexp)\s+(.+)$/i;

const ANY: TextRule = { kind: "any" };

/** A moment or step: a duration, perhaps negative, or seconds. */
export function parseMoment(text: string): number {
  const outcome = parseDuration(text.replace(/^[+-]/, ""));
  const seconds = parseGoFloat(text);
  if ("ms" in outcome) return text.startsWith("-") ? -outcome.ms : outcome.ms;
  if (seconds === null) throw new Error(`bad duration "${text}"`);
  return seconds * 1000;
}

export function parseRange(start: string, end: string, step: string): ScriptRange {
  return {
    startMs: parseMoment(start.trim()),
    endMs: parseMoment(end.trim()),
    stepMs: parseMoment(step.trim()),
  };
}

/** Collects the lines of one eval. */
export class ExpectationBuilder {
  private fail: TextRule | null = null;
  private readonly warnings: TextRule[] = [];
  private readonly infos: TextRule[] = [];
  private noWarnings = false;
  private noInfos = false;
  private ordered = false;
  private text: string | null = null;
  private rangeVector: ScriptRange | null = null;
  private scalar: number | null = null;
  private readonly series: ScriptSeries[] = [];

  /** `suffix` is that of the old commands eval_fail, eval_warn … */
  constructor(suffix: string | undefined) {
    if (suffix) this.addRule(suffix.toLowerCase(), ANY);
  }

  addLine(line: string, lineNumber: number): void {
    if (/^expect(ed_fail)?[\s_]/i.test(line)) this.addExpect(line);
    else this.addResult(line, lineNumber);
  }

  build(): Expectation {
    return {
      fail: this.fail,
      warnings: this.warnings,
      infos: this.infos,
      noWarnings: this.noWarnings,
      noInfos: this.noInfos,
      ordered: this.ordered,
      string: this.text,
      rangeVector: this.rangeVector,
      scalar: this.scalar,
      series: this.series,
    };
  }

  private addExpect(line: string): void {
    const range = EXPECT_RANGE.exec(line);
    const text = EXPECT_STRING.exec(line);
    const old = OLD_FAIL.exec(line);
    const rule = EXPECT.exec(line);
    if (range) this.rangeVector = parseRange(range[1]!, range[2]!, range[3]!);
    else if (text) this.text = unquote(text[1]!.trim());
    else if (old) this.fail = textRule(old[1] === "message" ? "msg" : "regex", old[2]!);
    else if (rule) this.addRule(rule[1]!.toLowerCase(), textRule(rule[2], rule[3]));
    else throw new Error(`unknown expectation "${line}"`);
  }

  private addRule(kind: string, rule: TextRule): void {
    if (kind === "fail") this.fail = rule;
    else if (kind === "warn") this.warnings.push(rule);
    else if (kind === "info") this.infos.push(rule);
    else if (kind === "no_warn") this.noWarnings = true;
    else if (kind === "no_info") this.noInfos = true;
    else this.ordered = true;
  }

  private addResult(line: string, lineNumber: number): void {
    const number = parseGoFloat(line);
    if (number !== null) {
      this.scalar = number;
      return;
    }
    const scanner = new TextScanner(line);
    const labels = readSeriesName(scanner);
    this.series.push({ line: lineNumber, labels, items: readItems(scanner) });
  }
}

function textRule(kind: string | undefined, text: string | undefined): TextRule {
  if (kind === undefined || text === undefined) return ANY;
  const trimmed = text.trim();
  return kind.toLowerCase() === "msg"
    ? { kind: "equal", text: trimmed }
    : { kind: "matches", pattern: trimmed };
}
