/**
 * One query on its way from a resolved tree to a result, in one go or in slices.
 *
 * Order of the result: instant vectors as evaluated (sort() and topk() show), matrices sorted by
 * label set.
 */
import type { Expression, ParsedQuery } from "../ast.ts";
import { typeOf } from "../parse/check-types.ts";
import { listOf, type QueryResult, type QueryValue } from "../result/query-result.ts";
import { MergeStream } from "./merge-stream.ts";
import { PAUSE } from "./meter.ts";
import { FinalNameStream } from "./name-streams.ts";
import { Planner } from "./planner.ts";
import type { HandedSelections, QueryContext } from "./query-context.ts";
import { type QueryRange, Resolver } from "./resolve.ts";
import { MatrixCollector, RangeVectorCollector, VectorCollector } from "./result-collectors.ts";
import { StepGrid } from "./step-grid.ts";
import type { ScalarColumn, VectorStream } from "./vector-stream.ts";

/** Something that ends in a value: run() returns false while it wants to be called again. */
export interface Collector {
  run(): boolean;
  value(): QueryValue;
}

class ScalarCollector implements Collector {
  private readonly scalar: ScalarColumn;
  private readonly timeMs: number;

  constructor(scalar: ScalarColumn, timeMs: number) {
    this.scalar = scalar;
    this.timeMs = timeMs;
  }

  run(): boolean {
    return this.scalar.prepare();
  }

  value(): QueryValue {
    return { type: "scalar", timeMs: this.timeMs, value: this.scalar.values[0]! };
  }
}

/** A value whose label sets have texts of their own, and so outlive the query. */
function settled(value: QueryValue): QueryValue {
  if (value.type === "matrix") {
    const series = listOf(value.series);
    for (const { labels } of series) labels.settled();
    return { ...value, series };
  }
  if (value.type !== "vector") return value;
  return { ...value, labels: listOf(value.labels).map((labels) => labels.settled()) };
}

export class Evaluation {
  private readonly context: QueryContext;
  private readonly collector: Collector;
  private ready = false;
  private done = false;

  /** A step of 0 makes an instant query at the start. */
  constructor(context: QueryContext, parsed: ParsedQuery, range: QueryRange) {
    this.context = context;
    try {
      this.collector = this.plan(parsed, range);
    } catch (error) {
      context.close();
      throw error;
    }
  }

  private plan(parsed: ParsedQuery, range: QueryRange): Collector {
    const root = new Resolver(parsed.text, range).resolve(parsed.root);
    const planner = new Planner(this.context, range);
    return range.stepMs === 0
      ? this.instantCollector(planner, root, range.startMs)
      : this.rangeCollector(planner, root, range);
  }

  /** Runs for about `sliceMs`; true when the query is done. */
  run(sliceMs: number): boolean {
    this.context.meter.beginSlice(sliceMs);
    if (!this.ready && !this.prepare()) return false;
    try {
      this.done = this.done || this.collector.run();
    } catch (error) {
      if (error !== PAUSE) throw error;
    }
    return this.done;
  }

  /** Captures what it reads; false = paused, or it is done and the slice is over. */
  private prepare(): boolean {
    const { context } = this;
    this.ready = context.prepareSelections();
    context.meter.look();
    return this.ready && !context.meter.pauseWanted;
  }

  /** Whether everything that it reads is captured. */
  get isPrepared(): boolean {
    return this.ready;
  }

  /** How far it has come, 0 to 1, as far as the series tell that it reads. */
  get progress(): number {
    return this.context.progress;
  }

  /**
   * Gives what a prepared evaluation has captured to another thread, which begins the same query
   * anew over it (thread/handed-source.ts); null = it must go on here. After this only close() may
   * be called.
   */
  handOver(buffers: ArrayBuffer[]): HandedSelections | null {
    return this.context.handOver(buffers);
  }

  /** Runs to the end. */
  finish(): QueryResult {
    try {
      while (!this.run(Number.POSITIVE_INFINITY));
      const result = this.result();
      return { ...result, value: settled(result.value) };
    } finally {
      this.close();
    }
  }

  /** Must be called at the end, however that came: until then the store keeps what is read. */
  close(): void {
    this.context.close();
  }

  /** The result of a query that is done; its label sets are valid until close(). */
  result(): QueryResult {
    const value = this.collector.value();
    const { warnings, infos } = this.context.annotations;
    const { peakSamples } = this.context.meter;
    return { value, warnings, infos, peakSamples, touched: this.context.touched() };
  }

  private instantCollector(planner: Planner, root: Expression, timeMs: number): Collector {
    const grid = new StepGrid(timeMs, timeMs, 1);
    switch (typeOf(root)) {
      case "string": {
        const value: QueryValue = { type: "string", timeMs, value: planner.text(root) };
        return { run: () => true, value: () => value };
      }
      case "scalar":
        return new ScalarCollector(planner.scalar(root, grid), timeMs);
      case "matrix":
        return new RangeVectorCollector(this.context, planner.samples(root, grid));
      default:
        return new VectorCollector(this.context, this.rootVector(planner, root, grid), timeMs);
    }
  }

  private rangeCollector(planner: Planner, root: Expression, range: QueryRange): Collector {
    const grid = new StepGrid(range.startMs, range.endMs, range.stepMs);
    const stream =
      typeOf(root) === "scalar"
        ? planner.scalarAsVector(planner.scalar(root, grid))
        : this.rootVector(planner, root, grid);
    return new MatrixCollector(this.context, stream, grid);
  }

  private rootVector(planner: Planner, root: Expression, grid: StepGrid): VectorStream {
    const stream = planner.vector(root, grid);
    if (!this.context.options.delayedNameRemoval) return stream;
    const final = new FinalNameStream(stream);
    return stream.distinctWithoutName ? final : new MergeStream(this.context, final);
  }
}
