/**
 * Label values as integers for one query: equal numbers exactly for equal texts, whatever source
 * they come from.
 *
 * A selector's own symbols are translated once each; derived label values are interned by text.
 */
import type { SeriesSet } from "../series-source.ts";

/** Symbol of an absent label. */
export const NO_SYMBOL = -1;

export class QuerySymbols {
  private readonly texts: string[] = [];
  private readonly byText = new Map<string, number>();

  /** Symbol of a text; "" (an absent label) is NO_SYMBOL. */
  intern(text: string): number {
    if (text === "") return NO_SYMBOL;
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const symbol = this.texts.length;
    this.texts.push(text);
    this.byText.set(text, symbol);
    return symbol;
  }

  /** Text of a symbol; "" for NO_SYMBOL. */
  textOf(symbol: number): string {
    return symbol === NO_SYMBOL ? "" : this.texts[symbol]!;
  }
}

/** Translates the symbols of one series set. */
export class SetSymbols {
  private readonly symbols: QuerySymbols;
  private readonly set: SeriesSet;
  private readonly known = new Map<number, number>();

  constructor(symbols: QuerySymbols, set: SeriesSet) {
    this.symbols = symbols;
    this.set = set;
  }

  symbolOf(index: number, name: string): number {
    const own = this.set.labelSymbol(index, name);
    if (own < 0) return NO_SYMBOL;
    const known = this.known.get(own);
    if (known !== undefined) return known;
    const symbol = this.symbols.intern(this.set.symbolText(own));
    this.known.set(own, symbol);
    return symbol;
  }
}
