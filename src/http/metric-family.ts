/**
 * MetricFamily messages of federation: which samples are one family, and of which type it is.
 *
 * Format: docs/format/metric-family.md, proto/metrics.proto.
 *
 * I1  Samples that follow each other are of one family while name and type are the same. A metric
 *     whose series are of several types makes several families of one name, which the format
 *     forbids and its reader takes: so does Prometheus.
 * I2  A histogram is written with float counts, also where its counts are integers. One with custom
 *     buckets is left out: its bounds have no field, and one such makes a scrape fail as a whole.
 */
import type { NewestSample } from "../engine/newest-samples.ts";

/** The types of families that federation writes, numbered as on the wire. */
export const FAMILY_TYPES = { UNTYPED: 3, HISTOGRAM: 4, GAUGE_HISTOGRAM: 5 } as const;

export type FamilyType = keyof typeof FAMILY_TYPES;

/** The type of the family that a sample belongs to. */
export function familyTypeOf({ histogram }: NewestSample): FamilyType {
  if (histogram === null) return "UNTYPED";
  return histogram.resetHint === "gauge" ? "GAUGE_HISTOGRAM" : "HISTOGRAM";
}

/** Takes samples one after the other, those of one family between begin() and the next. */
export interface FamilySink {
  beginFamily(name: string, type: FamilyType): void;
  addSample(sample: NewestSample): void;
}

/** Tells the families of samples apart. */
export class FamilySplitter {
  private readonly sink: FamilySink;
  private name = "";
  private type: FamilyType | null = null;

  constructor(sink: FamilySink) {
    this.sink = sink;
  }

  /** Adds the next sample, which begins a family where it is of another one. */
  add(sample: NewestSample): void {
    if (sample.histogram?.usesCustomBuckets) return;
    const name = sample.labels.get("__name__");
    const type = familyTypeOf(sample);
    if (name !== this.name || type !== this.type) this.sink.beginFamily(name, type);
    this.name = name;
    this.type = type;
    this.sink.addSample(sample);
  }
}
