/** Where the labels of series are read from: the index, or its columns in another thread. */
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { NO_PAIR } from "./pairs.ts";

export interface LabelReader {
  /** How many labels a series has; they are sorted by name. */
  labelCountOf(series: SeriesRef): number;
  /** The pair that is the label at a position. */
  pairAt(series: SeriesRef, position: number): PairRef;
  /** Symbols of the name and of the value of a pair. */
  nameOf(pair: PairRef): SymbolRef;
  valueOf(pair: PairRef): SymbolRef;
  /** The text of a symbol that is live. */
  textOf(symbol: SymbolRef): string;
}

/** The series' pair with a name, or NO_PAIR; `name` -1 is the name of none. */
export function pairOfName(reader: LabelReader, series: SeriesRef, name: SymbolRef | -1): PairRef {
  if (name === -1) return NO_PAIR;
  const count = reader.labelCountOf(series);
  for (let i = 0; i < count; i++) {
    const pair = reader.pairAt(series, i);
    if (reader.nameOf(pair) === name) return pair;
  }
  return NO_PAIR;
}
