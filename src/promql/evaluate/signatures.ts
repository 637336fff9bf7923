/**
 * Match groups of a binary operation: series of either side with the same matching labels get the
 * same number.
 *
 * `on` compares the symbols of the listed labels; `ignoring` (and no clause) compares all other
 * labels except the metric name, and so does `on` with more labels than a series has with these.
 */
import type { Labels } from "../../series/labels.ts";
import { LabelsIndex } from "../../series/labels-index.ts";
import type { VectorMatching } from "../ast.ts";
import { dropLabels, keepLabels, METRIC_NAME } from "../label-operations.ts";
import { SYMBOLS_MAX } from "./grouping.ts";
import { TupleIndex } from "./tuple-index.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

export class Signatures {
  private readonly on: boolean;
  private readonly names: readonly string[];
  private readonly nameSet: ReadonlySet<string>;
  private readonly bySymbols: boolean;
  private readonly tuple: Int32Array;
  /** One of the two, made when it is needed: a query may have very many operators. */
  private tuples: TupleIndex | null = null;
  private sets: LabelsIndex | null = null;

  constructor(matching: VectorMatching) {
    this.on = matching.on;
    this.names = matching.labels;
    this.nameSet = new Set(matching.on ? matching.labels : [METRIC_NAME, ...matching.labels]);
    this.bySymbols = matching.on && matching.labels.length <= SYMBOLS_MAX;
    this.tuple = new Int32Array(this.bySymbols ? this.names.length : 0);
  }

  get count(): number {
    return (this.tuples ?? this.sets)?.count ?? 0;
  }

  /** Number of the match group of a series. */
  of(series: SeriesIdentity): number {
    if (this.bySymbols) return this.bySymbolsOf(series);
    this.sets ??= new LabelsIndex({ names: this.nameSet, are: this.on ? "these" : "others" });
    return this.sets.add(series.labels());
  }

  /** The labels that a series is matched by. */
  matchLabels(labels: Labels): Labels {
    return this.on ? keepLabels(labels, this.nameSet) : dropLabels(labels, this.nameSet);
  }

  private bySymbolsOf(series: SeriesIdentity): number {
    for (let i = 0; i < this.names.length; i++) {
      this.tuple[i] = series.labelSymbol(this.names[i]!);
    }
    this.tuples ??= new TupleIndex(this.names.length);
    return this.tuples.add(this.tuple);
  }
}
