/** Who the series of a selection are: labels and symbols by position in the selection. */
import type { SeriesRef, SymbolRef } from "../base/units.ts";
import { pairOfName } from "./bound-matcher.ts";
import type { Head } from "./head.ts";
import type { Labels } from "./labels.ts";
import { NO_PAIR } from "./pairs.ts";

export abstract class SeriesIdentities {
  protected readonly head: Head;
  private readonly nameSymbols = new Map<string, SymbolRef | -1>();

  constructor(head: Head) {
    this.head = head;
  }

  /** How many series are selected. */
  abstract get count(): number;

  /** The series at a position. */
  protected abstract refOf(index: number): SeriesRef;

  labels(index: number): Labels {
    return this.head.index.labelsOf(this.refOf(index));
  }

  /** Puts the symbols of name, value, name, value … into `into`, by name; returns how many. */
  labelSymbols(index: number, into: number[]): number {
    const { series, pairs } = this.head.index;
    const ref = this.refOf(index);
    const count = series.pairCountOf(ref);
    for (let i = 0; i < count; i++) {
      const pair = series.pairAt(ref, i);
      into[2 * i] = pairs.nameOf(pair);
      into[2 * i + 1] = pairs.valueOf(pair);
    }
    return 2 * count;
  }

  /** The symbols of all series that are selected are below this. */
  get symbolBound(): number {
    return this.head.index.symbols.upperBound;
  }

  /** The bytes of a symbol: a view, valid while the symbol is live. */
  symbolBytes(symbol: number): Uint8Array {
    return this.head.index.symbols.bytesOf(symbol as SymbolRef);
  }

  /** Symbol of the value of label `name`, or -1. */
  labelSymbol(index: number, name: string): number {
    const symbol = this.nameSymbol(name);
    if (symbol === -1) return -1;
    const pair = pairOfName(this.head.index, this.refOf(index), symbol);
    return pair === NO_PAIR ? -1 : this.head.index.pairs.valueOf(pair);
  }

  symbolText(symbol: number): string {
    return this.head.index.symbols.textOf(symbol as SymbolRef);
  }

  /** Whether any series of the store may have a label of that name. */
  mayHaveLabel(name: string): boolean {
    return this.nameSymbol(name) !== -1;
  }

  private nameSymbol(name: string): SymbolRef | -1 {
    const known = this.nameSymbols.get(name);
    if (known !== undefined) return known;
    const symbol = this.head.index.symbols.findText(name);
    this.nameSymbols.set(name, symbol);
    return symbol;
  }
}
