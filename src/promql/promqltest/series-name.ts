/** The name of a series in a script: NAME{label="value", …} or {"quoted.name", label="value"}. */
import { Labels } from "../../series/labels.ts";
import { METRIC_NAME } from "../label-operations.ts";
import { unquote } from "../parse/string-text.ts";
import { skipBlanks, type TextScanner } from "./text-scanner.ts";

const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y;

function readQuoted(scanner: TextScanner): string {
  const literal = scanner.take(QUOTED);
  return literal === null ? scanner.fail("expected a quoted text") : unquote(literal);
}

/** One entry between braces. */
function readEntry(scanner: TextScanner): [string, string] {
  const bare = scanner.take(LABEL);
  const name = bare ?? readQuoted(scanner);
  skipBlanks(scanner);
  if (!scanner.accept("=")) {
    return bare === null ? [METRIC_NAME, name] : scanner.fail("expected =");
  }
  skipBlanks(scanner);
  return [name, readQuoted(scanner)];
}

/** Reads the name of a series at the scanner's position. */
export function readSeriesName(scanner: TextScanner): Labels {
  const pairs: [string, string][] = [];
  const name = scanner.take(METRIC);
  if (name !== null) pairs.push([METRIC_NAME, name]);
  if (scanner.accept("{")) {
    skipBlanks(scanner);
    while (!scanner.accept("}")) {
      pairs.push(readEntry(scanner));
      skipBlanks(scanner);
      if (scanner.accept(",")) skipBlanks(scanner);
      else if (!scanner.text.startsWith("}", scanner.position)) scanner.fail("expected , or }");
    }
  } else if (name === null) {
    scanner.fail("expected a series");
  }
  return Labels.fromPairs(pairs);
}
