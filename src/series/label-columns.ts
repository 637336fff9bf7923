/**
 * The columns in which labels lie, as another thread reads them.
 *
 * All are shared memory. A column that grows is replaced by a longer one, and the old one keeps
 * what it held; what lies there of a series does not change while the series has its ref, nor a
 * text while its symbol is live. So a thread that is told of series under an epoch
 * (epoch-series-set.ts I2) reads their labels in the columns of that moment, whatever the index
 * does meanwhile.
 *
 * I1  Only series that an open epoch holds are asked for.
 *
 * Units: offsets and lengths of texts are bytes, those of lists of pairs are entries.
 */
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { segmentOfRange, startOfRange } from "./byte-store.ts";
import type { Column } from "./columns.ts";
import { entryAt } from "./entry-pool.ts";
import type { LabelReader } from "./label-reader.ts";
import { symbolText } from "./symbols.ts";

/** What the index shares. */
export interface LabelColumns {
  /** By series: where its pairs are, and how many. */
  readonly pairOffsets: Column;
  readonly pairCounts: Column;
  readonly pairSegments: readonly Column[];
  /** By pair: its symbols. */
  readonly pairNames: Column;
  readonly pairValues: Column;
  /** By symbol: where its text is. */
  readonly textOffsets: Column;
  readonly textLengths: Column;
  readonly textSegments: readonly Uint8Array[];
}

export class SharedLabels implements LabelReader {
  private readonly columns: LabelColumns;
  private readonly texts = new Map<SymbolRef, string>();

  constructor(columns: LabelColumns) {
    this.columns = columns;
  }

  labelCountOf(series: SeriesRef): number {
    return this.columns.pairCounts[series]!;
  }

  pairAt(series: SeriesRef, position: number): PairRef {
    const { pairSegments, pairOffsets } = this.columns;
    return entryAt(pairSegments, pairOffsets[series]!, position) as PairRef;
  }

  nameOf(pair: PairRef): SymbolRef {
    return this.columns.pairNames[pair]! as SymbolRef;
  }

  valueOf(pair: PairRef): SymbolRef {
    return this.columns.pairValues[pair]! as SymbolRef;
  }

  textOf(symbol: SymbolRef): string {
    const known = this.texts.get(symbol);
    if (known !== undefined) return known;
    const text = this.decode(symbol);
    this.texts.set(symbol, text);
    return text;
  }

  private decode(symbol: SymbolRef): string {
    const { textOffsets, textLengths, textSegments } = this.columns;
    const offset = textOffsets[symbol]!;
    const start = startOfRange(offset);
    const segment = textSegments[segmentOfRange(offset)]!;
    return symbolText(segment.subarray(start, start + textLengths[symbol]!));
  }
}
