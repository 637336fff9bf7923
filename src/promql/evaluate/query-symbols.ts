/**
 * Label values as integers for one query: equal numbers exactly for equal texts, whatever source
 * they come from.
 *
 * A selector's own symbols are translated once each; derived label values are interned by text.
 */
import { NumberPages } from "../../base/number-pages.ts";
import { TextIndex } from "../../base/text-index.ts";
import type { SeriesSet } from "../series-source.ts";

/** Symbol of an absent label. */
export const NO_SYMBOL = -1;

export class QuerySymbols {
  /** Made when it is needed: most queries group by few labels or none. */
  private texts: TextIndex | null = null;

  /** Symbol of a text; "" (an absent label) is NO_SYMBOL. */
  intern(text: string): number {
    if (text === "") return NO_SYMBOL;
    this.texts ??= new TextIndex();
    return this.texts.add(text);
  }

  /** Text of a symbol; "" for NO_SYMBOL. */
  textOf(symbol: number): string {
    return symbol === NO_SYMBOL ? "" : this.texts!.textOf(symbol);
  }
}

/** Translates the symbols of one series set. */
export class SetSymbols {
  private readonly symbols: QuerySymbols;
  private readonly set: SeriesSet;
  private readonly known = new NumberPages(NO_SYMBOL);

  constructor(symbols: QuerySymbols, set: SeriesSet) {
    this.symbols = symbols;
    this.set = set;
  }

  symbolOf(index: number, name: string): number {
    const own = this.set.labelSymbol(index, name);
    if (own < 0) return NO_SYMBOL;
    const known = this.known.get(own);
    if (known !== NO_SYMBOL) return known;
    const symbol = this.symbols.intern(this.set.symbolText(own));
    this.known.set(own, symbol);
    return symbol;
  }
}
