/**
 * Reading the index file into a target: symbols, pairs, series, tombstones, exemplars, metadata.
 *
 * I1  symbols[n] and pairs[n] are the target's numbers of the file's symbol and pair n.
 * I2  series[n] is the target's number of series n plus 1; 0 where the file has no such series.
 * I3  The target is asked for the same numbers while at least one in GAPS_MAX of them is used;
 *     else its columns would be mostly gaps.
 *
 * A block passed its checksum, so a record that does not fit was written wrong; it is damage all
 * the same, never an access outside the block.
 *
 * Units: offsets are bytes in the block; words are 32 bits.
 */
import { exemplarWords, readExemplar } from "../series/exemplar-record.ts";
import { readTombstone, tombstoneWords } from "../series/tombstone-record.ts";
import type { Block } from "./block-reader.ts";
import type { RestoreTarget } from "./restore-target.ts";
import { SnapshotDamage } from "./snapshot-damage.ts";
import {
  EXEMPLARS_KIND,
  METADATA_KIND,
  PAIRS_KIND,
  SERIES_KIND,
  SYMBOLS_KIND,
  TOMBSTONES_KIND,
  wordPadded,
} from "./snapshot-format.ts";
import type { Manifest, SnapshotCounts } from "./snapshot-manifest.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Numbers for each series up to which they are kept, and how many there may be in any case. */
const GAPS_MAX = 2;
const NUMBERS_MIN = 1 << 12;
/** Shortest record of a series: number, journal number, count, one pair. */
const SERIES_BYTES_MIN = 16;

export class IndexReader {
  readonly series: Uint32Array;
  private readonly target: RestoreTarget;
  private readonly counts: SnapshotCounts;
  private readonly symbols: Uint32Array;
  private readonly pairs: Uint32Array;
  private readonly wantsNumbers: boolean;
  private movedCount = 0;
  private pairsOfSeries = new Uint32Array(256);
  private symbolCount = 0;
  private pairCount = 0;
  private seriesCount = 0;
  private familyCount = 0;

  constructor(manifest: Manifest, target: RestoreTarget) {
    this.target = target;
    this.counts = manifest.counts;
    this.series = new Uint32Array(manifest.seriesBound);
    this.symbols = new Uint32Array(manifest.counts.symbols);
    this.pairs = new Uint32Array(manifest.counts.pairs);
    const numbersMax = Math.max(NUMBERS_MIN, manifest.counts.series * GAPS_MAX);
    this.wantsNumbers = manifest.seriesBound <= numbersMax;
    const seriesMax = Math.floor(manifest.files[0]!.length / SERIES_BYTES_MIN);
    // A count that the file has no room for is met as damage when it is read.
    target.beginIndex(Math.min(manifest.counts.series, seriesMax));
  }

  /** Whether every series has the number in the target that it has in the file. */
  get keepsNumbers(): boolean {
    return this.movedCount === 0;
  }

  /** Takes one block of the index file. */
  take(block: Block): void {
    const end = this.takeRecords(block);
    if (end !== block.to) throw damage(block, end, "records do not fill the block");
  }

  /** Checks that everything the manifest counts was there, and ends the target's index. */
  finish(file: string, length: number): void {
    const { counts } = this;
    if (
      this.symbolCount !== counts.symbols ||
      this.pairCount !== counts.pairs ||
      this.seriesCount !== counts.series ||
      this.familyCount !== counts.families
    ) {
      throw new SnapshotDamage(file, length, "index has other counts than the manifest");
    }
    this.target.endIndex();
  }

  private takeRecords(block: Block): number {
    if (block.kind === SERIES_KIND) return this.takeSeries(block);
    if (block.kind === PAIRS_KIND) return this.takePairs(block);
    if (block.kind === SYMBOLS_KIND) return this.takeSymbols(block);
    if (block.kind === TOMBSTONES_KIND) return this.takeTombstones(block);
    if (block.kind === EXEMPLARS_KIND) return this.takeExemplars(block);
    if (block.kind === METADATA_KIND) return this.takeFamilies(block);
    throw damage(block, block.start, `kind ${block.kind} does not belong into an index`);
  }

  private takeSymbols(block: Block): number {
    const { words, bytes, to } = block;
    if (block.records > this.symbols.length - this.symbolCount) {
      throw damage(block, block.from, "more symbols than the manifest counts");
    }
    let at = block.from;
    for (let left = block.records; left > 0; left--) {
      const length = at + 4 <= to ? words[at >>> 2]! : to;
      if (at + 4 + length > to) throw damage(block, at, "symbol leaves its block");
      this.symbols[this.symbolCount++] = this.target.symbol(bytes, at + 4, at + 4 + length);
      at += 4 + wordPadded(length);
    }
    return at;
  }

  private takePairs(block: Block): number {
    const { words } = block;
    if (block.records > this.pairs.length - this.pairCount) {
      throw damage(block, block.from, "more pairs than the manifest counts");
    }
    const end = block.from + block.records * 8;
    if (end > block.to) throw damage(block, block.to, "pair leaves its block");
    for (let at = block.from; at < end; at += 8) {
      const name = words[at >>> 2]!;
      const value = words[(at >>> 2) + 1]!;
      if (name >= this.symbolCount || value >= this.symbolCount) {
        throw damage(block, at, "pair of an unknown symbol");
      }
      const number = this.target.pair(this.symbols[name]!, this.symbols[value]!);
      this.pairs[this.pairCount++] = number;
    }
    return end;
  }

  private takeSeries(block: Block): number {
    const { words } = block;
    const end = block.to >>> 2;
    let word = block.from >>> 2;
    for (let left = block.records; left > 0; left--) {
      const count = word + 3 <= end ? words[word + 2]! : end;
      if (word + 3 + count > end) throw damage(block, word * 4, "series leaves its block");
      const number = words[word]!;
      if (number >= this.series.length || this.series[number] !== 0) {
        throw damage(block, word * 4, `series number ${number} is out of bounds or met twice`);
      }
      if (!this.mapPairs(words, word + 3, count)) {
        throw damage(block, word * 4, "series of an unknown pair");
      }
      const wanted = this.wantsNumbers ? number : 0;
      const ref = this.target.series(this.pairsOfSeries, count, words[word + 1]!, wanted);
      if (ref !== number) this.movedCount++;
      this.series[number] = ref + 1;
      this.seriesCount++;
      word += 3 + count;
    }
    return word * 4;
  }

  /** Puts the target's numbers of `count` pairs into `pairsOfSeries`; false for an unknown one. */
  private mapPairs(words: Uint32Array, from: number, count: number): boolean {
    if (count > this.pairsOfSeries.length) this.pairsOfSeries = new Uint32Array(count * 2);
    const { pairs, pairsOfSeries, pairCount } = this;
    for (let i = 0; i < count; i++) {
      const pair = words[from + i]!;
      if (pair >= pairCount) return false;
      pairsOfSeries[i] = pairs[pair]!;
    }
    return true;
  }

  private takeTombstones(block: Block): number {
    const end = block.to >>> 2;
    let word = block.from >>> 2;
    for (let left = block.records; left > 0; left--) {
      const record = readTombstone(block.words, word, end);
      if (record === null) throw damage(block, word * 4, "tombstones are not well formed");
      const series = this.series[record.series] ?? 0;
      if (series === 0) throw damage(block, word * 4, "tombstones of an unknown series");
      this.target.tombstones(series - 1, record.intervals);
      word += tombstoneWords(record.intervals);
    }
    return word * 4;
  }

  private takeExemplars(block: Block): number {
    const end = block.to >>> 2;
    let word = block.from >>> 2;
    for (let left = block.records; left > 0; left--) {
      const record = readExemplar(block.words, word, end);
      if (record === null) throw damage(block, word * 4, "exemplar leaves its block");
      const series = this.series[record.series] ?? 0;
      if (series === 0) throw damage(block, word * 4, "exemplar of an unknown series");
      const { timeMs, high, low, textFrom, textLength } = record;
      const text = block.bytes.subarray(textFrom, textFrom + textLength);
      this.target.exemplar(series - 1, timeMs, high, low, text, textLength);
      word += exemplarWords(textLength);
    }
    this.target.exemplarsEnd(block.journalPosition);
    return word * 4;
  }

  private takeFamilies(block: Block): number {
    const { words, to } = block;
    let at = block.from;
    for (let left = block.records; left > 0; left--) {
      let end = at + 16;
      const texts: string[] = [];
      for (let field = 0; field < 4 && at + 16 <= to; field++) {
        const from = end;
        end += words[(at >>> 2) + field]!;
        if (end <= to) texts.push(decoder.decode(block.bytes.subarray(from, end)));
      }
      const [name, type, help, unit] = texts as [string, string, string, string];
      if (texts.length < 4) throw damage(block, at, "metadata leaves its block");
      this.target.family({ name, type, help, unit });
      this.familyCount++;
      at = wordPadded(end);
    }
    return at;
  }
}

function damage(block: Block, at: number, reason: string): SnapshotDamage {
  return new SnapshotDamage(block.file, block.offset + at, reason);
}
