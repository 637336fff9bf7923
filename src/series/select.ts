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
import type { SeriesRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import { isCovered } from "../chunk/time-intervals.ts";
import { BoundMatcher, STEP_WORK } from "./bound-matcher.ts";
import { allSeries, postingsOf, seriesOfPairs } from "./candidates.ts";
import type { Head } from "./head.ts";
import type { LabelIndex } from "./label-index.ts";
import type { Matcher } from "./matcher.ts";
import { NO_SERIES } from "./series-table.ts";

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
  const selection = new Selection(head.index, matchers);
  while (!selection.prepare(() => true));
  const selected: SeriesRef[] = [];
  while (!selection.isDone) {
    const series = selection.next();
    if (series !== NO_SERIES && hasSamples(head, series, fromMs, toMs)) selected.push(series);
    selection.takeWork();
  }
  return selected;
}

/**
 * A selection in small steps: prepare() until it is true, then next() until it is done. Between
 * two steps anything may happen to the index as long as the refs of series that were live when the
 * selection was made are not given to others (reader-epochs.ts).
 */
export class Selection {
  private readonly index: LabelIndex;
  private readonly bound: readonly BoundMatcher[];
  private readonly preparation: Generator<number, void>;
  private others: readonly BoundMatcher[] = [];
  /** Those of the others that ask about a long value in steps. */
  private pieced: readonly BoundMatcher[] = [];
  private candidates: Uint32Array | null = null;
  private position = 0;
  /** What the candidate at `position` is still asked about in steps. */
  private asking: Generator<number, void> | null = null;
  /** Of asking matchers about candidates, since it was asked last. */
  private askingWork = 0;

  constructor(index: LabelIndex, matchers: readonly Matcher[]) {
    this.index = index;
    this.bound = matchers.map((matcher) => new BoundMatcher(index, matcher));
    this.preparation = this.preparing();
  }

  /** Finds the candidates; false = `goOn`, asked every so many units of work, said no. */
  prepare(goOn: (work: number) => boolean): boolean {
    for (;;) {
      const step = this.preparation.next();
      if (step.done) return true;
      if (!goOn(step.value)) return false;
    }
  }

  private *preparing(): Generator<number, void> {
    const { pairs } = this.index;
    const listed = this.bound.filter((matcher) => !matcher.matchesAbsent);
    const asked = this.bound.filter((matcher) => !matcher.matchesAbsent || matcher.isHeavy);
    let released = pairs.releasedCount;
    for (const matcher of asked) yield* matcher.list();
    for (;;) {
      if (pairs.releasedCount !== released) {
        released = pairs.releasedCount;
        for (const matcher of this.bound) yield* matcher.askAgain();
      }
      const candidates = yield* this.candidatesOf(listed);
      // With a reader's epoch open only pairs of series that were dead before can go: this ends.
      if (pairs.releasedCount !== released) continue;
      this.candidates = candidates;
      return;
    }
  }

  /** Series of the matcher with the fewest postings; all series when none narrows. */
  private *candidatesOf(listed: readonly BoundMatcher[]): Generator<number, Uint32Array> {
    let narrowest: BoundMatcher | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const matcher of listed) {
      const postings = yield* postingsOf(this.index, matcher.pairs);
      if (postings >= fewest) continue;
      narrowest = matcher;
      fewest = postings;
    }
    this.others = this.bound.filter((matcher) => matcher !== narrowest);
    this.pieced = this.others.filter((matcher) => matcher.hasPieces);
    if (narrowest === null) return yield* allSeries(this.index);
    return yield* seriesOfPairs(this.index, narrowest.pairs);
  }

  /** How many series may be selected at most; known when it is prepared. */
  get candidateCount(): number {
    return this.candidates?.length ?? 0;
  }

  /** Whether every candidate has been looked at. */
  get isDone(): boolean {
    return this.position >= this.candidateCount;
  }

  /** Whether next() has asked matchers for as much as may be done between two looks. */
  get hasWorked(): boolean {
    if (this.askingWork >= STEP_WORK) return true;
    for (const matcher of this.others) {
      if (matcher.work >= STEP_WORK) return true;
    }
    return false;
  }

  /** The work of asking since it was asked last. */
  takeWork(): number {
    const { askingWork } = this;
    this.askingWork = 0;
    return this.others.reduce((work, matcher) => work + matcher.takeWork(), askingWork);
  }

  /**
   * The next series that satisfies every matcher, rising refs; NO_SERIES when it is done, or has
   * worked enough and wants to be called again.
   */
  next(): SeriesRef {
    const { candidates } = this;
    assert(candidates !== null, "a selection is prepared first");
    while (this.position < candidates.length) {
      const series = candidates[this.position]! as SeriesRef;
      if (this.isAsked(series)) {
        this.position++;
        if (this.index.series.isLive(series) && this.isAccepted(series)) return series;
      }
      if (this.hasWorked) break;
    }
    return NO_SERIES;
  }

  /** Asks matchers about a candidate's long values, a step a call; whether nothing is left. */
  private isAsked(series: SeriesRef): boolean {
    if (this.pieced.length === 0) return true;
    if (this.asking === null && this.index.series.isLive(series))
      this.asking = this.askAhead(series);
    if (this.asking === null) return true;
    const step = this.asking.next();
    if (step.done) this.asking = null;
    else this.askingWork += step.value;
    return false;
  }

  /** Steps of the first matcher that has any for a series; null when none has. */
  private askAhead(series: SeriesRef): Generator<number, void> | null {
    for (const matcher of this.pieced) {
      const steps = matcher.askAhead(series);
      if (steps !== null) return steps;
    }
    return null;
  }

  private isAccepted(series: SeriesRef): boolean {
    const { others } = this;
    for (let i = 0; i < others.length; i++) {
      if (others[i]!.accepts(series)) continue;
      this.askingWork += i + 1;
      return false;
    }
    this.askingWork += others.length + 1;
    return true;
  }
}
