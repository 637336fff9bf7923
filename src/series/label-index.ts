/**
 * Who the series are: label sets, their keys on the wire, symbols, pairs and postings.
 *
 * I1  Each label set is one series, however its labels were ordered when they arrived.
 * I2  A killed series is found by nobody at once (its keys go); its postings entries go in a later
 *     batch, and only then may its ref be used again. A batch waits for the readers that were there
 *     when its series were killed: they may still ask for labels.
 *
 * cleanStep() does that batch work in bounded portions, so that a purge of many series never holds
 * up a write.
 */
import { assert } from "../base/assert.ts";
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import type { ReaderEpochs } from "../chunk/reader-epochs.ts";
import { MADE_MAX, SERIES_MAX } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { KnownLabels } from "./known-labels.ts";
import { LabelRanges } from "./label-bytes.ts";
import { LABELS_PER_SERIES_MAX, LabelCode } from "./label-codes.ts";
import type { LabelColumns } from "./label-columns.ts";
import { LabelFields } from "./label-fields.ts";
import type { LabelReader } from "./label-reader.ts";
import { Labels } from "./labels.ts";
import { MadeSeries } from "./made-series.ts";
import { PairTable } from "./pairs.ts";
import { NO_KEY, SeriesKeys } from "./series-keys.ts";
import { SeriesTable } from "./series-table.ts";
import { SymbolTable } from "./symbols.ts";

/** Why intern() gave no key. */
export const NO_LABELS = -1;
export const LIMIT_REACHED = -2;
export const NOT_ADMITTED = -3;

export class LabelIndex implements LabelReader {
  readonly symbols: SymbolTable;
  readonly pairs: PairTable;
  readonly keys: SeriesKeys;
  readonly series: SeriesTable;
  /** What was wrong with the labels when intern() last answered NO_LABELS. */
  labelCode: LabelCode = LabelCode.valid;
  /** Series made since the start. */
  createdCount = 0;
  /** Series removed since the start. */
  removedCount = 0;
  /** Series held at once. */
  readonly seriesMax: number;
  /** The series that makeScanned() made last. */
  readonly made: MadeSeries;
  private readonly ranges = new LabelRanges();
  private readonly known: KnownLabels;
  private readonly kernel: Kernel;
  private readonly scratch = new Uint32Array(LABELS_PER_SERIES_MAX);
  private readonly readers: ReaderEpochs | null;
  private dead: SeriesRef[] = [];
  /** Killed series that readers may still look at, and the moment that those must be past. */
  private waiting: SeriesRef[] = [];
  private waitingStamp = 0;
  private batch: SeriesRef[] = [];
  private batchPosition = 0;
  private readonly dirtyPairs = new Set<PairRef>();
  /** While series are restored. */
  private fields: LabelFields | null = null;
  private readonly isCleaning = (series: number) => this.series.isCleaning(series);

  /** `seriesMax` 0 is the kernel's own limit; `seed` keys the hashes. */
  constructor(
    seriesMax: number,
    seed: number,
    kernel: Kernel,
    readers: ReaderEpochs | null = null,
  ) {
    this.readers = readers;
    this.seriesMax = seriesMax > 0 ? Math.min(seriesMax, SERIES_MAX) : SERIES_MAX;
    this.symbols = new SymbolTable(seed);
    this.pairs = new PairTable(this.symbols, seed);
    this.series = new SeriesTable(kernel);
    this.keys = new SeriesKeys(seed, kernel);
    this.known = new KnownLabels(kernel, seed);
    this.made = new MadeSeries(kernel);
    this.kernel = kernel;
  }

  /**
   * The key of the label set `bytes[from, to)`, made when new and `admit` is true. `previous` is
   * the key of the series before it in the request; `knownHash` the hash of the bytes, 0 when it is
   * not known. Answers NO_LABELS, LIMIT_REACHED or NOT_ADMITTED when there is none.
   */
  intern(
    bytes: Uint8Array,
    from: number,
    to: number,
    previous: number,
    admit: boolean,
    knownHash = 0,
  ): number {
    const { keys } = this;
    const at = keys.locate(bytes, from, to);
    const hash = knownHash !== 0 || at < 0 ? knownHash : keys.hashAt(at, to - from);
    let key = at < 0 ? NO_KEY : keys.findAt(hash, at, to - from);
    if (key === NO_KEY) {
      const count = this.split(at, to - from);
      key =
        count > 0
          ? this.admit(count, hash, at, to - from, admit)
          : this.internUnusual(bytes, from, to, hash, admit);
    }
    if (key >= 0) keys.link(previous, key);
    return key;
  }

  /**
   * Makes the series [from, to) of the scanned request as far as they are new and usual, 1024 at
   * most: they have keys, pairs and postings, and must get a chunk each. `fromMs`, `toMs` bound
   * the times of their samples, `previous` is the key before. Answers how many are in `made`.
   */
  makeScanned(from: number, to: number, previous: number, fromMs: number, toMs: number): number {
    const { made, known, keys } = this;
    known.begin(keys.removedCount + this.pairs.releasedCount);
    const room = Math.min(to - from, this.seriesMax - this.series.liveCount, MADE_MAX);
    const most = this.series.refCount(room);
    if (most <= 0) return 0;
    const ref = this.series.nextRefs(most, made.refs);
    made.begin(from, to, most, ref, previous, fromMs, toMs);
    for (let labels = made.make(keys.seed); labels > 0; labels = made.make(keys.seed)) {
      for (let i = 0; i < labels; i++) if (!known.isKnown(i)) known.pairs[i] = this.internPair(i);
    }
    const { count } = made;
    if (count === 0) return 0;
    made.endRuns();
    this.series.createMany(made.refs, count, made.pairCounts, made.pairs, made.keys);
    this.pairs.addRuns(made.runs, made.runCount);
    this.createdCount += count;
    return count;
  }

  /** The key of a canonical label set that was accepted once, made when new; NO_KEY for none. */
  internUnlimited(bytes: Uint8Array, from: number, to: number): number {
    const { keys } = this;
    const at = keys.locate(bytes, from, to);
    if (at < 0) return NO_KEY;
    const hash = keys.hashAt(at, to - from);
    const known = keys.findAt(hash, at, to - from);
    if (known !== NO_KEY) return known;
    const count = this.split(at, to - from);
    if (count === 0) return NO_KEY;
    return this.series.firstKeyOf(this.createSplit(count, hash, at, to - from));
  }

  /** Takes located bytes apart; the number of labels, 0 when they are not in canonical form. */
  private split(at: number, length: number): number {
    const generation = this.keys.removedCount + this.pairs.releasedCount;
    return at < 0 ? 0 : this.known.split(at, length, generation);
  }

  /** The key of a label set that is no key yet and not in canonical form. */
  private internUnusual(
    bytes: Uint8Array,
    from: number,
    to: number,
    hash: number,
    admit: boolean,
  ): number {
    this.labelCode = this.ranges.parse(bytes, from, to);
    if (this.labelCode !== LabelCode.valid) return NO_LABELS;
    const { keys, ranges } = this;
    ranges.canonicalise();
    const { canonical, canonicalLength } = ranges;
    const at = keys.locate(canonical, 0, canonicalLength);
    const canonicalHash = keys.hashAt(at, canonicalLength);
    const first = keys.findAt(canonicalHash, at, canonicalLength);
    if (first === NO_KEY) {
      const count = this.split(at, canonicalLength);
      return this.admit(count, canonicalHash, at, canonicalLength, admit);
    }
    return this.alias(hash, keys.locate(bytes, from, to), to - from, first);
  }

  /** Whether as many series are held as may be. */
  get isFull(): boolean {
    return this.series.liveCount >= this.seriesMax;
  }

  /** Makes the series of the last split, of `count` labels at `at`, if allowed. */
  private admit(count: number, hash: number, at: number, length: number, admit: boolean): number {
    this.labelCode = LabelCode.valid;
    if (!admit) return NOT_ADMITTED;
    if (this.isFull || !this.keys.hasRoomFor(length)) return LIMIT_REACHED;
    return this.series.firstKeyOf(this.createSplit(count, hash, at, length));
  }

  /** Begins a restore of so many series into this index, which has none. */
  beginRestore(seriesCount: number): void {
    assert(this.series.upperBound === 0, "series are restored into an empty index");
    this.keys.reserveKeys(seriesCount);
    this.fields = new LabelFields(this.kernel, this.symbols, this.pairs);
  }

  /**
   * Makes a series from pairs that are live or were just interned, sorted by name. Its ref is
   * `wanted` when that is above every one given so far. It is in no postings until endRestore().
   */
  restore(pairs: Uint32Array, count: number, wanted: number): SeriesRef {
    const { fields } = this;
    assert(fields !== null, "no restore has begun");
    const series = this.series.create(pairs, count, wanted);
    const at = this.keys.placeOfNext(fields.measure(pairs, count));
    const key = this.keys.addWritten(fields.join(pairs, count, at), series);
    this.series.setFirstKey(series, key);
    this.createdCount++;
    return series;
  }

  /** Ends a restore: lists the series by their pairs. */
  endRestore(): void {
    this.fields = null;
    this.pairs.addAllSeries(this.series);
  }

  /** The living series with the labels of a dead one that is not released; made when needed. */
  revive(dead: SeriesRef): SeriesRef {
    const { keys } = this;
    const count = this.series.pairsOf(dead, this.scratch);
    this.writeCanonical(count);
    const { canonical, canonicalLength } = this.ranges;
    const at = keys.locate(canonical, 0, canonicalLength);
    const hash = keys.hashAt(at, canonicalLength);
    const known = keys.findAt(hash, at, canonicalLength);
    return known === NO_KEY ? this.create(count, hash, at, canonicalLength) : keys.seriesOf(known);
  }

  /** Takes a series without chunks out of sight. */
  kill(series: SeriesRef): void {
    this.keys.removeAll(this.series.firstKeyOf(series));
    this.series.kill(series);
    this.dead.push(series);
    this.removedCount++;
  }

  /** Whether killed series still wait to leave the postings. */
  get needsCleaning(): boolean {
    return this.dead.length > 0 || this.waiting.length > 0 || this.batch.length > 0;
  }

  /** Does up to about `budget` steps of removing killed series; false when none can be done now. */
  cleanStep(budget: number): boolean {
    const idle = this.batch.length === 0 && this.dirtyPairs.size === 0;
    if (idle && !this.beginBatch()) return false;
    let left = budget;
    for (; left > 0 && this.batchPosition < this.batch.length; left--) this.markDirty();
    for (const pair of this.dirtyPairs) {
      if (left <= 0) return true;
      left -= 1 + (this.pairs.seriesCountOf(pair) >>> 6);
      this.pairs.removeDead(pair, this.isCleaning);
      this.dirtyPairs.delete(pair);
    }
    if (this.batchPosition === this.batch.length) this.endBatch();
    return this.needsCleaning;
  }

  labelCountOf(series: SeriesRef): number {
    return this.series.pairCountOf(series);
  }

  pairAt(series: SeriesRef, position: number): PairRef {
    return this.series.pairAt(series, position);
  }

  nameOf(pair: PairRef): SymbolRef {
    return this.pairs.nameOf(pair);
  }

  valueOf(pair: PairRef): SymbolRef {
    return this.pairs.valueOf(pair);
  }

  textOf(symbol: SymbolRef): string {
    return this.symbols.textOf(symbol);
  }

  /** The label set of a series as text. */
  labelsOf(series: SeriesRef): Labels {
    return Labels.lyingIn(this, series).settled();
  }

  /** The columns of labels as they lie now, for readers in another thread. */
  sharedLabels(): LabelColumns {
    const { series, pairs, symbols } = this;
    return { ...series.sharedPairs(), ...pairs.sharedSymbols(), ...symbols.sharedTexts() };
  }

  private alias(hash: number, at: number, length: number, first: number): number {
    const series = this.keys.seriesOf(first);
    const head = this.series.firstKeyOf(series);
    const mayAdd = at >= 0 && this.keys.mayAlias(head) && this.keys.hasRoomFor(length);
    if (!mayAdd) return first;
    return this.keys.addAt(hash, at, length, series, head);
  }

  /** Makes the series of the last split, of `count` labels at `at`. */
  private createSplit(count: number, hash: number, at: number, length: number): SeriesRef {
    assert(count > 0, "labels are not in canonical form");
    const { known, scratch } = this;
    let unknown = 0;
    for (let i = 0; i < count; i++) {
      if (known.isKnown(i)) scratch[i] = known.pairs[i]!;
      else {
        scratch[i] = this.internPair(i);
        unknown++;
      }
    }
    const series = this.create(count, hash, at, length);
    if (unknown > 0) this.keepUnknown(count, this.keys.textOf(this.series.firstKeyOf(series)));
    return series;
  }

  /** The pair of label `i` of the last split. */
  private internPair(i: number): PairRef {
    const { symbols, known } = this;
    const { bytes } = this.kernel;
    const name = symbols.intern(bytes, known.nameFrom[i]!, known.nameTo[i]!);
    const value = symbols.intern(bytes, known.valueFrom[i]!, known.valueTo[i]!);
    return this.pairs.intern(name, value);
  }

  /** Makes the labels of the last split known that were not; they now lie at `text`. */
  private keepUnknown(count: number, text: number): void {
    for (let i = 0; i < count; i++) {
      if (!this.known.isKnown(i)) this.known.keep(i, this.scratch[i]! as PairRef, text);
    }
  }

  /** Makes the series of the first `count` pairs in `scratch`, keyed by its canonical bytes. */
  private create(count: number, hash: number, at: number, length: number): SeriesRef {
    const series = this.series.create(this.scratch, count);
    const key = this.keys.addAt(hash, at, length, series, NO_KEY);
    this.series.setFirstKey(series, key);
    this.pairs.addSeries(this.scratch, count, series);
    this.createdCount++;
    return series;
  }

  /** Rebuilds the canonical bytes of the first `count` pairs in `scratch`. */
  private writeCanonical(count: number): void {
    const { ranges, symbols, pairs } = this;
    ranges.beginCanonical();
    for (let i = 0; i < count; i++) {
      const pair = this.scratch[i]! as PairRef;
      ranges.appendCanonical(symbols, pairs.nameOf(pair), pairs.valueOf(pair));
    }
  }

  /** Takes the killed series that no reader looks at any more; false when there are none. */
  private beginBatch(): boolean {
    if (this.waiting.length === 0) {
      this.waiting = this.dead;
      this.waitingStamp = this.readers?.stamp() ?? 0;
      this.dead = [];
    }
    if (this.readers?.isPast(this.waitingStamp) === false) return false;
    this.batch = this.waiting;
    this.batchPosition = 0;
    this.waiting = [];
    return this.batch.length > 0;
  }

  private markDirty(): void {
    const series = this.batch[this.batchPosition++]!;
    this.series.beginCleaning(series);
    const count = this.series.pairCountOf(series);
    for (let i = 0; i < count; i++) this.dirtyPairs.add(this.series.pairAt(series, i));
  }

  private endBatch(): void {
    for (const series of this.batch) this.series.release(series);
    this.batch = [];
    this.batchPosition = 0;
  }

  /** Checks that keys, pairs and postings agree with the live series. */
  verify(): void {
    const postings = new Map<PairRef, number>();
    for (let s = 0; s < this.series.upperBound; s++) {
      if (!this.series.isPosted(s)) continue;
      const series = s as SeriesRef;
      for (let i = 0; i < this.series.pairCountOf(series); i++) {
        const pair = this.series.pairAt(series, i);
        assert(this.pairs.isLive(pair), "a series names a pair that is not live");
        postings.set(pair, (postings.get(pair) ?? 0) + 1);
      }
      if (!this.series.isLive(s)) continue;
      assert(this.keys.seriesOf(this.series.firstKeyOf(series)) === s, "key names another series");
    }
    if (this.batch.length > 0) return;
    assert(postings.size === this.pairs.liveCount, "pairs live that no series names");
    for (const [pair, count] of postings) {
      assert(this.pairs.seriesCountOf(pair) === count, "postings list has another length");
    }
  }
}
