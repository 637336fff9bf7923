/** What all parts of one query's evaluation share. */
import { TsdbError } from "../../base/errors.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { SeriesSource } from "../series-source.ts";
import { Annotations } from "./annotations.ts";
import { Meter } from "./meter.ts";
import { QuerySymbols } from "./query-symbols.ts";

/** Names that go when a metric name goes. */

export class QueryContext {
  readonly source: SeriesSource;
  readonly options: EngineOptions;
  readonly annotations: Annotations;
  readonly meter: Meter;
  readonly symbols = new QuerySymbols();

  constructor(
    source: SeriesSource,
    options: EngineOptions,
    text: string,
    isCanceled: () => boolean,
  ) {
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

  /** Ends the query with an execution error. */
  fail(message: string): never {
    throw new TsdbError("QUERY_EXECUTION", message);
  }

  failDuplicate(): never {
    return this.fail("vector cannot contain metrics with the same labelset");
  }
}
