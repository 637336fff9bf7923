/**
 * The head as the query engine sees it: selectors answered with series that decode on demand.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { ChunkRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { dropCovered } from "../chunk/time-intervals.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import type { Head } from "./head.ts";
import type { Labels } from "./labels.ts";
import type { Matcher } from "./matcher.ts";
import { NO_PAIR } from "./pairs.ts";
import { pairOfName, selectSeries } from "./select.ts";

/** The series that one selector matched. */
export class HeadSeriesSet {
  private readonly head: Head;
  private readonly refs: readonly SeriesRef[];
  private readonly chain: ChunkRef[] = [];
  private readonly nameSymbols = new Map<string, SymbolRef | -1>();

  constructor(head: Head, refs: readonly SeriesRef[]) {
    this.head = head;
    this.refs = refs;
  }

  get count(): number {
    return this.refs.length;
  }

  labels(index: number): Labels {
    return this.head.index.labelsOf(this.refs[index]!);
  }

  /** Symbol of the value of label `name`, or -1. */
  labelSymbol(index: number, name: string): number {
    const symbol = this.nameSymbol(name);
    if (symbol === -1) return -1;
    const pair = pairOfName(this.head.index, this.refs[index]!, symbol);
    return pair === NO_PAIR ? -1 : this.head.index.pairs.valueOf(pair);
  }

  symbolText(symbol: number): string {
    return this.head.index.symbols.textOf(symbol as SymbolRef);
  }

  /** Appends the samples of a series in [fromMs, toMs] to `into`, oldest first. */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const { chunks } = this.head;
    const from = Math.max(fromMs, this.head.oldestStartMs);
    let depth = 0;
    let chunk = this.head.index.series.newestChunkOf(this.refs[index]!);
    for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
      if (chunks.lastTimeOf(chunk) < from) break;
      if (chunks.firstTimeOf(chunk) <= toMs) this.chain[depth++] = chunk;
    }
    let read = 0;
    while (depth > 0) read += decodeRange(chunks, this.chain[--depth]!, from, toMs, into);
    return read - this.dropDeleted(index, into, read);
  }

  /** Takes what is deleted out of the last `read` samples of `into`; returns how many. */
  private dropDeleted(index: number, into: SampleColumns, read: number): number {
    const { tombstones } = this.head;
    if (tombstones.seriesCount === 0) return 0;
    const deleted = tombstones.of(this.refs[index]!);
    return deleted === undefined ? 0 : dropCovered(into, into.length - read, deleted);
  }

  private nameSymbol(name: string): SymbolRef | -1 {
    const known = this.nameSymbols.get(name);
    if (known !== undefined) return known;
    const symbol = this.head.index.symbols.findText(name);
    this.nameSymbols.set(name, symbol);
    return symbol;
  }
}

/** Selectors over a head. */
export class HeadSource {
  private readonly head: Head;

  constructor(head: Head) {
    this.head = head;
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): HeadSeriesSet {
    return new HeadSeriesSet(this.head, selectSeries(this.head, matchers, fromMs, toMs));
  }
}
