/**
 * A regular expression whose groups are wanted: RE2 syntax, anchored as ^(?s:…)$.
 *
 * I1  A long one is compiled in pieces (pattern-pieces.ts), of which the first that a value matches
 *     has the groups that the whole would find. Groups of the others took no part and are empty.
 */
import type { RE2JS } from "re2js";
import { compileAnchored } from "./pattern.ts";
import { allPieces, groupPiecesOf, type Piece } from "./pattern-pieces.ts";
import { longValueWork } from "./pattern-weight.ts";

/** Work of asking a piece about a value, as Pattern.work, and weight that adds one to it. */
const VALUE_WORK = 20;
const WEIGHT_PER_WORK = 4;

/** The groups of one match. */
export class Groups {
  private readonly matcher: ReturnType<RE2JS["matcher"]>;
  private readonly piece: Piece;

  constructor(matcher: ReturnType<RE2JS["matcher"]>, piece: Piece) {
    this.matcher = matcher;
    this.piece = piece;
  }

  /** Text of a group by its number or name; "" when there is none or it took no part. */
  text(name: string): string {
    if (!/^\d+$/.test(name)) return this.named(name);
    const number = Number(name);
    if (number === 0) return this.matcher.group(0) ?? "";
    const own = number - this.piece.groupsBefore;
    if (own < 1 || own > this.piece.groupCount) return "";
    return this.matcher.group(own) ?? "";
  }

  private named(name: string): string {
    try {
      return this.matcher.group(name) ?? "";
    } catch {
      return "";
    }
  }
}

export class GroupPattern {
  private readonly pieces: readonly { readonly piece: Piece; readonly expression: RE2JS }[];

  private constructor(pieces: GroupPattern["pieces"]) {
    this.pieces = pieces;
  }

  /** Compiles piece by piece; throws re2js' error for a pattern that is none. */
  static *inSteps(pattern: string): Generator<void, GroupPattern> {
    const pieces: { piece: Piece; expression: RE2JS }[] = [];
    for (const piece of yield* allPieces(groupPiecesOf(pattern))) {
      pieces.push({ piece, expression: compileAnchored(piece.text) });
      yield;
    }
    return new GroupPattern(pieces);
  }

  /** Compiles at once. */
  static compile(pattern: string): GroupPattern {
    const steps = GroupPattern.inSteps(pattern);
    let step = steps.next();
    while (!step.done) step = steps.next();
    return step.value;
  }

  /** Pieces, which may be asked one after the other until one of them matches. */
  get pieceCount(): number {
    return this.pieces.length;
  }

  /**
   * Work of asking one piece about a value, in the units of a query's meter. Throws QUERY_EXECUTION
   * for a value that is too long for it.
   */
  workOf(index: number, value: string): number {
    const { weight } = this.pieces[index]!.piece;
    return VALUE_WORK + Math.ceil(weight / WEIGHT_PER_WORK) + longValueWork(weight, value);
  }

  /** The groups of a whole value that one piece finds; null when that does not match. */
  matchPiece(index: number, value: string): Groups | null {
    const { piece, expression } = this.pieces[index]!;
    const matcher = expression.matcher(value);
    return matcher.find() ? new Groups(matcher, piece) : null;
  }

  /** The groups of a whole value; null when it does not match. */
  match(value: string): Groups | null {
    for (let index = 0; index < this.pieces.length; index++) {
      const groups = this.matchPiece(index, value);
      if (groups !== null) return groups;
    }
    return null;
  }
}
