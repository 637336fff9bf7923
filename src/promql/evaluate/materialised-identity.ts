/** Identity of a series of which only the label set is at hand. */
import type { LabelSets } from "../../series/label-sets.ts";
import type { Labels } from "../../series/labels.ts";
import type { QueryContext } from "./query-context.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

/** A cursor over label sets: set `index`, then ask. */
export class MaterialisedIdentity implements SeriesIdentity {
  private readonly context: QueryContext;
  private readonly sets: LabelSets;
  index = 0;
  readonly dropsName = false;

  constructor(context: QueryContext, sets: LabelSets) {
    this.context = context;
    this.sets = sets;
  }

  labels(): Labels {
    return this.sets.at(this.index);
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }
}
