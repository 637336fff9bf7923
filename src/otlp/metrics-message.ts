/**
 * The messages of an OTLP metrics request, as far as they are used: proto/otlp_metrics.proto as
 * tables of fields.
 *
 * Units: …UnixNano nanoseconds since the epoch.
 */
import {
  BASE64,
  BOOL,
  DOUBLE,
  enumeration,
  FIXED64,
  ID,
  INT64,
  type Kind,
  later,
  many,
  message,
  one,
  optional,
  SFIXED64,
  SINT32,
  TEXT,
  UINT32,
  UINT64,
} from "./message-kinds.ts";

/** The value of an attribute: at most one of these is given. */
export interface AnyValue {
  readonly stringValue: string | undefined;
  readonly boolValue: boolean | undefined;
  readonly intValue: bigint | undefined;
  readonly doubleValue: number | undefined;
  readonly arrayValue: { readonly values: readonly AnyValue[] } | undefined;
  readonly kvlistValue: { readonly values: readonly Attribute[] } | undefined;
  readonly bytesValue: string | undefined;
}

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue | undefined;
}

const ANY_VALUE: Kind<AnyValue> = message("AnyValue", {
  stringValue: optional(1, TEXT),
  boolValue: optional(2, BOOL),
  intValue: optional(3, INT64),
  doubleValue: optional(4, DOUBLE),
  arrayValue: optional(
    5,
    message("ArrayValue", {
      values: many(
        1,
        later(() => ANY_VALUE),
      ),
    }),
  ),
  kvlistValue: optional(
    6,
    message("KeyValueList", {
      values: many(
        1,
        later(() => KEY_VALUE),
      ),
    }),
  ),
  bytesValue: optional(7, BASE64),
});

const KEY_VALUE: Kind<Attribute> = message("KeyValue", {
  key: one(1, TEXT, ""),
  value: optional(2, ANY_VALUE),
});

const EXEMPLAR = message("Exemplar", {
  timeUnixNano: one(2, FIXED64, 0n),
  asDouble: optional(3, DOUBLE),
  spanId: one(4, ID, ""),
  traceId: one(5, ID, ""),
  asInt: optional(6, SFIXED64),
  filteredAttributes: many(7, KEY_VALUE),
});

const NUMBER_POINT = message("NumberDataPoint", {
  timeUnixNano: one(3, FIXED64, 0n),
  asDouble: optional(4, DOUBLE),
  exemplars: many(5, EXEMPLAR),
  asInt: optional(6, SFIXED64),
  attributes: many(7, KEY_VALUE),
  flags: one(8, UINT32, 0),
});

const HISTOGRAM_POINT = message("HistogramDataPoint", {
  timeUnixNano: one(3, FIXED64, 0n),
  count: one(4, FIXED64, 0n),
  sum: optional(5, DOUBLE),
  bucketCounts: many(6, FIXED64),
  explicitBounds: many(7, DOUBLE),
  exemplars: many(8, EXEMPLAR),
  attributes: many(9, KEY_VALUE),
  flags: one(10, UINT32, 0),
});

const BUCKETS = message("Buckets", {
  offset: one(1, SINT32, 0),
  bucketCounts: many(2, UINT64),
});

const EXPONENTIAL_POINT = message("ExponentialHistogramDataPoint", {
  attributes: many(1, KEY_VALUE),
  timeUnixNano: one(3, FIXED64, 0n),
  count: one(4, FIXED64, 0n),
  sum: optional(5, DOUBLE),
  scale: one(6, SINT32, 0),
  zeroCount: one(7, FIXED64, 0n),
  positive: optional(8, BUCKETS),
  negative: optional(9, BUCKETS),
  flags: one(10, UINT32, 0),
  exemplars: many(11, EXEMPLAR),
});

const SUMMARY_POINT = message("SummaryDataPoint", {
  timeUnixNano: one(3, FIXED64, 0n),
  count: one(4, FIXED64, 0n),
  sum: one(5, DOUBLE, 0),
  quantileValues: many(
    6,
    message("ValueAtQuantile", { quantile: one(1, DOUBLE, 0), value: one(2, DOUBLE, 0) }),
  ),
  attributes: many(7, KEY_VALUE),
  flags: one(8, UINT32, 0),
});

/** AggregationTemporality of totals since a start, the only one that is stored. */
export const CUMULATIVE = 2;
/** Bit of `flags`: the series has ended, the point has no value. */
export const NO_RECORDED_VALUE = 1;

const TEMPORALITY = enumeration({
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: CUMULATIVE,
});

const METRIC = message("Metric", {
  name: one(1, TEXT, ""),
  description: one(2, TEXT, ""),
  unit: one(3, TEXT, ""),
  gauge: optional(5, message("Gauge", { dataPoints: many(1, NUMBER_POINT) })),
  sum: optional(
    7,
    message("Sum", {
      dataPoints: many(1, NUMBER_POINT),
      aggregationTemporality: one(2, TEMPORALITY, 0),
      isMonotonic: one(3, BOOL, false),
    }),
  ),
  histogram: optional(
    9,
    message("Histogram", {
      dataPoints: many(1, HISTOGRAM_POINT),
      aggregationTemporality: one(2, TEMPORALITY, 0),
    }),
  ),
  exponentialHistogram: optional(
    10,
    message("ExponentialHistogram", {
      dataPoints: many(1, EXPONENTIAL_POINT),
      aggregationTemporality: one(2, TEMPORALITY, 0),
    }),
  ),
  summary: optional(11, message("Summary", { dataPoints: many(1, SUMMARY_POINT) })),
});

const RESOURCE_METRICS = message("ResourceMetrics", {
  resource: optional(1, message("Resource", { attributes: many(1, KEY_VALUE) })),
  scopeMetrics: many(2, message("ScopeMetrics", { metrics: many(2, METRIC) })),
});

/** ExportMetricsServiceRequest */
export const METRICS_REQUEST = message("ExportMetricsServiceRequest", {
  resourceMetrics: many(1, RESOURCE_METRICS),
});

type ValueOf<K> = K extends Kind<infer Value> ? Value : never;
export type MetricsRequest = ValueOf<typeof METRICS_REQUEST>;
export type ResourceMetrics = ValueOf<typeof RESOURCE_METRICS>;
export type Metric = ValueOf<typeof METRIC>;
export type NumberPoint = ValueOf<typeof NUMBER_POINT>;
export type HistogramPoint = ValueOf<typeof HISTOGRAM_POINT>;
export type ExponentialPoint = ValueOf<typeof EXPONENTIAL_POINT>;
export type Buckets = ValueOf<typeof BUCKETS>;
export type SummaryPoint = ValueOf<typeof SUMMARY_POINT>;
export type OtlpExemplar = ValueOf<typeof EXEMPLAR>;
