/**
 * An OTLP metrics request becomes series of remote write, as Prometheus 3.5 translates it.
 *
 * I1  What cannot be translated is left out and counted in words; the rest is written.
 * I2  A resource that has something to say beyond its job and instance gets a target_info sample at
 *     its newest point, refused points included.
 * I3  Series come in pieces of bounded size, so that a large request is stored in portions.
 *
 * Units: …Bytes bytes; times are nanoseconds since the epoch as OTLP has them.
 */

import { metricName, type NameKind } from "./metric-names.ts";
import {
  CUMULATIVE,
  type Metric,
  type MetricsRequest,
  type ResourceMetrics,
} from "./metrics-message.ts";
import { type PromotedAttributes, ResourceLabels } from "./series-labels.ts";
import { millisecondsOf, SeriesWriter } from "./series-writer.ts";
import {
  type PointTarget,
  type Writing,
  writeExponential,
  writeHistogram,
  writeNumber,
  writeSummary,
} from "./translate-points.ts";

/** A piece ends with the series that reaches this. */
const PIECE_BYTES = 256 * 1024;
/** MetricMetadata.MetricType */
const TYPE = { counter: 1, gauge: 2, histogram: 3, summary: 5 } as const;

interface Point {
  readonly timeUnixNano: bigint;
}

/** A metric seen apart from its kind. */
interface Shape {
  readonly points: readonly Point[];
  /** Undefined for kinds that have none. */
  readonly temporality?: number;
  readonly type: number;
  readonly nameKind: NameKind;
  /** Writes point `index`. */
  readonly write: (index: number, target: PointTarget) => Writing;
}

/** Points that were left out for one reason. */
export interface LeftOut {
  readonly reason: string;
  points: number;
}

export class MetricsTranslation {
  /** What was left out, by reason, as soon as pieces() has ended. */
  readonly leftOut = new Map<string, LeftOut>();
  private readonly request: MetricsRequest;
  private readonly promoted: PromotedAttributes;
  private readonly writer = new SeriesWriter();
  private readonly targets = new Map<string, { labels: Map<string, string>; times: Set<number> }>();

  constructor(request: MetricsRequest, promoted: PromotedAttributes) {
    this.request = request;
    this.promoted = promoted;
  }

  /** Requests of remote write 1.0, without compression, that together say what this one says. */
  *pieces(): Generator<Uint8Array> {
    for (const resource of this.request.resourceMetrics) yield* this.ofResource(resource);
    this.writeTargets();
    if (this.writer.length > 0) yield this.writer.take();
  }

  private *ofResource({ resource, scopeMetrics }: ResourceMetrics): Generator<Uint8Array> {
    const labels = new ResourceLabels(resource?.attributes ?? [], this.promoted);
    let newest = 0n;
    for (const { metrics } of scopeMetrics) {
      for (const metric of metrics) {
        const shape = shapeOf(metric);
        for (const { timeUnixNano } of shape?.points ?? []) {
          if (timeUnixNano > newest) newest = timeUnixNano;
        }
        yield* this.ofMetric(metric, shape, labels);
      }
    }
    if (newest > 0n) this.noteTarget(labels, millisecondsOf(newest));
  }

  private *ofMetric(
    metric: Metric,
    shape: Shape | null,
    resource: ResourceLabels,
  ): Generator<Uint8Array> {
    const { name, unit, description } = metric;
    if (shape === null) return this.leaveOut(`metric ${quoted(name)} has no known kind`, 0);
    const { points, temporality, type } = shape;
    if (temporality !== undefined && temporality !== CUMULATIVE) {
      const text = `metric ${quoted(name)}: only cumulative temporality is stored`;
      return this.leaveOut(text, points.length);
    }
    const ourName = metricName(name, unit, shape.nameKind);
    if (ourName === "") {
      return this.leaveOut(`metric ${quoted(name)}: nothing of its name may stay`, points.length);
    }
    this.writer.metadata(type, ourName, description, unit);
    if (points.length === 0) this.leaveOut(`metric ${quoted(name)} has no data points`, 0);
    const target = { name: ourName, resource, writer: this.writer };
    for (let i = 0; i < points.length; i++) {
      const writing = shape.write(i, target);
      let step = writing.next();
      for (; step.done !== true; step = writing.next()) {
        if (this.writer.length >= PIECE_BYTES) yield this.writer.take();
      }
      if (step.value !== null) this.leaveOut(`metric ${quoted(name)}: ${step.value}`, 1);
    }
  }

  private leaveOut(reason: string, points: number): void {
    const known = this.leftOut.get(reason);
    if (known === undefined) this.leftOut.set(reason, { reason, points });
    else known.points += points;
  }

  private noteTarget(resource: ResourceLabels, timeMs: number): void {
    const labels = resource.ofTargetInfo();
    if (labels === null) return;
    const key = JSON.stringify([...labels].sort());
    const known = this.targets.get(key) ?? { labels, times: new Set() };
    known.times.add(timeMs);
    this.targets.set(key, known);
  }

  private writeTargets(): void {
    for (const { labels, times } of this.targets.values()) {
      for (const timeMs of [...times].sort((a, b) => a - b)) {
        this.writer.sample([...labels], timeMs, 1);
      }
    }
  }
}

/** The kind of a metric; null when it has none that is known. */
function shapeOf({ gauge, sum, histogram, exponentialHistogram, summary }: Metric): Shape | null {
  if (gauge !== undefined) {
    const points = gauge.dataPoints;
    const write = (i: number, target: PointTarget) => writeNumber(points[i]!, target, false);
    return { points, type: TYPE.gauge, nameKind: "gauge", write };
  }
  if (sum !== undefined) {
    const { dataPoints: points, isMonotonic, aggregationTemporality: temporality } = sum;
    const write = (i: number, target: PointTarget) => writeNumber(points[i]!, target, true);
    const type = isMonotonic ? TYPE.counter : TYPE.gauge;
    return { points, temporality, type, nameKind: isMonotonic ? "counter" : "other", write };
  }
  if (histogram !== undefined) {
    const { dataPoints: points, aggregationTemporality: temporality } = histogram;
    const write = (i: number, target: PointTarget) => writeHistogram(points[i]!, target);
    return { points, temporality, type: TYPE.histogram, nameKind: "other", write };
  }
  if (exponentialHistogram !== undefined) {
    const { dataPoints: points, aggregationTemporality: temporality } = exponentialHistogram;
    const write = (i: number, target: PointTarget) => writeExponential(points[i]!, target);
    return { points, temporality, type: TYPE.histogram, nameKind: "other", write };
  }
  if (summary !== undefined) {
    const points = summary.dataPoints;
    const write = (i: number, target: PointTarget) => writeSummary(points[i]!, target);
    return { points, type: TYPE.summary, nameKind: "other", write };
  }
  return null;
}

/** A name for a message: as JSON, cut to 100 characters. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
