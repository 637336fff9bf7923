/**
 * What a snapshot is written from: the parts of a head, by the few methods that writing needs.
 *
 * The tables of src/series fit as they are; head-source.ts puts them together. References may be
 * sparse, and change while a snapshot is written, with these bounds:
 * I1  While a pin is held, the reference of a dead series is not given to another one.
 * I2  While tombstones are held, what is deleted stays in the chunks and stays marked.
 * I3  The pairs of a live series, and their symbols, keep their references and texts.
 *
 * Units: lengths and positions are bytes.
 */
import type { ChunkRef, PairRef, SeriesRef, SymbolRef, WindowNumber } from "../base/units.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";

export interface SymbolSource {
  /** Every ref is below this. */
  readonly upperBound: number;
  /** The text's bytes: a view, valid until something is released. */
  bytesOf(symbol: SymbolRef): Uint8Array;
}

export interface PairSource {
  readonly upperBound: number;
  nameOf(pair: PairRef): SymbolRef;
  valueOf(pair: PairRef): SymbolRef;
}

export interface SeriesRefs {
  readonly upperBound: number;
  isLive(series: number): boolean;
  pairCountOf(series: SeriesRef): number;
  /** Copies the pairs, sorted by name, to `into`; returns how many. */
  pairsOf(series: SeriesRef, into: Uint32Array): number;
  newestChunkOf(series: SeriesRef): ChunkRef;
  /** The series' number in the journal, 0 while it has none. */
  journalNumberOf(series: SeriesRef): number;
  /** Holds I1 until the returned function is called. */
  pin(): () => void;
}

/** A walk along the chunks of a window in their order. */
export interface ChunkWalk {
  /** The next one, NO_CHUNK at the end: each that stays from begin to end, none that came since. */
  next(): ChunkRef;
  /** To be called when the walk is over or given up. */
  end(): void;
}

export interface WindowSource {
  /** Windows that hold chunks, oldest first. */
  numbers(): WindowNumber[];
  walk(window: WindowNumber): ChunkWalk;
  countOf(window: WindowNumber): number;
  /** Another number whenever a window that has ended was changed; NaN until it has. */
  changeOf(window: number): number;
  /** How often samples were moved from one chunk to another. */
  readonly splitCount: number;
}

export interface ChunkSource {
  isLive(chunk: ChunkRef): boolean;
  seriesOf(chunk: ChunkRef): SeriesRef;
  windowOf(chunk: ChunkRef): WindowNumber;
  olderOf(chunk: ChunkRef): ChunkRef;
  sampleCountOf(chunk: ChunkRef): number;
  /** Bytes of the chunk's stream. */
  byteLengthOf(chunk: ChunkRef): number;
  /** Memory that holds the stream, which starts at offsetOf(). */
  bytesOf(chunk: ChunkRef): Uint8Array;
  offsetOf(chunk: ChunkRef): number;
  /** Bytes of the encoder's state. */
  stateBytesOf(chunk: ChunkRef): number;
  /** Writes the encoder's state, `length` bytes as told, to `into` at `at`, a multiple of 8. */
  writeState(chunk: ChunkRef, into: Uint8Array, at: number, length: number): void;
}

/** What is deleted and still lies in the chunks. */
export interface TombstoneSource {
  /** Series with deleted stretches. */
  series(): Iterable<SeriesRef>;
  of(series: SeriesRef): TimeIntervals | undefined;
  /** Holds I2 until the returned function is called. */
  hold(): () => void;
}

/** Exemplars by number, in the order of arrival; see exemplar-ring.ts. */
export interface ExemplarSource {
  /** Numbers of the oldest exemplar that may be held and of the one to come. */
  readonly firstNumber: number;
  readonly endNumber: number;
  /** The slot of a number between them, NO_EXEMPLAR when it is not held any more. */
  slotOf(number: number): number;
  seriesOf(slot: number): SeriesRef;
  timeOf(slot: number): number;
  valueHighOf(slot: number): number;
  valueLowOf(slot: number): number;
  textLengthOf(slot: number): number;
  /** Canonical label bytes, valid until the next call. */
  textOf(slot: number): Uint8Array;
}

/** Metadata of one metric family. */
export interface FamilyMetadata {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface SnapshotSource {
  readonly symbols: SymbolSource;
  readonly pairs: PairSource;
  readonly series: SeriesRefs;
  readonly windows: WindowSource;
  readonly chunks: ChunkSource;
  readonly tombstones: TombstoneSource;
  readonly exemplars: ExemplarSource;
  families(): Iterable<FamilyMetadata>;
  /** Where the journal stands now; 0 without a journal. */
  journalPosition(): number;
  /** The newest number given to a series in the journal. */
  lastJournalNumber(): number;
}
