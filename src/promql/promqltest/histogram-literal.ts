/**
 * Histograms as scripts write them: {{schema:1 sum:3 count:4 buckets:[1 2 1]}}.
 *
 * Every property may be missing; buckets are absolute counts of one span from `offset` on.
 */
import { FloatHistogram, RESET_HINTS, type ResetHint } from "../histogram/float-histogram.ts";
import { parseGoFloat } from "../parse/number-text.ts";
import { skipBlanks, type TextScanner } from "./text-scanner.ts";

const PROPERTY = /[a-z_]+/y;
const NUMBER = /[+-]?[0-9a-zA-Z.]+(?:(?<=[eE])[+-]?[0-9]+)?/y;
const HINTS: ReadonlySet<string> = new Set(RESET_HINTS);

/** A histogram with what its text said about resets; null = nothing. */
export interface WrittenHistogram {
  readonly histogram: FloatHistogram;
  readonly writtenHint: ResetHint | null;
}

function readNumber(scanner: TextScanner): number {
  const text = scanner.take(NUMBER);
  const value = text === null ? null : parseGoFloat(text);
  return value ?? scanner.fail("expected a number");
}

function readNumbers(scanner: TextScanner): number[] {
  scanner.expect("[");
  const numbers: number[] = [];
  skipBlanks(scanner);
  while (!scanner.accept("]")) {
    numbers.push(readNumber(scanner));
    skipBlanks(scanner);
  }
  return numbers;
}

function setProperty(histogram: FloatHistogram, name: string, scanner: TextScanner): void {
  if (name === "schema") histogram.schema = readNumber(scanner);
  else if (name === "sum") histogram.sum = readNumber(scanner);
  else if (name === "count") histogram.count = readNumber(scanner);
  else if (name === "z_bucket") histogram.zeroCount = readNumber(scanner);
  else if (name === "z_bucket_w") histogram.zeroThreshold = readNumber(scanner);
  else if (name === "buckets") histogram.positiveBuckets = readNumbers(scanner);
  else if (name === "n_buckets") histogram.negativeBuckets = readNumbers(scanner);
  else if (name === "custom_values") histogram.customValues = readNumbers(scanner);
  else scanner.fail(`unknown property ${name}`);
}

function readHint(scanner: TextScanner): ResetHint {
  const hint = scanner.take(PROPERTY) ?? "";
  return HINTS.has(hint) ? (hint as ResetHint) : scanner.fail("expected a reset hint");
}

/** Reads a histogram at the scanner's position, which must stand at its "{{". */
export function readHistogram(scanner: TextScanner): WrittenHistogram {
  scanner.expect("{{");
  const histogram = new FloatHistogram();
  let writtenHint: ResetHint | null = null;
  let positiveOffset = 0;
  let negativeOffset = 0;
  skipBlanks(scanner);
  while (!scanner.accept("}}")) {
    const name = scanner.take(PROPERTY) ?? scanner.fail("expected a property");
    scanner.expect(":");
    if (name === "counter_reset_hint") writtenHint = readHint(scanner);
    else if (name === "offset") positiveOffset = readNumber(scanner);
    else if (name === "n_offset") negativeOffset = readNumber(scanner);
    else setProperty(histogram, name, scanner);
    skipBlanks(scanner);
  }
  histogram.resetHint = writtenHint ?? "unknown";
  const { positiveBuckets, negativeBuckets } = histogram;
  histogram.positiveSpans = oneSpan(positiveOffset, positiveBuckets.length);
  histogram.negativeSpans = oneSpan(negativeOffset, negativeBuckets.length);
  return { histogram, writtenHint };
}

function oneSpan(offset: number, length: number): FloatHistogram["positiveSpans"] {
  return length === 0 ? { offsets: [], lengths: [] } : { offsets: [offset], lengths: [length] };
}
