/**
 * Selection: which series match a list of matchers and have samples in a range of time.
 *
 * The shortest postings (of an equality, or of all values that a pattern matches) give the
 * candidates; the other matchers are then asked once per label pair and remembered, so a pattern is
 * never run twice on the same value.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import { assert } from "../base/assert.ts";
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import { isCovered } from "../chunk/time-intervals.ts";
import type { Head } from "./head.ts";
import type { LabelIndex } from "./label-index.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";
import { NO_SERIES } from "./series-table.ts";

/** Work of asking a pattern about one value in the meter's units; values between two looks. */
const PAIR_WORK = 20;
const PAIRS_PER_STEP = 64;
/** Up to here a list is sorted, above it goes through bits. */
const SORTED_MAX = 4096;

/** One matcher bound to the index: its name's symbol, and what it said of each pair so far. */
class BoundMatcher {
  readonly name: SymbolRef | -1;
  readonly matchesAbsent: boolean;
  private readonly index: LabelIndex;
  private readonly matcher: Matcher;
  private readonly answers = new Map<PairRef, boolean>();
  private asked: Uint32Array | null = null;
  private position = 0;
  private isLiteral = false;
  private isListed = false;
  private found: PairRef[] = [];

  constructor(index: LabelIndex, matcher: Matcher) {
    this.index = index;
    this.matcher = matcher;
    this.name = index.symbols.findText(matcher.name);
    this.matchesAbsent = matcher.matches("");
  }

  /** Whether a series satisfies the matcher. */
  accepts(series: SeriesRef): boolean {
    const pair = pairOfName(this.index, series, this.name);
    return pair === NO_PAIR ? this.matchesAbsent : this.acceptsPair(pair);
  }

  /** The pairs whose value matches, once listPairs() is done. */
  pairs(): PairRef[] {
    return this.found;
  }

  /** How many postings the matching pairs have. */
  cost(): number {
    let cost = 0;
    for (const pair of this.pairs()) cost += this.index.pairs.seriesCountOf(pair);
    return cost;
  }

  /**
   * Finds the pairs whose value matches; only for a matcher that does not match "". False =
   * `goOn` said no: call again.
   */
  listPairs(goOn: (work: number) => boolean): boolean {
    if (this.isListed) return true;
    const { pairs } = this.index;
    this.asked ??= this.pairsToAsk();
    while (this.position < this.asked.length) {
      const pair = this.asked[this.position++]! as PairRef;
      // Between two steps a pair may have gone.
      if (!pairs.isLive(pair) || pairs.nameOf(pair) !== this.name) continue;
      if (this.isLiteral || this.acceptsPair(pair)) this.found.push(pair);
      if (this.position % PAIRS_PER_STEP === 0 && !goOn(PAIRS_PER_STEP * PAIR_WORK)) return false;
    }
    this.isListed = true;
    return true;
  }

  /** Looks at the found pairs anew: some refs may have been given to other pairs meanwhile. */
  askAgain(): void {
    const { pairs } = this.index;
    this.answers.clear();
    this.found = this.found.filter(
      (pair) => pairs.isLive(pair) && pairs.nameOf(pair) === this.name && this.acceptsPair(pair),
    );
  }

  /** Every pair that may match: those of the literals, or all of the name. */
  private pairsToAsk(): Uint32Array {
    const { pairs, symbols } = this.index;
    if (this.name === -1) return new Uint32Array(0);
    const literals = this.matcher.literals();
    this.isLiteral = literals !== null;
    if (literals) {
      const found = new Set<PairRef>();
      for (const literal of literals) {
        const value = symbols.findText(literal);
        const pair = value === -1 ? NO_PAIR : pairs.find(this.name, value);
        if (pair !== NO_PAIR) found.add(pair);
      }
      return Uint32Array.from(found);
    }
    return pairs.refsOfName(this.name);
  }

  private acceptsPair(pair: PairRef): boolean {
    const known = this.answers.get(pair);
    if (known !== undefined) return known;
    const answer = this.matcher.matches(this.index.symbols.textOf(this.index.pairs.valueOf(pair)));
    this.answers.set(pair, answer);
    return answer;
  }
}

/** The pair of a series with the given name, or NO_PAIR. */
export function pairOfName(index: LabelIndex, series: SeriesRef, name: SymbolRef | -1): PairRef {
  if (name === -1) return NO_PAIR;
  const count = index.series.pairCountOf(series);
  for (let i = 0; i < count; i++) {
    const pair = index.series.pairAt(series, i);
    if (index.pairs.nameOf(pair) === name) return pair;
  }
  return NO_PAIR;
}

/** Whether a series has a chunk that overlaps [fromMs, toMs], is still kept and not deleted. */
export function hasSamples(head: Head, series: SeriesRef, fromMs: number, toMs: number): boolean {
  const from = Math.max(fromMs, head.oldestStartMs);
  const { chunks, tombstones } = head;
  const deleted = tombstones.seriesCount > 0 ? tombstones.of(series) : undefined;
  let chunk = head.index.series.newestChunkOf(series);
  for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
    const first = chunks.firstTimeOf(chunk);
    const last = chunks.lastTimeOf(chunk);
    if (last < from) return false;
    if (first > toMs) continue;
    if (deleted === undefined) return true;
    if (!isCovered(deleted, Math.max(first, from), Math.min(last, toMs))) return true;
  }
  return false;
}

/** The live series that satisfy every matcher and may have samples in the range, rising refs. */
export function selectSeries(
  head: Head,
  matchers: readonly Matcher[],
  fromMs: number,
  toMs: number,
): SeriesRef[] {
  const selection = new Selection(head, matchers);
  while (!selection.prepare(() => true));
  const selected: SeriesRef[] = [];
  for (let series = selection.next(); series !== NO_SERIES; series = selection.next()) {
    if (hasSamples(head, series, fromMs, toMs)) selected.push(series);
  }
  return selected;
}

/**
 * A selection in small steps: prepare() until it returns true, then next() until NO_SERIES. Between
 * two steps anything may happen to the index as long as the refs of series that were live when
 * prepare() returned true are not given to others (reader-epochs.ts).
 */
export class Selection {
  private readonly index: LabelIndex;
  private readonly bound: readonly BoundMatcher[];
  private readonly releasedBefore: number;
  private others: readonly BoundMatcher[] = [];
  private candidates: Uint32Array | null = null;
  private position = 0;

  constructor(head: Head, matchers: readonly Matcher[]) {
    this.index = head.index;
    this.releasedBefore = head.index.pairs.releasedCount;
    this.bound = matchers.map((matcher) => new BoundMatcher(head.index, matcher));
  }

  /** Finds the candidates; false = `goOn`, asked every so many units of work, said no. */
  prepare(goOn: (work: number) => boolean): boolean {
    if (this.candidates) return true;
    for (const matcher of this.bound) {
      if (!matcher.matchesAbsent && !matcher.listPairs(goOn)) return false;
    }
    if (this.index.pairs.releasedCount !== this.releasedBefore) {
      for (const matcher of this.bound) matcher.askAgain();
    }
    const [narrowest, candidates] = candidatesOf(this.index, this.bound);
    this.others = this.bound.filter((matcher) => matcher !== narrowest);
    this.candidates = liveOf(this.index, candidates);
    return true;
  }

  /** How many series may be selected at most; known when it is prepared. */
  get candidateCount(): number {
    return this.candidates?.length ?? 0;
  }

  /** The next series that satisfies every matcher, rising refs; NO_SERIES at the end. */
  next(): SeriesRef {
    const { candidates, others } = this;
    assert(candidates !== null, "a selection is prepared first");
    while (this.position < candidates.length) {
      const series = candidates[this.position++]! as SeriesRef;
      if (this.index.series.isLive(series) && acceptedBy(others, series)) return series;
    }
    return NO_SERIES;
  }
}

function acceptedBy(matchers: readonly BoundMatcher[], series: SeriesRef): boolean {
  for (const matcher of matchers) {
    if (!matcher.accepts(series)) return false;
  }
  return true;
}

/** Those of the candidates that live now; in place. */
function liveOf(index: LabelIndex, candidates: Uint32Array): Uint32Array {
  let kept = 0;
  for (let i = 0; i < candidates.length; i++) {
    const series = candidates[i]!;
    if (index.series.isLive(series)) candidates[kept++] = series;
  }
  return candidates.subarray(0, kept);
}

/** The matcher with the fewest postings and those postings; all series when none narrows. */
function candidatesOf(
  index: LabelIndex,
  bound: readonly BoundMatcher[],
): readonly [BoundMatcher | null, Uint32Array] {
  let narrowest: BoundMatcher | null = null;
  let cost = Number.POSITIVE_INFINITY;
  for (const matcher of bound) {
    if (matcher.matchesAbsent) continue;
    const ownCost = matcher.cost();
    if (ownCost < cost) {
      narrowest = matcher;
      cost = ownCost;
    }
  }
  return narrowest ? [narrowest, unionOf(index, narrowest.pairs(), cost)] : [null, all(index)];
}

function unionOf(index: LabelIndex, pairs: readonly PairRef[], size: number): Uint32Array {
  const union = new Uint32Array(size);
  let length = 0;
  for (const pair of pairs) length += index.pairs.readSeries(pair, union, length);
  // A series has one value for a name, so lists of different pairs of it are disjoint.
  if (pairs.length === 1) return union;
  return size < SORTED_MAX ? union.sort() : sortedByBits(union, index.series.upperBound);
}

/** Different numbers below `bound` in rising order, in place. */
function sortedByBits(numbers: Uint32Array, bound: number): Uint32Array {
  const bits = new Uint32Array((bound + 31) >>> 5);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    bits[number >>> 5] = bits[number >>> 5]! | (1 << (number & 31));
  }
  let length = 0;
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) {
      numbers[length++] = word * 32 + (31 - Math.clz32(rest & -rest));
    }
  }
  return numbers;
}

function all(index: LabelIndex): Uint32Array {
  const series = new Uint32Array(index.series.upperBound);
  for (let i = 0; i < series.length; i++) series[i] = i;
  return series;
}
