/**
 * A service that keeps samples in plain arrays, and server parts around it: every route can be
 * driven without a heap, a disk or a query engine of its own.
 */
import { AccessFile } from "../../src/access/access-file.ts";
import { OPEN_ACCESS } from "../../src/access/access-rules.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import type { Slices } from "../../src/base/slices.ts";
import type { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { DrillService } from "../../src/drill/drill-service.ts";
import { launchHere } from "../../src/drill/launch.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { HeapRecorder } from "../../src/engine/heap-recorder.ts";
import type {
  HeadStatus,
  MetricMetadata,
  RestoreProgress,
  Service,
  ServiceState,
  SnapshotResult,
  WindowStatus,
  WriteOutcome,
} from "../../src/engine/service.ts";
import { PromqlQueries } from "../../src/http/promql-queries.ts";
import type { ServerParts } from "../../src/http/server-parts.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { createEngine } from "../../src/promql/engine.ts";
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import type { SeriesSet, SeriesSource } from "../../src/promql/series-source.ts";
import type { SeriesExemplars } from "../../src/series/exemplar-queries.ts";
import type { LabelSetList } from "../../src/series/label-sets.ts";
import { compareUtf8, Labels } from "../../src/series/labels.ts";
import type { Matcher } from "../../src/series/matcher.ts";
import { Intake } from "../../src/wire/intake.ts";
import type { WriteBatch } from "../../src/wire/write-batch.ts";
import { FakeHeap } from "./fake-heap.ts";
import { smallReading } from "./fake-reading.ts";

export const NOW_MS = Date.UTC(2026, 10, 23, 12);

interface FakeSample {
  readonly timeMs: number;
  readonly high: number;
  readonly low: number;
}

interface FakeSeries {
  readonly labels: Labels;
  readonly samples: FakeSample[];
  readonly histogram?: { readonly timeMs: number; readonly value: FloatHistogram };
}

const words = new Uint32Array(2);
const floats = new Float64Array(words.buffer);
type Selectors = readonly (readonly Matcher[])[];

export class FakeService implements Service {
  state: ServiceState = "ready";
  readonly intake = new Intake(new Kernel());
  readonly kept: FakeSeries[] = [];
  readonly metadataMap = new Map<string, MetricMetadata>();
  readonly writes: { samples: number; metadata: number }[] = [];
  /** What the next write answers or throws. */
  nextWrite: WriteOutcome | Error | null = null;
  nextSnapshot: SnapshotResult | Error | null = null;
  progress: RestoreProgress = { min: 0, max: 0, current: 0 };
  status: HeadStatus | null = null;

  /** Adds a series of numbers; the first is at `fromMs`, the others follow every 15 s. */
  add(labels: Readonly<Record<string, string>>, fromMs: number, ...values: number[]): void {
    const samples = values.map((value, i) => {
      floats[0] = value;
      return { timeMs: fromMs + i * 15_000, high: words[1] as number, low: words[0] as number };
    });
    this.kept.push({ labels: Labels.fromRecord(labels), samples });
  }

  /** Adds a series of one native histogram. */
  addHistogram(
    labels: Readonly<Record<string, string>>,
    timeMs: number,
    fields: Partial<FloatHistogram>,
  ): void {
    const value = Object.assign(new FloatHistogram(), fields);
    this.kept.push({
      ...{ labels: Labels.fromRecord(labels), samples: [], histogram: { timeMs, value } },
    });
  }

  /** Ends the newest series with a stale marker. */
  endLast(timeMs: number): void {
    this.kept.at(-1)?.samples.push({ timeMs, high: 0x7ff00000, low: 2 });
  }

  restoreProgress(): RestoreProgress {
    return this.progress;
  }

  nextWritten: Promise<void> | null = null;

  written(): Promise<void> | null {
    return this.nextWritten;
  }

  write(batch: WriteBatch): WriteOutcome {
    const next = this.nextWrite;
    this.nextWrite = null;
    if (next instanceof Error) throw next;
    this.writes.push({ samples: batch.sampleCount, metadata: batch.metadataCount });
    return (
      next ?? {
        samplesStored: batch.sampleCount,
        histogramsStored: 0,
        samplesUnchanged: 0,
        refusals: [],
        exemplarsWritten: batch.exemplarCount,
        lateExemplars: null,
      }
    );
  }

  source(): SeriesSource {
    return { select: (matchers, fromMs, toMs) => this.select([matchers], fromMs, toMs) };
  }

  sortedSeries(): Promise<never> {
    throw new Error("the fake service has no chunks");
  }

  series<Answer>(
    selectors: Selectors,
    fromMs: number,
    toMs: number,
    _slices: Slices,
    answer: (sets: LabelSetList) => Promise<Answer>,
  ): Promise<Answer> {
    const sets = this.matching(selectors, fromMs, toMs).map(({ labels }) => labels);
    sets.sort((a, b) => Labels.compare(a, b));
    return answer({ length: sets.length, at: (position) => sets[position]! });
  }

  async labelNames(selectors: Selectors, fromMs: number, toMs: number): Promise<string[]> {
    const found = this.matching(selectors, fromMs, toMs);
    const names = found.flatMap(({ labels }) => Object.keys(labels.toRecord()));
    return [...new Set(names)].sort(compareUtf8);
  }

  async labelValues(
    name: string,
    selectors: Selectors,
    fromMs: number,
    toMs: number,
  ): Promise<string[]> {
    const values = this.matching(selectors, fromMs, toMs).map(({ labels }) => labels.get(name));
    return [...new Set(values)].filter((value) => value !== "").sort(compareUtf8);
  }

  readonly exemplarAnswers: SeriesExemplars[] = [];
  readonly exemplarQuestions: { selectors: string[]; fromMs: number; toMs: number }[] = [];

  async exemplars(
    selectors: Selectors,
    fromMs: number,
    toMs: number,
  ): Promise<readonly SeriesExemplars[]> {
    const texts = selectors.map((matchers) =>
      matchers.map(({ name, value }) => `${name} ${value}`).join(","),
    );
    this.exemplarQuestions.push({ selectors: texts, fromMs, toMs });
    return this.exemplarAnswers;
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    return this.metadataMap;
  }

  async headStatus(limit: number): Promise<HeadStatus> {
    const list = [{ name: `limit ${limit}`, value: 1 }];
    return {
      seriesCount: this.kept.length,
      labelPairCount: 3,
      chunkCount: 4,
      minTimeMs: null,
      maxTimeMs: null,
      seriesCountByMetricName: list,
      labelValueCountByLabelName: list,
      memoryInBytesByLabelName: list,
      seriesCountByLabelValuePair: list,
      ...this.status,
    };
  }

  readonly deleted: { selectors: number; fromMs: number; toMs: number }[] = [];
  cleanings = 0;

  async deleteSeries(selectors: Selectors, fromMs: number, toMs: number): Promise<number> {
    this.deleted.push({ selectors: selectors.length, fromMs, toMs });
    return 0;
  }

  async cleanTombstones(): Promise<void> {
    this.cleanings++;
  }

  windows(): WindowStatus[] {
    return [{ startMs: NOW_MS - 14_400_000, endMs: NOW_MS, chunkCount: 1234 }];
  }

  async snapshot(): Promise<SnapshotResult> {
    if (this.nextSnapshot instanceof Error) throw this.nextSnapshot;
    const result = { name: "snap-1", seriesCount: 1, chunkCount: 2, bytes: 3 };
    return this.nextSnapshot ?? { ...result, durationSeconds: 0.5 };
  }

  private matching(selectors: Selectors, fromMs: number, toMs: number): FakeSeries[] {
    return this.kept.filter(({ labels, samples, histogram }) => {
      const kept = histogram === undefined ? samples : [histogram];
      const inRange = kept.some(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
      const fits = selectors.some((matchers) =>
        matchers.every((m) => m.matches(labels.get(m.name))),
      );
      return inRange && (selectors.length === 0 || fits);
    });
  }

  private select(selectors: Selectors, fromMs: number, toMs: number): SeriesSet {
    const found = this.matching(selectors, fromMs, toMs);
    const symbols: string[] = [];
    return {
      count: found.length,
      labels: (index) => (found[index] as FakeSeries).labels,
      labelSymbol: (index, name) => {
        const value = (found[index] as FakeSeries).labels.get(name);
        if (value === "") return -1;
        if (!symbols.includes(value)) symbols.push(value);
        return symbols.indexOf(value);
      },
      symbolText: (symbol) => symbols[symbol] as string,
      read: (index, from, to, into) => readSamples(found[index] as FakeSeries, from, to, into),
      histograms: (index) => {
        const { histogram } = found[index] as FakeSeries;
        if (histogram === undefined) return null;
        return { times: [histogram.timeMs], values: [histogram.value], startTimes: null };
      },
    };
  }
}

function readSamples(series: FakeSeries, from: number, to: number, into: SampleColumns): number {
  const inside = series.samples.filter(({ timeMs }) => timeMs >= from && timeMs <= to);
  into.reserve(inside.length);
  for (const { timeMs, high, low } of inside) into.push(timeMs, high, low);
  return inside.length;
}

const noDirectories = {
  makeDirectory: () => Promise.resolve(),
  removeDirectory: () => Promise.resolve(),
};

/** As much of an engine as a recorder looks at while there is no store. */
const fakeEngine: unknown = {
  state: "ready",
  hasStore: false,
  persistence: { snapshots: { writtenTotal: 0, failedTotal: 0, last: null }, restored: null },
};

/** Server parts around a fake service; what is given replaces the usual. */
export function fakeParts(changes: Partial<ServerParts> = {}) {
  const service = new FakeService();
  const heap = new FakeHeap();
  const clock = new ManualClock(NOW_MS);
  const bugs: unknown[] = [];
  const parts: ServerParts = {
    service,
    heap,
    recorder: new HeapRecorder(fakeEngine as Engine, clock),
    drill: new DrillService({
      ...{ disk: noDirectories, clock },
      seriesMax: 300,
      launch: launchHere(new MemoryDisk(1), clock),
    }),
    pageDirectory: null,
    queries: new PromqlQueries(createEngine({ clock }), clock, 128 << 10),
    counts: new RequestCounts(),
    renderMetrics: async () => "# HELP x Some.\n# TYPE x gauge\nx 1\n",
    readEngine: () => smallReading,
    settings: {
      enableAdminApi: true,
      enableLifecycle: false,
      enableOtlpReceiver: false,
      otlpPromotedAttributes: [],
      writeBodyBytesMax: 64 * 1024,
      writeDecodedBytesMax: 128 * 1024,
      writePendingBytesMax: 16 * 2 ** 20,
      clientRequestsMax: 0,
      clientSamplesPerSecond: 0,
      queryTimeoutMs: 60_000,
      queryConcurrencyMax: 2,
      queryBytesMax: 128 << 10,
      queryLookbackMs: 300_000,
      externalLabels: {},
      remoteReadConcurrencyMax: 10,
      remoteReadSamplesMax: 1000,
      remoteReadFrameBytesMax: 1 << 20,
    },
    about: {
      version: "1.2.3",
      revision: "abc",
      goVersion: "1.26",
      startTimeMs: NOW_MS - 1000,
      hostName: "host",
      workingDirectory: "/somewhere",
      gogc: "100",
      heapLimitBytes: 0,
      retentionMs: 32 * 3_600_000,
      flags: { "heap.gogc": "100" },
    },
    clock,
    log: silentLog,
    access: AccessFile.fixed(new MemoryDisk(1), silentLog, OPEN_ACCESS),
    quit: () => {},
    onBug: (error) => bugs.push(error),
    ...changes,
  };
  return { service, heap, clock, bugs, parts };
}
