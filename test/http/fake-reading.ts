/**
 * A reading of an engine that has done a little, for routes and metrics that show one: a real
 * simulated heap with three objects, the other figures made up.
 */

import { ManualClock } from "../../src/base/clock.ts";
import { DurationBuckets } from "../../src/base/duration-buckets.ts";
import type { EngineReading } from "../../src/engine/engine-reading.ts";
import type { ForecastPoint } from "../../src/engine/forecast.ts";
import type { HeapStatus } from "../../src/engine/heap-status.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { CLASS_COUNT } from "../../src/heap/size-classes.ts";
import { spanOccupancy } from "../../src/heap/span-occupancy.ts";

const clock = new ManualClock(1_700_000_000_500);
const rules = rulesOfGoVersion("1.26");
const heap = new GoHeap({ rules, gogcPercent: 100, limitBytes: 0, memory: null, clock });
heap.allocate(128);
heap.drop(heap.allocate(1300), 1300);
heap.collect();
heap.allocate(128);
heap.allocate(1300);
heap.allocate(40_000);

function point(purges: number, unusedBytes: number): ForecastPoint {
  const afterMs = purges * 14_400_000;
  const purgeTimeMs = 1_699_992_000_000 + afterMs;
  return {
    afterMs,
    purgeTimeMs,
    unusedBytes,
    chunkCount: 8 - purges,
    inuseBytes: 100_000 + unusedBytes,
    allocBytes: 100_000,
  };
}

const smallHeapStatus: HeapStatus = {
  windows: [
    {
      startMs: 1_699_992_000_000,
      endMs: 1_700_006_400_000,
      expiryMs: 1_700_107_200_000,
      chunkCount: 3,
      liveBytes: 42_624,
      freedBytes: 57_344,
    },
  ],
  forecast: { now: point(0, 5000), purges: [point(1, 7000), point(2, 0)] },
  compaction: {
    isRunning: false,
    thresholdPercent: 25,
    packableBytes: 8192,
    runs: 2,
    movedChunks: 30,
    movedBytes: 44_000,
    longestStepSeconds: 0.002,
  },
};

const smallRestore = {
  timeSeconds: 1_699_999_000,
  capacity: "exact",
  order: "shuffled",
  durationSeconds: 0.5,
  chunkCount: 70,
  sampleCount: 4000,
  seriesCount: 9,
  damageCount: 1,
};

export const smallReading: EngineReading = {
  goVersion: "1.26",
  heap: heap.stats(),
  classes: Array.from({ length: CLASS_COUNT }, (_, sizeClass) => heap.classStats(sizeClass)),
  spanOccupancy: spanOccupancy(heap),
  heapStatus: smallHeapStatus,
  samplesStoredTotal: 1_234_567,
  histogramsStoredTotal: 89,
  samplesUnchangedTotal: 3,
  refused: [
    { reason: "out_of_order", total: 4 },
    { reason: "duplicate", total: 0 },
  ],
  metadataFamilyCount: 2,
  exemplars: {
    count: 12,
    seriesCount: 7,
    max: 100_000,
    oldestTimeSeconds: 1_699_999_000.25,
    storedTotal: 14,
    unchangedTotal: 6,
    refused: [{ reason: "out_of_order", total: 1 }],
  },
  store: {
    seriesCount: 10,
    seriesCreatedTotal: 15,
    seriesRemovedTotal: 5,
    labelPairCount: 40,
    chunkCount: 80,
    sampleCount: 4321,
    windowCount: 8,
    purgedChunkTotal: 7,
    limitRefusalTotal: 1,
  },
  exports: { writtenTotal: 1, failedTotal: 0 },
  snapshot: {
    writtenTotal: 2,
    failedTotal: 1,
    lastTimeSeconds: 1_700_000_000,
    lastBytes: 5000,
    lastDurationSeconds: 0.25,
    lastChunkCount: 80,
    lastSampleCount: 4300,
  },
  journal: {
    recordTotal: 40,
    sampleTotal: 4000,
    byteTotal: 22_000,
    failureTotal: 1,
    syncDurations: new DurationBuckets([0.001, 0.1]),
    isFailing: false,
    segmentCount: 3,
    tailSampleCount: 500,
    replayedSampleTotal: 600,
    damageTotal: 0,
  },
  clock: { seenCount: 0, adoptedCount: 0, stepMs: 0 },
  restore: smallRestore,
  restores: [smallRestore],
};
