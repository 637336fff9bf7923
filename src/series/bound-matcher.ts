/**
 * One matcher of a selection bound to the index: the pairs whose values match, found bit by bit,
 * and what it said of each pair so far, so that a pattern is never run twice on the same value.
 *
 * I1  Between two steps pairs may go and their refs may be given to others: who saw that happen
 *     (PairTable.releasedCount) asks again.
 *
 * Units: work is what the meter of a query counts, about 20 ns.
 */
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import type { LabelIndex } from "./label-index.ts";
import { pairOfName } from "./label-reader.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";
import { FREE_LENGTH } from "./pattern-weight.ts";

/** Values that are asked about first count so many times: V8 may not have compiled that code. */
const COLD_VALUES = 2048;
const COLD_FACTOR = 8;
/** Work between two yields, and that of looking at a pair. */
export const STEP_WORK = 1280;
const PAIR_WORK = 2;
const LITERAL_WORK = 20;
/** Of asking a piece of a pattern about a value. */
const PIECE_WORK = 320;
/** Answers lie in pages of so many pairs, as a shift. */
const PAGE_SHIFT = 12;
const PAGE_MASK = (1 << PAGE_SHIFT) - 1;
/** A name with fewer than this share of all pairs has its list of them walked. */
const LISTED_SHARE = 1 / 8;

/** Answers; 0 = not asked. */
const YES = 1;
const NO = 2;

export class BoundMatcher {
  readonly name: SymbolRef | -1;
  readonly matchesAbsent: boolean;
  /** Work of patterns since takeWork(). */
  work = 0;
  /** Values asked about, each in one go. */
  private asked = 0;
  private readonly index: LabelIndex;
  private readonly matcher: Matcher;
  private answers: (Uint8Array | undefined)[] = [];
  private found: PairRef[] = [];

  constructor(index: LabelIndex, matcher: Matcher) {
    this.index = index;
    this.matcher = matcher;
    this.name = index.symbols.findText(matcher.name);
    this.matchesAbsent = matcher.matches("");
  }

  /** Whether one value is more than may be asked about between two yields: list() goes ahead. */
  get isHeavy(): boolean {
    return this.matcher.work >= STEP_WORK;
  }

  /** Whether a long value is asked about in steps: askAhead() goes before accepts(). */
  get hasPieces(): boolean {
    return this.matcher.pieceCount > 1;
  }

  /** Steps of asking about the value of a series; null when accepts() may be called at once. */
  askAhead(series: SeriesRef): Generator<number, void> | null {
    const pair = pairOfName(this.index, series, this.name);
    if (pair === NO_PAIR || !this.isLong(pair)) return null;
    return this.pageOf(pair)[pair & PAGE_MASK] === 0 ? this.askInSteps(pair) : null;
  }

  /** Whether a series satisfies the matcher. */
  accepts(series: SeriesRef): boolean {
    const pair = pairOfName(this.index, series, this.name);
    return pair === NO_PAIR ? this.matchesAbsent : this.acceptsPair(pair);
  }

  /** The pairs whose value matches, once they are listed. */
  get pairs(): readonly PairRef[] {
    return this.found;
  }

  /** The work since it was asked last. */
  takeWork(): number {
    const { work } = this;
    this.work = 0;
    return work;
  }

  /** Finds the pairs whose value matches; all there are when it does not match "". */
  *list(): Generator<number, void> {
    const { pairs } = this.index;
    const literals = this.matcher.literals();
    if (this.name === -1) return;
    if (literals !== null) yield* this.listLiterals(literals);
    else if (pairs.valueCountOf(this.name) < pairs.upperBound * LISTED_SHARE) {
      yield* this.listAmong(pairs.refsOfName(this.name));
    } else yield* this.listAmong(null);
  }

  /** Looks at the found pairs anew. */
  *askAgain(): Generator<number, void> {
    const before = this.found;
    this.answers = [];
    this.found = [];
    yield* this.listAmong(before);
  }

  private *listLiterals(literals: readonly string[]): Generator<number, void> {
    const { pairs, symbols } = this.index;
    for (const literal of literals) {
      const value = symbols.findText(literal);
      const pair = value === -1 ? NO_PAIR : pairs.find(this.name as SymbolRef, value);
      if (pair !== NO_PAIR) this.found.push(pair);
      this.work += LITERAL_WORK;
      if (this.work >= STEP_WORK) yield this.takeWork();
    }
  }

  /** Finds the matching ones of some pairs, or of all there are now. */
  private *listAmong(some: ArrayLike<PairRef | number> | null): Generator<number, void> {
    const { pairs } = this.index;
    const count = some === null ? pairs.upperBound : some.length;
    for (let i = 0; i < count; i++) {
      const pair = (some === null ? i : some[i]!) as PairRef;
      this.work += PAIR_WORK;
      const isOfName = pairs.isLive(pair) && pairs.nameOf(pair) === this.name;
      if (isOfName && (this.isHeavy || this.isLong(pair))) yield* this.askInSteps(pair);
      if (isOfName && this.acceptsPair(pair)) this.found.push(pair);
      if (this.work >= STEP_WORK) yield this.takeWork();
    }
  }

  private pageOf(pair: PairRef): Uint8Array {
    let page = this.answers[pair >>> PAGE_SHIFT];
    if (page === undefined) {
      page = new Uint8Array(PAGE_MASK + 1);
      this.answers[pair >>> PAGE_SHIFT] = page;
    }
    return page;
  }

  private valueOf(pair: PairRef): string {
    return this.index.symbols.textOf(this.index.pairs.valueOf(pair));
  }

  /** Whether asking about a pair may be more work than about others. */
  private isLong(pair: PairRef): boolean {
    const { pairs, symbols } = this.index;
    return symbols.lengthOf(pairs.valueOf(pair)) > FREE_LENGTH;
  }

  private acceptsPair(pair: PairRef): boolean {
    const page = this.pageOf(pair);
    const known = page[pair & PAGE_MASK]!;
    if (known !== 0) return known === YES;
    const value = this.valueOf(pair);
    const isCold = this.asked++ < COLD_VALUES;
    this.work += this.matcher.workOf(value) * (isCold ? COLD_FACTOR : 1);
    const answer = this.matcher.matches(value);
    page[pair & PAGE_MASK] = answer ? YES : NO;
    return answer;
  }

  /** Asks about a pair, a piece of the pattern at a time. */
  private *askInSteps(pair: PairRef): Generator<number, void> {
    const page = this.pageOf(pair);
    if (page[pair & PAGE_MASK] !== 0) return;
    const steps = this.matcher.matchesInSteps(this.valueOf(pair));
    let step = steps.next();
    for (; !step.done; step = steps.next()) yield PIECE_WORK + step.value;
    page[pair & PAGE_MASK] = step.value ? YES : NO;
  }
}
