/** A cursor over the series of one selector: the identity part shared by all selector streams. */
import type { Labels } from "../../series/labels.ts";
import type { VectorSelector } from "../ast.ts";
import { METRIC_NAME } from "../label-operations.ts";
import type { SeriesSet } from "../series-source.ts";
import type { QueryContext } from "./query-context.ts";
import { SetSymbols } from "./query-symbols.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

export class SelectedSeries implements SeriesIdentity {
  private readonly set: SeriesSet;
  private readonly symbols: SetSymbols;
  private index = -1;
  readonly dropsName = false;
  /** Whether the series differ in more than name, type and unit. */
  readonly distinctWithoutName: boolean;

  constructor(context: QueryContext, selector: VectorSelector, fromMs: number, toMs: number) {
    this.set = context.source.select(selector.matchers, fromMs, toMs);
    this.symbols = new SetSymbols(context.symbols, this.set);
    this.distinctWithoutName = selectsOneName(selector) && !hasTypes(this.set);
  }

  /** The set and the current position in it, for decoding. */
  get series(): SeriesSet {
    return this.set;
  }

  get current(): number {
    return this.index;
  }

  next(): boolean {
    this.index++;
    return this.index < this.set.count;
  }

  labels(): Labels {
    return this.set.labels(this.index);
  }

  labelSymbol(name: string): number {
    return this.symbols.symbolOf(this.index, name);
  }
}

/** Whether all series of a selector have one metric name. */
function selectsOneName(selector: VectorSelector): boolean {
  return selector.matchers.some(
    (matcher) => matcher.name === METRIC_NAME && matcher.type === "=" && matcher.value !== "",
  );
}

/** Whether some series has a type or unit. */
function hasTypes(set: SeriesSet): boolean {
  for (let i = 0; i < set.count; i++) {
    if (set.labelSymbol(i, "__type__") >= 0 || set.labelSymbol(i, "__unit__") >= 0) return true;
  }
  return false;
}
