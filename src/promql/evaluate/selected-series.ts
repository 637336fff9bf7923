/** A cursor over the series of one selector: the identity part shared by all selector streams. */
import type { Labels } from "../../series/labels.ts";
import type { VectorSelector } from "../ast.ts";
import { METRIC_NAME } from "../label-operations.ts";
import type { BegunSeriesSet, SeriesSet } from "../series-source.ts";
import type { QueryContext, QuerySelection } from "./query-context.ts";
import { SetSymbols } from "./query-symbols.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

/** What a series that is being read counts as: one may have all the samples of a query. */
const BEGUN = 0.1;

export class SelectedSeries implements SeriesIdentity {
  private readonly context: QueryContext;
  private readonly selection: QuerySelection;
  private readonly set: SeriesSet;
  private readonly symbols: SetSymbols;
  private index = -1;
  readonly dropsName = false;
  /** Whether the series differ in more than name, type and unit. */
  readonly distinctWithoutName: boolean;

  /** `newestOnly` = only the newest sample of each series will be read. */
  constructor(
    context: QueryContext,
    selector: VectorSelector,
    fromMs: number,
    toMs: number,
    newestOnly = false,
  ) {
    this.selection = context.select(selector.matchers, fromMs, toMs, newestOnly);
    this.set = this.selection.set;
    this.context = context;
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

  /** Moves to the next series; false = no more. Throws PAUSE when the time slice is over. */
  next(): boolean {
    this.context.meter.pausePoint();
    this.index++;
    this.selection.series = this.index + BEGUN;
    return this.index < this.set.count;
  }

  /** Counts the samples of the current series, and the work of reading them for so many steps. */
  loaded(samples: number, steps: number): void {
    this.selection.samples += samples;
    this.context.meter.checkpoint(samples + steps);
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

/** Whether some series has, or may have, a type or unit. */
function hasTypes(set: SeriesSet | BegunSeriesSet): boolean {
  if ("mayHaveLabel" in set) return set.mayHaveLabel("__type__") || set.mayHaveLabel("__unit__");
  for (let i = 0; i < set.count; i++) {
    if (set.labelSymbol(i, "__type__") >= 0 || set.labelSymbol(i, "__unit__") >= 0) return true;
  }
  return false;
}
