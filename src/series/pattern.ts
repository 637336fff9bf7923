/**
 * A regular expression as a predicate: RE2 syntax, linear time (re2js), anchored as ^(?s:…)$.
 *
 * I1  Alternatives that are texts, or texts in front of anything, are looked up and not compiled.
 * I2  The others are compiled some at a time: to compile thousands in one go would hold the thread
 *     for as long as that takes. A single alternative is compiled in one go.
 *
 * Units: lengths are UTF-16 units; work is what the meter of a query counts, about 20 ns.
 */
import { RE2JS } from "re2js";
import { partsInSteps } from "./pattern-parts.ts";

/** Size of the alternatives that are compiled at a time, and of one named character class. */
const PIECE_SIZE = 2048;
const CLASS_SIZE = 64;
/** Work of asking about one value, and size that adds one to it. */
const VALUE_WORK = 20;
const SIZE_PER_WORK = 32;

const REPEAT = /\{(\d+)(?:,(\d*))?\}/g;
const NAMED_CLASS = /\\[pP]/g;
const NAMED_GROUP = /\(\?P?</;

/** Fails as the pattern alone does. */
function compileBare(pattern: string): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Go names the rest of the pattern here too, which is empty.
    throw message.endsWith("at end of expression") ? new Error(`${message}: \`\``) : error;
  }
}

function compileAnchored(pattern: string): RE2JS {
  return RE2JS.compile(`^(?s:${pattern})$`);
}

/** About how large an expression becomes: its length, as often as it is repeated. */
function sizeOf(expression: string): number {
  let size = expression.length;
  if (expression.includes("\\")) {
    size += CLASS_SIZE * (expression.match(NAMED_CLASS)?.length ?? 0);
  }
  if (!expression.includes("{")) return size;
  for (const [, least, most] of expression.matchAll(REPEAT)) {
    size *= Math.max(1, Number(most || least));
  }
  return size;
}

/** Alternatives that are compiled together. */
interface Piece {
  readonly text: string;
  readonly size: number;
}

/** Alternatives put together to pieces; a name that is given twice must be met in one. */
function piecesOf(alternatives: readonly string[]): Piece[] {
  const sizeMax = alternatives.some((one) => NAMED_GROUP.test(one)) ? Infinity : PIECE_SIZE;
  const pieces: Piece[] = [];
  let from = 0;
  let size = 0;
  const end = (at: number): void => {
    if (at > from) pieces.push({ text: alternatives.slice(from, at).join("|"), size });
    from = at;
    size = 0;
  };
  for (const [i, alternative] of alternatives.entries()) {
    const own = sizeOf(alternative);
    if (size + own > sizeMax) end(i);
    size += own;
  }
  end(alternatives.length);
  return pieces;
}

/** Texts that values begin with, by length. */
class Stems {
  private readonly byLength = new Map<number, Set<string>>();
  private readonly least: number;

  /** A value has `least` more characters than its stem, or more. */
  constructor(stems: readonly string[], least: number) {
    this.least = least;
    for (const stem of stems) {
      const known = this.byLength.get(stem.length);
      if (known) known.add(stem);
      else this.byLength.set(stem.length, new Set([stem]));
    }
  }

  haveOneOf(value: string): boolean {
    for (const [length, stems] of this.byLength) {
      if (value.length >= length + this.least && stems.has(value.slice(0, length))) return true;
    }
    return false;
  }
}

/** A compiled pattern. */
export class Pattern {
  /** The only values that match, each once; null when they cannot be listed. */
  readonly literals: readonly string[] | null;
  /** Of asking about one value. */
  readonly work: number;
  private readonly texts: ReadonlySet<string>;
  private readonly stems: Stems;
  private readonly longerStems: Stems;
  private readonly pieces: readonly RE2JS[];

  private constructor(
    parts: { texts: readonly string[]; stems: readonly string[]; longerStems: readonly string[] },
    pieces: readonly RE2JS[],
    work: number,
  ) {
    this.texts = new Set(parts.texts);
    this.stems = new Stems(parts.stems, 0);
    this.longerStems = new Stems(parts.longerStems, 1);
    this.pieces = pieces;
    this.work = work;
    const isListed = parts.stems.length + parts.longerStems.length + pieces.length === 0;
    this.literals = isListed ? [...this.texts] : null;
  }

  /** Compiles piece by piece; throws re2js' error for a pattern that is none. */
  static *inSteps(pattern: string): Generator<void, Pattern> {
    const parts = yield* partsInSteps(pattern);
    // `a)|(b` is none, though it would be one between our brackets.
    if (!parts.isUnderstood) compileBare(pattern);
    const pieces: RE2JS[] = [];
    let size = 0;
    for (const piece of piecesOf(parts.rest)) {
      pieces.push(Pattern.compilePiece(pattern, piece.text));
      size += piece.size;
      yield;
    }
    return new Pattern(parts, pieces, VALUE_WORK + Math.ceil(size / SIZE_PER_WORK));
  }

  /** Compiles at once. */
  static compile(pattern: string): Pattern {
    const steps = Pattern.inSteps(pattern);
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
  }

  /** An error names the pattern as it was written. */
  private static compilePiece(pattern: string, piece: string): RE2JS {
    try {
      return compileAnchored(piece);
    } catch (error) {
      compileBare(pattern);
      throw error;
    }
  }

  /** Whether a whole value matches. */
  matches(value: string): boolean {
    if (this.texts.has(value) || this.stems.haveOneOf(value)) return true;
    if (this.longerStems.haveOneOf(value)) return true;
    for (const piece of this.pieces) {
      if (piece.matcher(value).find()) return true;
    }
    return false;
  }
}
