/**
 * Answers of Spandrel's own routes as types: what the server sends and the page reads.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes, …Seconds seconds; pages are 8 KiB,
 * counted from address 0 of the simulated heap.
 */

import type { EngineReading } from "../engine/engine-reading.ts";
import type { HeapForecast } from "../engine/forecast.ts";
import type { HeapEvent } from "../engine/heap-events.ts";
import type { HeapFigures } from "../engine/heap-recorder.ts";
import type { CompactionStatus, WindowSlices } from "../engine/heap-status.ts";
import type { ServiceState } from "../engine/service.ts";
import type { TouchedSelection } from "../promql/result/touched-selection.ts";

export type { HeapForecast } from "../engine/forecast.ts";
export type { HeapEvent, HeapEventKind } from "../engine/heap-events.ts";
export type { HeapFigures } from "../engine/heap-recorder.ts";
export type { ChunkDetail, ChunkListing } from "../engine/heap-status-chunks.ts";
export type { NamedCount, ServiceState } from "../engine/service.ts";
export type { TouchedSelection } from "../promql/result/touched-selection.ts";
export type {
  DrillMap,
  DrillReading,
  DrillReport,
  DrillRun,
  DrillRunFigures,
  DrillStatus,
} from "./drill-port.ts";

/** GET /api/v1/status/heap, the parts that the page reads. */
export interface HeapReply {
  readonly goVersion: string;
  readonly memStats: Readonly<Record<string, unknown>>;
  readonly runtimeMetrics: Readonly<Record<string, number>>;
  readonly unusedBytes: number;
  readonly liveBytes: number;
  readonly touchedBytes: number;
  readonly gogcPercent: number | null;
  readonly limitBytes: number;
  readonly classes: EngineReading["classes"];
  readonly windows: readonly WindowSlices[];
  readonly forecast: HeapForecast | null;
  readonly compaction: CompactionStatus;
  readonly restore: EngineReading["restore"] | null;
}

/** Slices of each span by origin. */
export interface SpanOriginColumns {
  readonly made: number[];
  readonly grown: number[];
  readonly restored: number[];
  readonly moved: number[];
}

/** GET /api/v1/status/heap/spans */
export interface SpansReply {
  readonly firstPage: number;
  readonly endPage: number;
  readonly nextPage: number;
  readonly windowStartsMs: readonly number[];
  readonly spans: SpanOriginColumns & {
    readonly page: number[];
    readonly pages: number[];
    readonly class: number[];
    readonly flags: number[];
    readonly slots: number[];
    readonly used: number[];
    readonly live: number[];
    readonly windows: string[];
  };
}

/** GET /api/v1/status/heap/history: figures as columns, oldest first. */
export interface HistoryReply {
  readonly figures: { readonly [Name in keyof HeapFigures]: readonly number[] };
  readonly events: readonly HeapEvent[];
  readonly mapTimesMs: readonly number[];
}

/** GET /api/v1/status/heap/history/map: see src/engine/heap-map.ts. */
export interface HeapMapReply {
  readonly timeMs: number;
  readonly firstPage: number;
  readonly endPage: number;
  readonly pagesPerCell: number;
  readonly windowStartsMs: readonly number[];
  readonly cells: {
    readonly fill: readonly number[];
    readonly classes: readonly number[];
    readonly windows: readonly number[];
    readonly origins: readonly number[];
  };
}

/** Event `heap` of GET /api/v1/live. */
export interface LiveHeap {
  readonly state: ServiceState;
  readonly timeMs: number;
  readonly figures: HeapFigures | null;
  readonly events: readonly HeapEvent[];
}

/** The journal, as far as numbers say it. */
export type JournalState = Omit<EngineReading["journal"], "syncDurations"> & {
  readonly syncTotal: number;
  readonly syncSeconds: number;
};

/** GET /api/v1/status/storage */
export interface StorageReply {
  readonly state: ServiceState;
  readonly adminApi: boolean;
  readonly store: EngineReading["store"];
  readonly samplesStoredTotal: number;
  readonly refused: EngineReading["refused"];
  readonly snapshot: EngineReading["snapshot"];
  readonly journal: JournalState;
  /** The last restore, and the last ones of this process, oldest first. */
  readonly restore: EngineReading["restore"] | null;
  readonly restores: EngineReading["restores"];
}

/** A label set and its samples: time in seconds and the value as text. */
export interface ResultSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
  /** Native histograms instead, of which the page shows count and sum. */
  readonly histogram?: readonly [number, HistogramText];
  readonly histograms?: readonly (readonly [number, HistogramText])[];
}

export interface HistogramText {
  readonly count: string;
  readonly sum: string;
}

/** The member `stats` of an answer. */
export interface QueryStatistics {
  readonly timings: { readonly evalTotalTime: number; readonly execQueueTime: number };
  readonly samples: {
    readonly totalQueryableSamples: number;
    readonly peakSamples: number;
  };
  readonly touched: readonly TouchedSelection[];
}

/** GET /api/v1/query and /api/v1/query_range */
export type QueryReply =
  | {
      readonly resultType: "matrix" | "vector";
      readonly result: readonly ResultSeries[];
      readonly stats?: QueryStatistics;
    }
  | {
      readonly resultType: "scalar" | "string";
      readonly result: readonly [number, string];
      readonly stats?: QueryStatistics;
    };
