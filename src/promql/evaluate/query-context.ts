/** What all parts of one query's evaluation share. */
import { TsdbError } from "../../base/errors.ts";
import type { HandedSeries, SharedHead } from "../../series/handed-series-set.ts";
import type { Matcher } from "../../series/matcher.ts";
import type { ParsedQuery } from "../ast.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { Patterns } from "../parse/patterns.ts";
import { selectorText, type TouchedSelection } from "../result/touched-selection.ts";
import type { BegunSeriesSet, SeriesSet, SeriesSource } from "../series-source.ts";
import { Annotations } from "./annotations.ts";
import { Meter } from "./meter.ts";
import { QuerySymbols } from "./query-symbols.ts";

/** Work of a selection besides its series, in the meter's units. */
const SELECTION_WORK = 512;

/** A selection of a query, how many of its series were read, and how many samples of them. */
export interface QuerySelection {
  readonly matchers: readonly Matcher[];
  readonly set: SeriesSet;
  series: number;
  samples: number;
}

/** The selections of a query in the order in which they were begun, for another thread. */
export interface HandedSelections {
  readonly head: SharedHead;
  readonly sets: readonly HandedSeries[];
}

export class QueryContext {
  readonly source: SeriesSource;
  readonly options: EngineOptions;
  readonly annotations: Annotations;
  readonly meter: Meter;
  readonly symbols = new QuerySymbols();
  /** Patterns of the text that are compiled. */
  readonly patterns: Patterns | null;
  private readonly begun: BegunSeriesSet[] = [];
  /** How many of them are prepared. */
  private prepared = 0;
  private readonly selections: QuerySelection[] = [];
  private readonly goOn = (work: number): boolean => {
    this.meter.checkpoint(work);
    return !this.meter.pauseWanted;
  };

  constructor(
    source: SeriesSource,
    options: EngineOptions,
    { text, patterns }: ParsedQuery,
    isCanceled: () => boolean,
  ) {
    this.patterns = patterns ?? null;
    this.source = source;
    this.options = options;
    this.annotations = new Annotations(text);
    this.meter = new Meter({
      clock: options.clock,
      timeoutMs: options.timeoutMs,
      samplesMax: options.samplesMax,
      isCanceled,
    });
  }

  /** Begins a selection of this query; it is prepared before the evaluation, or when asked. */
  select(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
    newestOnly: boolean,
  ): QuerySelection {
    const { source } = this;
    const begun = source.begin?.(matchers, fromMs, toMs, newestOnly);
    if (begun) this.begun.push(begun);
    const set = begun ?? source.select(matchers, fromMs, toMs);
    const selection = { matchers, set, series: 0, samples: 0 };
    this.selections.push(selection);
    return selection;
  }

  /** The share of the selected series that were read, 0 to 1. */
  get progress(): number {
    let read = 0;
    let selected = 0;
    for (const { set, series } of this.selections) {
      read += Math.min(series, set.count);
      selected += set.count;
    }
    return selected === 0 ? 1 : read / selected;
  }

  /** What the selections have touched so far. */
  touched(): TouchedSelection[] {
    return this.selections.map(({ matchers, set, samples }) => ({
      selector: selectorText(matchers),
      series: set.count,
      chunks: set.chunksRead ?? 0,
      samples,
    }));
  }

  /** Prepares the selections; false = paused: call again. */
  prepareSelections(): boolean {
    for (; this.prepared < this.begun.length; this.prepared++) {
      if (!this.begun[this.prepared]!.prepare(this.goOn)) return false;
      this.meter.checkpoint(SELECTION_WORK);
      if (this.meter.pauseWanted) {
        this.prepared++;
        return this.prepared === this.begun.length;
      }
    }
    return true;
  }

  /**
   * Gives the prepared selections to another thread, and their buffers into `buffers`: only close()
   * may be called after that. Null = they must be read here.
   */
  handOver(buffers: ArrayBuffer[]): HandedSelections | null {
    const head = this.source.share?.();
    if (head === undefined || this.begun.length < this.selections.length) return null;
    const sets: HandedSeries[] = [];
    for (const set of this.begun) {
      const handed = set.handOver?.(buffers);
      if (!handed) return null;
      sets.push(handed);
    }
    return { head, sets };
  }

  /** Lets the selections go; they are not read after this. */
  close(): void {
    for (const set of this.begun) set.close();
  }

  /** Ends the query with an execution error. */
  fail(message: string): never {
    throw new TsdbError("QUERY_EXECUTION", message);
  }

  failDuplicate(): never {
    return this.fail("vector cannot contain metrics with the same labelset");
  }
}
