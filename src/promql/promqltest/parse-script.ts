/** Parses a whole test script to its commands. */
import { ExpectationBuilder, parseMoment, parseRange } from "./parse-expectation.ts";
import type {
  EvalCommand,
  LoadCommand,
  ScriptCommand,
  ScriptSeries,
  ScriptStartTimes,
} from "./script.ts";
import { ScriptError } from "./script-error.ts";
import { readSeriesName } from "./series-name.ts";
import { readItems, readStartOffsets } from "./series-values.ts";
import { TextScanner } from "./text-scanner.ts";

const LOAD = /^load(?:_(with_nhcb))?\s+(.+?)$/i;
const EVAL_INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$/i;
const EVAL_RANGE =
  /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/i;

/** The lines of a script, trimmed; a comment counts as an empty line. */
function cleanLines(text: string): string[] {
  return text.split("\n").map((line) => {
    const trimmed = line.trim();
    return trimmed.startsWith("#") ? "" : trimmed;
  });
}

class ScriptParser {
  private readonly lines: readonly string[];
  private next = 0;

  constructor(text: string) {
    this.lines = cleanLines(text);
  }

  parse(): ScriptCommand[] {
    const commands: ScriptCommand[] = [];
    for (let line = this.takeLine(); line !== null; line = this.takeLine()) {
      if (line === "") continue;
      const lineNumber = this.next;
      commands.push(this.guarded(() => this.parseCommand(line, lineNumber)));
    }
    return commands;
  }

  private takeLine(): string | null {
    return this.next < this.lines.length ? this.lines[this.next++]! : null;
  }

  /** Runs `parse`; what it throws is an error of the line taken last. */
  private guarded<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (error instanceof ScriptError) throw error;
      throw new ScriptError(this.next, error instanceof Error ? error.message : String(error));
    }
  }

  private parseCommand(line: string, lineNumber: number): ScriptCommand {
    if (/^clear$/i.test(line)) return { kind: "clear" };
    const load = LOAD.exec(line);
    if (load) return this.parseLoad(load[2]!, load[1] !== undefined, lineNumber);
    if (/^eval/i.test(line)) return this.parseEval(line, lineNumber);
    throw new Error(`unknown command "${line}"`);
  }

  /** The lines up to the next empty one. */
  private *block(): Generator<string> {
    for (let line = this.takeLine(); line; line = this.takeLine()) yield line;
  }

  private parseLoad(step: string, withCustomHistograms: boolean, line: number): LoadCommand {
    const series: ScriptSeries[] = [];
    const startTimes: ScriptStartTimes[] = [];
    for (const text of this.block()) {
      const scanner = new TextScanner(text);
      const labels = readSeriesName(scanner);
      if (scanner.accept("@st")) startTimes.push({ labels, offsetsMs: readStartOffsets(scanner) });
      else series.push({ line: this.next, labels, items: readItems(scanner) });
    }
    const stepMs = parseMoment(step);
    return { kind: "load", line, stepMs, withCustomHistograms, series, startTimes };
  }

  private parseEval(line: string, lineNumber: number): EvalCommand {
    const range = EVAL_RANGE.exec(line);
    const instant = range ? null : EVAL_INSTANT.exec(line);
    const found = range ?? instant;
    if (!found) throw new Error(`bad eval "${line}"`);
    const builder = new ExpectationBuilder(found[1]);
    for (const text of this.block()) builder.addLine(text, this.next);
    return {
      kind: "eval",
      line: lineNumber,
      expression: found.at(-1)!,
      range: range ? parseRange(range[2]!, range[3]!, range[4]!) : null,
      timeMs: instant?.[2] ? parseMoment(instant[2]) : 0,
      expectation: builder.build(),
    };
  }
}

/** Parses a script. Throws ScriptError with the line of the mistake. */
export function parseScript(text: string): ScriptCommand[] {
  return new ScriptParser(text).parse();
}
