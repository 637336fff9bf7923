/**
 * Match groups of a binary operation: series of either side with the same matching labels get the
 * same number.
 *
 * `on` compares the symbols of the listed labels; `ignoring` (and no clause) compares all other
 * labels except the metric name, by text.
 */
import type { Labels } from "../../series/labels.ts";
import type { VectorMatching } from "../ast.ts";
import { dropLabels, keepLabels, METRIC_NAME } from "../label-operations.ts";
import { TupleIndex } from "./tuple-index.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

export class Signatures {
  private readonly on: boolean;
  private readonly names: readonly string[];
  private readonly nameSet: ReadonlySet<string>;
  private readonly tuple: Int32Array;
  /** Made when it is needed: a query may have very many operators. */
  private tuples: TupleIndex | null = null;
  private readonly keys = new Map<string, number>();

  constructor(matching: VectorMatching) {
    this.on = matching.on;
    this.names = matching.labels;
    this.nameSet = new Set(matching.on ? matching.labels : [METRIC_NAME, ...matching.labels]);
    this.tuple = new Int32Array(this.names.length);
  }

  get count(): number {
    return this.on ? (this.tuples?.count ?? 0) : this.keys.size;
  }

  /** Number of the match group of a series. */
  of(series: SeriesIdentity): number {
    if (this.on) {
      for (let i = 0; i < this.names.length; i++) {
        this.tuple[i] = series.labelSymbol(this.names[i]!);
      }
      this.tuples ??= new TupleIndex(this.names.length);
      return this.tuples.add(this.tuple);
    }
    const key = this.matchLabels(series.labels()).key();
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    this.keys.set(key, this.keys.size);
    return this.keys.size - 1;
  }

  /** The labels that a series is matched by. */
  matchLabels(labels: Labels): Labels {
    return this.on ? keepLabels(labels, this.nameSet) : dropLabels(labels, this.nameSet);
  }
}
