/** From a function's name to the stream that computes it. */
import type { Call, Expression } from "../ast.ts";
import { unwrapParens } from "../ast.ts";
import { InstantSelectorStream } from "../evaluate/instant-selector.ts";
import { MergeStream } from "../evaluate/merge-stream.ts";
import { messages } from "../evaluate/messages.ts";
import type { Planner } from "../evaluate/planner.ts";
import { RangeCallStream } from "../evaluate/range-call.ts";
import { SampleTimeStream } from "../evaluate/sample-time-stream.ts";
import { ScalarVectorStream } from "../evaluate/scalar-vector.ts";
import { MappedScalar, TimeScalar } from "../evaluate/scalars.ts";
import type { StepGrid } from "../evaluate/step-grid.ts";
import type { ScalarColumn, VectorStream } from "../evaluate/vector-stream.ts";
import { AbsenceStream, labelsOfAbsence } from "./absence.ts";
import {
  clampStream,
  DATE_FUNCTIONS,
  FLOAT_FUNCTIONS,
  HISTOGRAM_FUNCTIONS,
  HistogramMappedStream,
  MappedStream,
  roundStream,
} from "./elementwise.ts";
import { HistogramGroupStream } from "./histogram-groups.ts";
import { FractionMeasure, QuantileMeasure } from "./histogram-measures.ts";
import { InfoStream } from "./info.ts";
import { labelJoin, labelReplace } from "./label-functions.ts";
import { rangeFunction } from "./range-functions.ts";
import { signatureOf } from "./signatures.ts";
import { byLabels, byValue, SortedStream } from "./sorting.ts";

/** A call that gives a vector. */
export function planCall(planner: Planner, node: Call, grid: StepGrid): VectorStream {
  return new CallPlanner(planner, node, grid).plan();
}

class CallPlanner {
  private readonly planner: Planner;
  private readonly node: Call;
  private readonly grid: StepGrid;

  constructor(planner: Planner, node: Call, grid: StepGrid) {
    this.planner = planner;
    this.node = node;
    this.grid = grid;
  }

  plan(): VectorStream {
    const { name } = this.node;
    const floatMap = FLOAT_FUNCTIONS.get(name);
    if (floatMap) return this.nameless(new MappedStream(this.vector(0), floatMap));
    const histogramMap = HISTOGRAM_FUNCTIONS.get(name);
    if (histogramMap) {
      return this.nameless(new HistogramMappedStream(this.context, this.vector(0), histogramMap));
    }
    if (DATE_FUNCTIONS.has(name)) return this.date();
    if (signatureOf(name)?.args.includes("matrix")) return this.rangeCall();
    return this.special();
  }

  private get context(): Planner["context"] {
    return this.planner.context;
  }

  private argument(index: number): Expression {
    return this.node.args[index]!;
  }

  private has(index: number): boolean {
    return index < this.node.args.length;
  }

  private vector(index: number): VectorStream {
    return this.planner.vector(this.argument(index), this.grid);
  }

  private scalar(index: number): ScalarColumn {
    return this.planner.scalar(this.argument(index), this.grid);
  }

  private text(index: number): string {
    return this.planner.text(this.argument(index));
  }

  private texts(from: number): string[] {
    return this.node.args.slice(from).map((arg) => this.planner.text(arg));
  }

  private nameless(stream: VectorStream): VectorStream {
    return this.planner.nameless(stream);
  }

  private special(): VectorStream {
    const { context } = this;
    switch (this.node.name) {
      case "absent":
        return new AbsenceStream(context, this.vector(0), this.absentLabels());
      case "clamp":
        return this.nameless(clampStream(this.vector(0), this.scalar(1), this.scalar(2)));
      case "clamp_max":
        return this.nameless(clampStream(this.vector(0), null, this.scalar(1)));
      case "clamp_min":
        return this.nameless(clampStream(this.vector(0), this.scalar(1), null));
      case "round":
        return this.nameless(roundStream(this.vector(0), this.has(1) ? this.scalar(1) : null));
      case "sort":
        return new SortedStream(context, this.vector(0), byValue(1), true);
      case "sort_desc":
        return new SortedStream(context, this.vector(0), byValue(-1), true);
      case "sort_by_label":
        return new SortedStream(context, this.vector(0), byLabels(this.texts(1), 1), false);
      case "sort_by_label_desc":
        return new SortedStream(context, this.vector(0), byLabels(this.texts(1), -1), false);
      case "vector":
        return new ScalarVectorStream(this.scalar(0));
      default:
        return this.labelsAndHistograms();
    }
  }

  private labelsAndHistograms(): VectorStream {
    switch (this.node.name) {
      case "label_replace":
        return this.merged(
          labelReplace(this.context, this.vector(0), {
            target: this.text(1),
            template: this.text(2),
            source: this.text(3),
            pattern: this.text(4),
          }),
        );
      case "label_join": {
        const [target, separator, ...sources] = this.texts(1);
        return this.merged(labelJoin(this.context, this.vector(0), target!, separator!, sources));
      }
      case "histogram_quantile":
        return this.quantiles(1, [0], null);
      case "histogram_quantiles":
        return this.quantiles(0, [...this.node.args.keys()].slice(2), this.text(1));
      case "histogram_fraction":
        return this.fraction();
      case "info":
        return this.info();
      case "timestamp":
        return this.sampleTimes("sample-time");
      case "start_timestamp":
        return this.sampleTimes("start-time");
      default:
        return this.context.fail(`unhandled function: ${this.node.name}`);
    }
  }

  private merged(stream: VectorStream): VectorStream {
    return new MergeStream(this.context, stream, { distinctWithoutName: false });
  }

  private absentLabels(): ReturnType<typeof labelsOfAbsence> {
    return labelsOfAbsence(unwrapParens(this.argument(0)));
  }

  private date(): VectorStream {
    const map = DATE_FUNCTIONS.get(this.node.name)!;
    if (this.has(0)) return this.nameless(new MappedStream(this.vector(0), map));
    const time = new TimeScalar(this.grid);
    return new ScalarVectorStream(new MappedScalar(time, (seconds) => map(Math.trunc(seconds))));
  }

  private rangeCall(): VectorStream {
    const { name, args } = this.node;
    const position = signatureOf(name)!.args.indexOf("matrix");
    const range = this.argument(position);
    const call = rangeFunction(this.planner, this.node, this.grid);
    const samples = this.planner.samples(range, this.grid);
    // Prometheus replaces a subquery by its samples, which have no place in the text.
    const first = unwrapParens(args[0]!);
    const start = first.kind === "subquery" ? 0 : first.start;
    const stream = new RangeCallStream(this.context, samples, this.grid, call, start);
    if (name === "absent_over_time") {
      const { delayedNameRemoval } = this.context.options;
      return new AbsenceStream(this.context, stream, this.absentLabels(), delayedNameRemoval);
    }
    if (name === "first_over_time" || name === "last_over_time") return stream;
    return this.planner.namelessStrict(stream);
  }

  private quantiles(
    vector: number,
    quantiles: readonly number[],
    label: string | null,
  ): VectorStream {
    const scalars = quantiles.map((index) => this.warned(index));
    const starts = { vector: this.argument(vector).start, first: this.argument(0).start };
    const measure = new QuantileMeasure(this.context, this.grid, scalars, label, starts);
    return this.histogramGroups(vector, measure, label !== null);
  }

  /** A quantile argument that warns when it is none. */
  private warned(index: number): ScalarColumn {
    const { start } = this.argument(index);
    return new MappedScalar(this.scalar(index), (phi) => {
      if (!(phi >= 0 && phi <= 1)) {
        this.context.annotations.warn(messages.quantileRange(phi), start);
      }
      return phi;
    });
  }

  private fraction(): VectorStream {
    const { start } = this.argument(0);
    const measure = new FractionMeasure(this.context, this.scalar(0), this.scalar(1), start);
    return this.histogramGroups(2, measure, false);
  }

  private histogramGroups(
    vector: number,
    measure: QuantileMeasure | FractionMeasure,
    relabelled: boolean,
  ): VectorStream {
    const input = this.vector(vector);
    const start = this.argument(vector).start;
    const stream = new HistogramGroupStream(this.context, input, measure, start);
    return this.nameless(relabelled ? this.merged(stream) : stream);
  }

  private info(): VectorStream {
    const selector = this.has(1) ? unwrapParens(this.argument(1)) : null;
    if (selector && selector.kind !== "vector-selector") {
      return this.context.fail("expected label selectors only");
    }
    const argument = this.argument(0);
    return this.merged(new InfoStream(this.context, this.grid, this.vector(0), argument, selector));
  }

  /** timestamp() and start_timestamp(): of a plain selector the samples' own times. */
  private sampleTimes(content: "sample-time" | "start-time"): VectorStream {
    const inner = unwrapParens(this.argument(0));
    if (inner.kind === "vector-selector") {
      return this.nameless(new InstantSelectorStream(this.context, inner, this.grid, content));
    }
    const known = content === "sample-time";
    return this.nameless(new SampleTimeStream(this.vector(0), this.grid, known));
  }
}
