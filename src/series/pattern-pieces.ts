/**
 * Alternatives put together to pieces, each of which is compiled in one go.
 *
 * I1  A value matches one of the alternatives exactly when it matches one of the pieces; and when
 *     `order` is kept, the first piece that it matches finds the groups that all of it would.
 * I2  An alternative that is too much for a piece is split where its weight is the alternatives of
 *     a group: of `x(a|b|c)y` come `x(?:a|b)y` and `x(?:c)y`. One that cannot be split stays whole.
 *
 * I3  A piece is made when it is wanted. PAUSE in place of one says that others may run.
 *
 * Units: weights are those of pattern-weight.ts.
 */
import { alternativesInSteps, endOfClass, groupAt, isPlainText } from "./pattern-parts.ts";
import { requireWhole, weigh } from "./pattern-weight.ts";

/** What is put together, and what may be repeated beside the portions of a group. */
const PIECE_WEIGHT = 512;
const REPEATED_WEIGHT_MAX = 512;
const ALTERNATIVES_A_STEP = 2048;

const NAMED_GROUP = /\(\?P?</;
const FLAGGED = /^\(\?[A-Za-z]*(?:-[A-Za-z]*)?:/;
const QUANTIFIER = /[*+?{]/;

/** Alternatives that are compiled together. */
export interface Piece {
  readonly text: string;
  readonly weight: number;
  /** Groups of the whole that stand before it, and its own. */
  readonly groupsBefore: number;
  readonly groupCount: number;
}

interface Splitting {
  /** Whether groups must be found as in the whole. */
  readonly keepsGroups: boolean;
}

/** Stands between pieces. */
export const PAUSE = null;

/** Steps with PAUSE between them. */
function* pausing<Result>(steps: Generator<void, Result>): Generator<typeof PAUSE, Result> {
  let step = steps.next();
  for (; !step.done; step = steps.next()) yield PAUSE;
  return step.value;
}

/** Texts put together with `|`, up to a weight each. */
function* portionsOf(texts: readonly string[], weightMax: number): Generator<Piece> {
  let from = 0;
  let [weight, groupsBefore, groupCount] = [0, 0, 0];
  const portion = (to: number): Piece => {
    const text = texts.slice(from, to).join("|");
    const made = { text, weight, groupsBefore, groupCount };
    groupsBefore += groupCount;
    [from, weight, groupCount] = [to, 0, 0];
    return made;
  };
  for (const [i, text] of texts.entries()) {
    const own = weigh(text);
    if (i > from && weight + own.weight > weightMax) yield portion(i);
    weight += own.weight + 1;
    groupCount += own.groupCount;
  }
  if (from < texts.length) yield portion(texts.length);
}

interface OpenGroup {
  readonly from: number;
  readonly inner: string;
  readonly end: number;
}

/** The longest group of an alternative that stands in no other and is not repeated. */
function longestGroup(alternative: string): OpenGroup | null {
  let longest: OpenGroup | null = null;
  for (let at = 0; at < alternative.length; at++) {
    if (alternative[at] === "\\") at++;
    else if (alternative[at] === "[") {
      at = endOfClass(alternative, at) - 1;
      if (at < 0) return longest;
    } else if (alternative[at] === "(") {
      const group = groupAt(alternative, at);
      if (group === null) return longest;
      const isOnce = !QUANTIFIER.test(alternative[group.end] ?? "");
      if (isOnce && !(longest && longest.inner.length >= group.inner.length)) {
        longest = { from: at, ...group };
      }
      at = group.end - 1;
    }
  }
  return longest;
}

/** Several that together match what an alternative does; null when it cannot be split. */
function* split(
  alternative: string,
  splitting: Splitting,
): Generator<typeof PAUSE, string[] | null> {
  const flags = FLAGGED.exec(alternative)?.[0];
  if (flags !== undefined && flags !== "(?:" && !splitting.keepsGroups) {
    const inner = groupAt(`(?:${alternative.slice(flags.length)}`, 0);
    if (inner === null || inner.end !== alternative.length - flags.length + 3) return null;
    const parts = yield* split(inner.inner, splitting);
    return parts?.map((part) => `${flags}${part})`) ?? null;
  }
  const group = longestGroup(alternative);
  yield PAUSE;
  const inner = group && (yield* pausing(alternativesInSteps(group.inner)));
  yield PAUSE;
  if (!group || !inner || inner.length < 2) return null;
  const before = alternative.slice(0, group.from);
  const after = alternative.slice(group.end);
  // What matches in more than one way before the group would be tried in another order.
  const isTriedInOrder = isPlainText(before.replace(/^\^/, ""));
  const hasGroups = splitting.keepsGroups && weigh(group.inner).groupCount > 0;
  if (splitting.keepsGroups && (hasGroups || !isTriedInOrder)) return null;
  yield PAUSE;
  const repeated = weigh(before).weight + weigh(after).weight;
  if (repeated > REPEATED_WEIGHT_MAX) return null;
  const isCapturing = splitting.keepsGroups && alternative[group.from + 1] !== "?";
  const open = `${before}${isCapturing ? "(" : "(?:"}`;
  const portions: string[] = [];
  for (const { text } of portionsOf(inner, PIECE_WEIGHT)) {
    portions.push(`${open}${text})${after}`);
    yield PAUSE;
  }
  return portions;
}

/** Pieces, one after the other. */
type Pieces = Generator<Piece | typeof PAUSE, void>;

/**
 * All pieces; yields wherever others may run. Throws ExpressionTooLarge when they weigh too much
 * together, so that nothing of such a pattern is compiled.
 */
export function* allPieces(pieces: Pieces): Generator<void, readonly Piece[]> {
  const all: Piece[] = [];
  let weight = 0;
  for (const piece of pieces) {
    yield;
    if (piece === PAUSE) continue;
    weight += piece.weight;
    requireWhole(weight);
    all.push(piece);
  }
  return all;
}

/** The pieces of alternatives of which only is asked whether one matches. */
export function* piecesOf(alternatives: readonly string[]): Pieces {
  // A name that is given twice must be met in one piece.
  if (alternatives.some((one) => NAMED_GROUP.test(one))) {
    yield* portionsOf(alternatives, Number.POSITIVE_INFINITY);
    return;
  }
  yield PAUSE;
  const texts: string[] = [];
  for (const [i, alternative] of alternatives.entries()) {
    if (i % ALTERNATIVES_A_STEP === ALTERNATIVES_A_STEP - 1) yield PAUSE;
    const isLarge = alternative.length > PIECE_WEIGHT;
    const parts = isLarge ? yield* split(alternative, { keepsGroups: false }) : null;
    for (const part of parts ?? [alternative]) texts.push(part);
  }
  yield* portionsOf(texts, PIECE_WEIGHT);
}

/** The pieces of a pattern of which the groups are asked. */
export function* groupPiecesOf(pattern: string): Pieces {
  const whole = { text: pattern, ...weigh(pattern), groupsBefore: 0 };
  yield PAUSE;
  const isOne = whole.weight <= PIECE_WEIGHT || NAMED_GROUP.test(pattern);
  const alternatives = isOne ? null : yield* pausing(alternativesInSteps(pattern));
  if (alternatives === null) yield whole;
  else yield* piecesInOrder(alternatives);
}

function* piecesInOrder(alternatives: readonly string[]): Pieces {
  let groupsBefore = 0;
  let small: string[] = [];
  const together = function* (): Generator<Piece> {
    const from = groupsBefore;
    for (const piece of portionsOf(small, PIECE_WEIGHT)) {
      yield { ...piece, groupsBefore: from + piece.groupsBefore };
      groupsBefore += piece.groupCount;
    }
    small = [];
  };
  for (const alternative of alternatives) {
    const isLarge = alternative.length > PIECE_WEIGHT;
    const parts = isLarge ? yield* split(alternative, { keepsGroups: true }) : null;
    if (parts === null) {
      small.push(alternative);
      continue;
    }
    yield* together();
    for (const text of parts) yield { text, ...weigh(text), groupsBefore };
    groupsBefore += weigh(alternative).groupCount;
  }
  yield* together();
}
