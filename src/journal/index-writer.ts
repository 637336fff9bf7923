/**
 * Writing the index file while series come and go: symbols, pairs, series, tombstones, exemplars,
 * metadata.
 *
 * Series are walked by reference. The first series that uses a pair defines it, and its symbols, in
 * the same step; a series is written in one slice, so it never names what is gone.
 *
 * I1  pairNumbers[pair] is the pair's number in the file plus 1, 0 when it has none yet; the same
 *     for symbols.
 * I2  Exactly the series are written that have a chunk in the files and still live. All of them
 *     were made before the walk began, so the references of their pairs and symbols have stood for
 *     one text since then, and a number given to a reference stays right.
 * I3  The last block of exemplars tells a journal position: of the series in the file it and those
 *     before it have every exemplar that the journal has before.
 *
 * Units: bytes; …Word offsets count 32-bit words.
 */
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { exemplarWords, writeExemplar } from "../series/exemplar-record.ts";
import { NO_EXEMPLAR } from "../series/exemplar-ring.ts";
import { tombstoneWords, writeTombstone } from "../series/tombstone-record.ts";
import { BlockBuilder } from "./block-builder.ts";
import type { BlockFile } from "./block-file.ts";
import type { SeriesMarks } from "./series-marks.ts";
import {
  EXEMPLARS_KIND,
  INDEX_BLOCK_BYTES,
  METADATA_KIND,
  PAIRS_KIND,
  SERIES_KIND,
  SYMBOLS_KIND,
  TOMBSTONES_KIND,
  wordPadded,
} from "./snapshot-format.ts";
import type { FamilyMetadata, SnapshotSource } from "./snapshot-source.ts";
import type { TimeSlices } from "./time-slices.ts";

/** Series written between two looks at the clock: about 20 us. */
const SERIES_PER_LOOK = 32;
const EXEMPLARS_PER_LOOK = 128;
const encoder = new TextEncoder();

/** `column` with room for entry `index`. */
function withRoom(column: Uint32Array, index: number): Uint32Array {
  if (index < column.length) return column;
  const larger = new Uint32Array(Math.max(index + 1, column.length * 2));
  larger.set(column);
  return larger;
}

export class IndexWriter {
  seriesCount = 0;
  symbolCount = 0;
  pairCount = 0;
  familyCount = 0;
  private readonly source: SnapshotSource;
  private readonly file: BlockFile;
  private readonly slices: TimeSlices;
  private readonly symbols: BlockBuilder;
  private readonly pairs: BlockBuilder;
  private readonly series: BlockBuilder;
  private readonly tombstones: BlockBuilder;
  private readonly exemplars: BlockBuilder;
  private readonly metadata: BlockBuilder;
  private symbolNumbers: Uint32Array;
  private pairNumbers: Uint32Array;
  private pairsOfSeries = new Uint32Array(256);
  private readonly written: SeriesMarks;

  /** `written` marks the series that have a chunk in the files. */
  constructor(source: SnapshotSource, file: BlockFile, slices: TimeSlices, written: SeriesMarks) {
    this.source = source;
    this.written = written;
    this.file = file;
    this.slices = slices;
    this.symbols = new BlockBuilder(file, SYMBOLS_KIND, INDEX_BLOCK_BYTES);
    this.pairs = new BlockBuilder(file, PAIRS_KIND, INDEX_BLOCK_BYTES, this.symbols);
    this.series = new BlockBuilder(file, SERIES_KIND, INDEX_BLOCK_BYTES, this.pairs);
    this.tombstones = new BlockBuilder(file, TOMBSTONES_KIND, INDEX_BLOCK_BYTES, this.series);
    this.exemplars = new BlockBuilder(file, EXEMPLARS_KIND, INDEX_BLOCK_BYTES, this.series);
    this.metadata = new BlockBuilder(file, METADATA_KIND, INDEX_BLOCK_BYTES);
    this.symbolNumbers = new Uint32Array(source.symbols.upperBound);
    this.pairNumbers = new Uint32Array(source.pairs.upperBound);
  }

  /** Writes everything; the file is left to be finished. */
  async write(): Promise<void> {
    const { series } = this.source;
    const { bound } = this.written;
    for (let ref = 0; ref < bound; ref++) {
      if (this.written.has(ref) && series.isLive(ref)) this.writeSeries(ref as SeriesRef);
      if (ref % SERIES_PER_LOOK === 0) await this.breathe();
    }
    await this.writeTombstones();
    await this.writeExemplars();
    for (const family of this.source.families()) {
      this.writeFamily(family);
      if (this.familyCount % SERIES_PER_LOOK === 0) await this.breathe();
    }
    const { symbols, pairs, tombstones, exemplars, metadata } = this;
    const builders = [symbols, pairs, this.series, tombstones, exemplars, metadata];
    for (const builder of builders) builder.end();
  }

  /** Lets the disk or the others have a turn when it is time. */
  private async breathe(): Promise<void> {
    if (this.file.backlog > 0) await this.slices.wait(this.file.drain());
    if (this.slices.due) await this.slices.pause();
  }

  private writeSeries(ref: SeriesRef): void {
    const { series } = this.source;
    const count = series.pairCountOf(ref);
    if (count > this.pairsOfSeries.length) this.pairsOfSeries = new Uint32Array(count * 2);
    series.pairsOf(ref, this.pairsOfSeries);
    const numbers = this.pairsOfSeries;
    for (let i = 0; i < count; i++) numbers[i] = this.pairNumber(numbers[i]! as PairRef);
    const at = this.series.reserve(12 + count * 4) >>> 2;
    const { words } = this.series;
    words[at] = ref;
    words[at + 1] = series.journalNumberOf(ref);
    words[at + 2] = count;
    for (let i = 0; i < count; i++) words[at + 3 + i] = numbers[i]!;
    this.seriesCount++;
  }

  /** Writes what is deleted now, which is what was deleted of the chunks in the files, and more. */
  private async writeTombstones(): Promise<void> {
    const { tombstones, series } = this.source;
    let count = 0;
    for (const ref of tombstones.series()) {
      const intervals = tombstones.of(ref);
      if (intervals !== undefined && this.written.has(ref) && series.isLive(ref)) {
        const at = this.tombstones.reserve(tombstoneWords(intervals) * 4) >>> 2;
        writeTombstone(this.tombstones.words, at, ref, intervals);
      }
      if (++count % SERIES_PER_LOOK === 0) await this.breathe();
    }
  }

  /** Writes the exemplars in their order; those that go before they are reached are not missed. */
  private async writeExemplars(): Promise<void> {
    const { exemplars } = this.source;
    let number = exemplars.firstNumber;
    let looked = 0;
    while (number < exemplars.endNumber) {
      this.writeExemplar(exemplars.slotOf(number));
      if (++looked % EXEMPLARS_PER_LOOK === 0) await this.breathe();
      number = Math.max(number + 1, exemplars.firstNumber);
    }
    // Nothing was stored since the loop looked for another one: see I3.
    this.exemplars.completeTo(this.source.journalPosition());
  }

  private writeExemplar(slot: number): void {
    if (slot === NO_EXEMPLAR) return;
    const { exemplars, series } = this.source;
    const ref = exemplars.seriesOf(slot);
    if (!this.written.has(ref) || !series.isLive(ref)) return;
    const length = exemplars.textLengthOf(slot);
    const at = this.exemplars.reserve(exemplarWords(length) * 4) >>> 2;
    const [high, low] = [exemplars.valueHighOf(slot), exemplars.valueLowOf(slot)];
    const text = exemplars.textOf(slot);
    writeExemplar(this.exemplars, at, ref, exemplars.timeOf(slot), high, low, text, length);
  }

  /** The number of a pair in this file, defined now when it has none. */
  private pairNumber(pair: PairRef): number {
    const known = this.pairNumbers[pair];
    if (known !== undefined && known > 0) return known - 1;
    const { pairs } = this.source;
    const name = this.symbolNumber(pairs.nameOf(pair));
    const value = this.symbolNumber(pairs.valueOf(pair));
    const at = this.pairs.reserve(8) >>> 2;
    this.pairs.words[at] = name;
    this.pairs.words[at + 1] = value;
    this.pairNumbers = withRoom(this.pairNumbers, pair);
    this.pairNumbers[pair] = ++this.pairCount;
    return this.pairCount - 1;
  }

  private symbolNumber(symbol: SymbolRef): number {
    const known = this.symbolNumbers[symbol];
    if (known !== undefined && known > 0) return known - 1;
    const text = this.source.symbols.bytesOf(symbol);
    const size = 4 + wordPadded(text.length);
    const at = this.symbols.reserve(size);
    const { words, bytes } = this.symbols;
    words[(at + size - 4) >>> 2] = 0;
    words[at >>> 2] = text.length;
    bytes.set(text, at + 4);
    this.symbolNumbers = withRoom(this.symbolNumbers, symbol);
    this.symbolNumbers[symbol] = ++this.symbolCount;
    return this.symbolCount - 1;
  }

  private writeFamily(family: FamilyMetadata): void {
    const texts = [family.name, family.type, family.help, family.unit].map((text) =>
      encoder.encode(text),
    );
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    const size = 16 + wordPadded(length);
    const at = this.metadata.reserve(size);
    const { words, bytes } = this.metadata;
    words[(at + size - 4) >>> 2] = 0;
    let textAt = at + 16;
    texts.forEach((text, i) => {
      words[(at >>> 2) + i] = text.length;
      bytes.set(text, textAt);
      textAt += text.length;
    });
    this.familyCount++;
  }
}
