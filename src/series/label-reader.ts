/** Where the labels of series are read from: the index, or its columns in another thread. */
import type { SeriesRef, SymbolRef } from "../base/units.ts";
import { Labels } from "./labels.ts";

export interface LabelReader {
  /** How many labels a series has; they are sorted by name. */
  labelCountOf(series: SeriesRef): number;
  /** Symbols of the name and of the value of the label at a position. */
  nameAt(series: SeriesRef, position: number): SymbolRef;
  valueAt(series: SeriesRef, position: number): SymbolRef;
  /** The text of a symbol that is live. */
  textOf(symbol: SymbolRef): string;
}

/** The label set of a series as text. */
export function labelsOf(reader: LabelReader, series: SeriesRef): Labels {
  const flat: string[] = [];
  const count = reader.labelCountOf(series);
  for (let i = 0; i < count; i++) {
    flat.push(reader.textOf(reader.nameAt(series, i)), reader.textOf(reader.valueAt(series, i)));
  }
  return Labels.ofSorted(flat);
}

/** Symbol of the value of the label whose name has the symbol `name`, or -1. */
export function valueOfName(
  reader: LabelReader,
  series: SeriesRef,
  name: SymbolRef,
): SymbolRef | -1 {
  const count = reader.labelCountOf(series);
  for (let i = 0; i < count; i++) {
    if (reader.nameAt(series, i) === name) return reader.valueAt(series, i);
  }
  return -1;
}
