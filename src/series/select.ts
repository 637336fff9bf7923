/**
 * Selection: which series match a list of matchers and have samples in a range of time.
 *
 * The shortest postings (of an equality, or of all values that a pattern matches) give the
 * candidates; the other matchers are then asked once per label pair and remembered, so a pattern is
 * never run twice on the same value.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import { isCovered } from "../chunk/time-intervals.ts";
import type { Head } from "./head.ts";
import type { LabelIndex } from "./label-index.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";

/** One matcher bound to the index: its name's symbol, and what it said of each pair so far. */
class BoundMatcher {
  readonly name: SymbolRef | -1;
  readonly matchesAbsent: boolean;
  private readonly index: LabelIndex;
  private readonly matcher: Matcher;
  private readonly answers = new Map<PairRef, boolean>();
  private listed: PairRef[] | null = null;

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

  /** The pairs whose value matches. Only for a matcher that does not match "". */
  pairs(): PairRef[] {
    this.listed ??= this.listPairs();
    return this.listed;
  }

  /** How many postings the matching pairs have. */
  cost(): number {
    let cost = 0;
    for (const pair of this.pairs()) cost += this.index.pairs.seriesCountOf(pair);
    return cost;
  }

  private listPairs(): PairRef[] {
    const { pairs, symbols } = this.index;
    if (this.name === -1) return [];
    const literals = this.matcher.literals();
    const found: PairRef[] = [];
    if (literals) {
      for (const literal of literals) {
        const value = symbols.findText(literal);
        const pair = value === -1 ? NO_PAIR : pairs.find(this.name, value);
        if (pair !== NO_PAIR && !found.includes(pair)) found.push(pair);
      }
      return found;
    }
    for (let p = pairs.firstOfName(this.name); p !== NO_PAIR; p = pairs.nextOfName(p)) {
      if (this.acceptsPair(p)) found.push(p);
    }
    return found;
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
  const bound = matchers.map((matcher) => new BoundMatcher(head.index, matcher));
  const [narrowest, candidates] = candidatesOf(head.index, bound);
  const others = bound.filter((matcher) => matcher !== narrowest);
  const selected: SeriesRef[] = [];
  for (const candidate of candidates) {
    const series = candidate as SeriesRef;
    if (!head.index.series.isLive(series)) continue;
    if (!others.every((matcher) => matcher.accepts(series))) continue;
    if (hasSamples(head, series, fromMs, toMs)) selected.push(series);
  }
  return selected;
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
  return pairs.length > 1 ? union.sort() : union;
}

function all(index: LabelIndex): Uint32Array {
  const series = new Uint32Array(index.series.upperBound);
  for (let i = 0; i < series.length; i++) series[i] = i;
  return series;
}
