/** Who the series of a selection are: labels and symbols by position in the selection. */
import type { SeriesRef, SymbolRef } from "../base/units.ts";
import { type LabelReader, pairOfName } from "./label-reader.ts";
import { Labels } from "./labels.ts";
import { NO_PAIR } from "./pairs.ts";

export abstract class SeriesIdentities {
  private readonly reader: LabelReader;
  private readonly nameSymbols = new Map<string, SymbolRef | -1>();

  constructor(reader: LabelReader) {
    this.reader = reader;
  }

  /** How many series are selected. */
  abstract get count(): number;

  /** The series at a position. */
  protected abstract refOf(index: number): SeriesRef;

  /** Symbol of a label name, or -1 when no series has it. */
  protected abstract findName(name: string): SymbolRef | -1;

  /** The labels of a series, to be read only while the set is open (labels.ts I4). */
  labels(index: number): Labels {
    return Labels.lyingIn(this.reader, this.refOf(index));
  }

  /** Symbol of the value of label `name`, or -1. */
  labelSymbol(index: number, name: string): number {
    const pair = pairOfName(this.reader, this.refOf(index), this.nameSymbol(name));
    return pair === NO_PAIR ? -1 : this.reader.valueOf(pair);
  }

  symbolText(symbol: number): string {
    return this.reader.textOf(symbol as SymbolRef);
  }

  /** Whether any series may have a label of that name. */
  mayHaveLabel(name: string): boolean {
    return this.nameSymbol(name) !== -1;
  }

  private nameSymbol(name: string): SymbolRef | -1 {
    const known = this.nameSymbols.get(name);
    if (known !== undefined) return known;
    const symbol = this.findName(name);
    this.nameSymbols.set(name, symbol);
    return symbol;
  }
}
