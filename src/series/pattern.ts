/**
 * A regular expression as a predicate: RE2 syntax, linear time (re2js), anchored as ^(?s:…)$.
 *
 * I1  Alternatives that are texts, or texts in front of anything, are looked up and not compiled.
 * I2  The others are compiled some at a time (pattern-pieces.ts): to compile thousands in one go
 *     would hold the thread for as long as that takes. What cannot be taken apart and is more than
 *     may be compiled in one go is refused, as Go refuses what is more than it would hold.
 *
 * Units: lengths are UTF-16 units; work is what the meter of a query counts, about 20 ns; weights
 * are those of pattern-weight.ts.
 */
import { RE2JS } from "re2js";
import { partsInSteps } from "./pattern-parts.ts";
import { allPieces, piecesOf } from "./pattern-pieces.ts";
import {
  ExpressionTooLarge,
  FREE_LENGTH,
  longValueWork,
  requireLight,
  WEIGHT_MAX,
  weigh,
} from "./pattern-weight.ts";

/** Work of asking about one value, and weight that adds one to it. */
const VALUE_WORK = 20;
const WEIGHT_PER_WORK = 32;

/** Fails as the pattern alone does. */
function compileBare(pattern: string): void {
  requireLight(pattern);
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Go names the rest of the pattern here too, which is empty.
    throw message.endsWith("at end of expression") ? new Error(`${message}: \`\``) : error;
  }
}

/** Compiles an expression anchored at both ends, `.` for every character. */
export function compileAnchored(expression: string): RE2JS {
  requireLight(expression);
  return RE2JS.compile(`^(?s:${expression})$`);
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

interface CompiledPiece {
  readonly expression: RE2JS;
  readonly weight: number;
}

/** A compiled pattern. */
export class Pattern {
  /** The only values that match, each once; null when they cannot be listed. */
  readonly literals: readonly string[] | null;
  /** Of asking about one value that is not long. */
  readonly work: number;
  private readonly texts: ReadonlySet<string>;
  private readonly stems: Stems;
  private readonly longerStems: Stems;
  private readonly pieces: readonly CompiledPiece[];

  private constructor(
    parts: { texts: readonly string[]; stems: readonly string[]; longerStems: readonly string[] },
    pieces: readonly CompiledPiece[],
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
    const pieces: CompiledPiece[] = [];
    let weight = 0;
    for (const piece of yield* allPieces(piecesOf(parts.rest))) {
      weight += piece.weight;
      const expression = Pattern.compilePiece(pattern, piece.text);
      pieces.push({ expression, weight: piece.weight });
      yield;
    }
    return new Pattern(parts, pieces, VALUE_WORK + Math.ceil(weight / WEIGHT_PER_WORK));
  }

  /** Compiles at once. */
  static compile(pattern: string): Pattern {
    const steps = Pattern.inSteps(pattern);
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
  }

  /** An error names the pattern as it was written, or of a long one the piece. */
  private static compilePiece(pattern: string, piece: string): RE2JS {
    try {
      return compileAnchored(piece);
    } catch (error) {
      if (error instanceof ExpressionTooLarge) throw error;
      compileBare(weigh(pattern).weight <= WEIGHT_MAX ? pattern : piece);
      throw error;
    }
  }

  /** What is asked in one go each. */
  get pieceCount(): number {
    return this.pieces.length;
  }

  /** Of asking about a value. Throws QUERY_EXECUTION for one that is too long for the pattern. */
  workOf(value: string): number {
    let { work } = this;
    if (value.length <= FREE_LENGTH || this.isListed(value)) return work;
    for (const { weight } of this.pieces) work += longValueWork(weight, value);
    return work;
  }

  /** Whether a whole value matches. Throws as workOf() does. */
  matches(value: string): boolean {
    if (this.isListed(value)) return true;
    for (const { expression, weight } of this.pieces) {
      longValueWork(weight, value);
      if (expression.matcher(value).find()) return true;
    }
    return false;
  }

  /** As matches(), a piece at a time; yields what a long value was more work than a short one. */
  *matchesInSteps(value: string): Generator<number, boolean> {
    if (this.isListed(value)) return true;
    for (const { expression, weight } of this.pieces) {
      const work = longValueWork(weight, value);
      if (expression.matcher(value).find()) return true;
      yield work;
    }
    return false;
  }

  private isListed(value: string): boolean {
    if (this.texts.has(value) || this.stems.haveOneOf(value)) return true;
    return this.longerStems.haveOneOf(value);
  }
}
