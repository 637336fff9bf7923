/**
 * /metrics: the go_… metrics of the simulated heap, the service's own, and those of the process.
 *
 * I1  Every value of one rendering comes from one reading, taken at its start; rendering runs
 *     without a turn of the event loop in between, so two renderings never mix.
 * I2  Text format 0.0.4 only: rendering OpenMetrics from the same objects would rename counters.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  type MetricType,
  Registry,
  Summary,
} from "prom-client";
import type { EngineReading } from "../engine/engine-reading.ts";
import { FORECAST_METRICS } from "./forecast-metrics.ts";
import { GC_DURATION, GO_METRICS } from "./go-metrics.ts";
import { HEAP_METRICS } from "./heap-metrics.ts";
import type {
  BuildInput,
  LabelledValue,
  MetricDefinition,
  MetricInput,
} from "./metric-definition.ts";
import type { RequestCounts } from "./request-counts.ts";
import { SERVICE_METRICS } from "./service-metrics.ts";

const PERCENTILES = [0, 0.25, 0.5, 0.75, 1];
/** How often the delay of the event loop is looked at. */
const LOOP_PRECISION_MS = 20;

/** Default metrics of prom-client that are left out: gauges with names of counters. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** Every metric that is made from a reading, in the order of the output. */
export const DEFINED_METRICS: readonly MetricDefinition[] = [
  ...GO_METRICS,
  ...HEAP_METRICS,
  ...FORECAST_METRICS,
  ...SERVICE_METRICS,
];

/** The pauses of the simulated collector: quantiles come from the heap, not from an estimate. */
class PauseSummary extends Summary {
  private heap: EngineReading["heap"] | null = null;

  show(heap: EngineReading["heap"]): void {
    this.heap = heap;
  }

  override async get() {
    const { name, help } = GC_DURATION;
    const quantiles = PERCENTILES.map((quantile, i) => ({
      labels: { quantile },
      value: this.heap?.gcPauseQuantilesSeconds[i] ?? 0,
      metricName: name,
    }));
    const sum = { labels: {}, value: this.heap?.gcPauseSumSeconds ?? 0, metricName: `${name}_sum` };
    const count = { labels: {}, value: this.heap?.gcCount ?? 0, metricName: `${name}_count` };
    const values = [...quantiles, sum, count];
    return { ...(await super.get()), name, help, values };
  }
}

/** The enumeration exists for the compiler only; what runs is the word. */
const HISTOGRAM = "histogram" as unknown as MetricType;

/** A histogram whose buckets were counted elsewhere; prom-client's own counts for itself only. */
class CountedHistogram extends Gauge {
  counted: readonly LabelledValue[] = [];

  override async get() {
    const values = this.counted.map(({ labels, value, name = "" }) => ({
      labels,
      value,
      metricName: name,
    }));
    return { ...(await super.get()), type: HISTOGRAM, values };
  }
}

/** A metric of prom-client that is given all its values at once. */
interface Shown {
  readonly definition: MetricDefinition;
  readonly metric: Counter | Gauge | CountedHistogram;
}

const METRIC_CLASSES = { counter: Counter, gauge: Gauge, histogram: CountedHistogram };

function show({ definition, metric }: Shown, input: MetricInput): void {
  if (metric instanceof CountedHistogram) {
    metric.counted = definition.values(input);
    return;
  }
  const hasLabels = definition.labelNames.length > 0;
  if (hasLabels || metric instanceof Counter) metric.reset();
  for (const { labels, value } of definition.values(input)) {
    if (metric instanceof Counter) metric.inc(labels, value);
    else metric.set(labels, value);
  }
}

export class Metrics {
  private readonly registry = new Registry();
  private readonly process = new Registry();
  private readonly shown: readonly Shown[];
  private readonly pauses: PauseSummary;
  private readonly readEngine: () => EngineReading;
  private readonly requests: RequestCounts;
  private readonly build: BuildInput;

  constructor(readEngine: () => EngineReading, requests: RequestCounts, build: BuildInput) {
    this.readEngine = readEngine;
    this.requests = requests;
    this.build = build;
    const registers = [this.registry];
    const { name, help } = GC_DURATION;
    this.pauses = new PauseSummary({ name, help, percentiles: PERCENTILES, registers });
    this.shown = DEFINED_METRICS.map((definition) => {
      const { name, help, type, labelNames } = definition;
      const options = { name, help, registers, labelNames: [...labelNames] };
      return { definition, metric: new METRIC_CLASSES[type](options) };
    });
    collectDefaultMetrics({
      register: this.process,
      eventLoopMonitoringPrecision: LOOP_PRECISION_MS,
    });
    for (const name of MISNAMED) this.process.removeSingleMetric(name);
  }

  /** All metrics as text in format 0.0.4. */
  async render(): Promise<string> {
    const { build, requests } = this;
    const engine = this.readEngine();
    this.pauses.show(engine.heap);
    for (const shown of this.shown) show(shown, { engine, requests, build });
    const [own, process] = await Promise.all([this.registry.metrics(), this.process.metrics()]);
    return own + process;
  }

  /** Name, type and help of the process' metrics, for the documentation. */
  async processMetrics(): Promise<{ name: string; type: string; help: string }[]> {
    const metrics = await this.process.getMetricsAsJSON();
    return metrics.map(({ name, type, help }) => ({ name, type: String(type), help }));
  }
}
