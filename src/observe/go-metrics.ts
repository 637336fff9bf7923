/**
 * The go_… metrics of client_golang, computed from the simulated heap.
 *
 * Names, types and help texts are those of client_golang's Go collector (v1.20 and later), which
 * fills them from runtime/metrics; so do these: heap_alloc lags behind by what the cached spans
 * have handed out. Dashboards made for Go programs show the simulated heap as they are.
 *
 * Units: bytes and seconds, as the names say.
 */
import type { HeapStats } from "../heap/stats.ts";
import { labelled, type MetricDefinition, plain } from "./metric-definition.ts";

/** What 64-bit Go shows for GOGC=off and for no memory limit. */
const GOGC_OFF = 2 ** 64;
const NO_LIMIT = 2 ** 63;

function gauge(
  name: string,
  help: string,
  value: (heap: HeapStats) => number,
  meaning: string,
): MetricDefinition {
  return plain("gauge", name, help, ({ engine }) => value(engine.heap), meaning);
}

function counter(
  name: string,
  help: string,
  value: (heap: HeapStats) => number,
  meaning: string,
): MetricDefinition {
  return plain("counter", name, help, ({ engine }) => value(engine.heap), meaning);
}

const OBJECTS: readonly MetricDefinition[] = [
  gauge(
    "go_memstats_alloc_bytes",
    "Number of bytes allocated in heap and currently in use. " +
      "Equals to /memory/classes/heap/objects:bytes.",
    (heap) => heap.metricsAllocBytes,
    "Slot bytes of chunks and of garbage not yet swept, without what cached spans handed out.",
  ),
  counter(
    "go_memstats_alloc_bytes_total",
    "Total number of bytes allocated in heap until now, even if released already. " +
      "Equals to /gc/heap/allocs:bytes.",
    (heap) => heap.metricsTotalAllocBytes,
    "Slot bytes of every slice ever made for a chunk, the outgrown ones included.",
  ),
  gauge(
    "go_memstats_sys_bytes",
    "Number of bytes obtained from system. Equals to /memory/classes/total:byte.",
    (heap) => heap.sysBytes,
    "Mapped pages of the simulated heap and the runtime's own tables as a Go process has them.",
  ),
  counter(
    "go_memstats_lookups_total",
    "Total number of pointer lookups.",
    () => 0,
    "Always 0, as in every Go program; client_golang left it out in v1.20, dashboards ask for it.",
  ),
  counter(
    "go_memstats_mallocs_total",
    "Total number of heap objects allocated, both live and gc-ed. " +
      "Semantically a counter version for go_memstats_heap_objects gauge. " +
      "Equals to /gc/heap/allocs:objects + /gc/heap/tiny/allocs:objects.",
    (heap) => heap.metricsMallocs,
    "Slices made for chunks.",
  ),
  counter(
    "go_memstats_frees_total",
    "Total number of heap objects frees. " +
      "Equals to /gc/heap/frees:objects + /gc/heap/tiny/allocs:objects.",
    (heap) => heap.metricsFrees,
    "Slices whose slot was swept.",
  ),
];

const HEAP: readonly MetricDefinition[] = [
  gauge(
    "go_memstats_heap_alloc_bytes",
    "Number of heap bytes allocated and currently in use, same as go_memstats_alloc_bytes. " +
      "Equals to /memory/classes/heap/objects:bytes.",
    (heap) => heap.metricsAllocBytes,
    "As go_memstats_alloc_bytes.",
  ),
  gauge(
    "go_memstats_heap_sys_bytes",
    "Number of heap bytes obtained from system. Equals to /memory/classes/heap/objects:bytes + " +
      "/memory/classes/heap/unused:bytes + /memory/classes/heap/released:bytes + " +
      "/memory/classes/heap/free:bytes.",
    (heap) => heap.heapSysBytes,
    "Mapped pages of the simulated heap: heap_inuse and heap_idle.",
  ),
  gauge(
    "go_memstats_heap_idle_bytes",
    "Number of heap bytes waiting to be used. Equals to /memory/classes/heap/released:bytes + " +
      "/memory/classes/heap/free:bytes.",
    (heap) => heap.heapIdleBytes,
    "Pages that belong to no span.",
  ),
  gauge(
    "go_memstats_heap_inuse_bytes",
    "Number of heap bytes that are in use. Equals to /memory/classes/heap/objects:bytes + " +
      "/memory/classes/heap/unused:bytes",
    (heap) => heap.heapInuseBytes,
    "Pages of spans in use. The gap above heap_alloc is what fragmentation holds.",
  ),
  gauge(
    "go_memstats_heap_released_bytes",
    "Number of heap bytes released to OS. Equals to /memory/classes/heap/released:bytes.",
    (heap) => heap.heapReleasedBytes,
    "Idle pages that the simulated scavenger gave back.",
  ),
  gauge(
    "go_memstats_heap_objects",
    "Number of currently allocated objects. Equals to /gc/heap/objects:objects.",
    (heap) => heap.metricsHeapObjects,
    "Slices that hold a slot: those of chunks and garbage not yet swept.",
  ),
];

const RUNTIME_MEMORY: readonly MetricDefinition[] = [
  gauge(
    "go_memstats_stack_inuse_bytes",
    "Number of bytes obtained from system for stack allocator in non-CGO environments. " +
      "Equals to /memory/classes/heap/stacks:bytes.",
    (heap) => heap.stackInuseBytes,
    "A constant: the stacks of a small Go program.",
  ),
  gauge(
    "go_memstats_stack_sys_bytes",
    "Number of bytes obtained from system for stack allocator. " +
      "Equals to /memory/classes/heap/stacks:bytes + /memory/classes/os-stacks:bytes.",
    (heap) => heap.stackSysBytes,
    "A constant: the stacks of a small Go program.",
  ),
  gauge(
    "go_memstats_mspan_inuse_bytes",
    "Number of bytes in use by mspan structures. " +
      "Equals to /memory/classes/metadata/mspan/inuse:bytes.",
    (heap) => heap.mspanInuseBytes,
    "Records of the simulated spans, at the size that the chosen Go version gives them.",
  ),
  gauge(
    "go_memstats_mspan_sys_bytes",
    "Number of bytes used for mspan structures obtained from system. " +
      "Equals to /memory/classes/metadata/mspan/inuse:bytes + " +
      "/memory/classes/metadata/mspan/free:bytes.",
    (heap) => heap.mspanSysBytes,
    "The same with the records that wait for a span.",
  ),
  gauge(
    "go_memstats_mcache_inuse_bytes",
    "Number of bytes in use by mcache structures. " +
      "Equals to /memory/classes/metadata/mcache/inuse:bytes.",
    (heap) => heap.mcacheInuseBytes,
    "One cache: the simulated program runs on one processor.",
  ),
  gauge(
    "go_memstats_mcache_sys_bytes",
    "Number of bytes used for mcache structures obtained from system. " +
      "Equals to /memory/classes/metadata/mcache/inuse:bytes + " +
      "/memory/classes/metadata/mcache/free:bytes.",
    (heap) => heap.mcacheSysBytes,
    "One block of caches.",
  ),
  gauge(
    "go_memstats_buck_hash_sys_bytes",
    "Number of bytes used by the profiling bucket hash table. " +
      "Equals to /memory/classes/profiling/buckets:bytes.",
    (heap) => heap.buckHashSysBytes,
    "A constant of a small Go program.",
  ),
  gauge(
    "go_memstats_gc_sys_bytes",
    "Number of bytes used for garbage collection system metadata. " +
      "Equals to /memory/classes/metadata/other:bytes.",
    (heap) => heap.gcSysBytes,
    "The collector's tables for the arenas mapped so far.",
  ),
  gauge(
    "go_memstats_other_sys_bytes",
    "Number of bytes used for other system allocations. Equals to /memory/classes/other:bytes.",
    (heap) => heap.otherSysBytes,
    "A constant of a small Go program.",
  ),
];

const COLLECTIONS: readonly MetricDefinition[] = [
  gauge(
    "go_memstats_next_gc_bytes",
    "Number of heap bytes when next garbage collection will take place. " +
      "Equals to /gc/heap/goal:bytes.",
    (heap) => heap.nextGcBytes,
    "The goal that the simulated pacer has set; 2^64 with --heap.gogc=off.",
  ),
  gauge(
    "go_memstats_last_gc_time_seconds",
    "Number of seconds since 1970 of last garbage collection.",
    (heap) => heap.lastGcTimeMs / 1000,
    "Wall-clock time of the last simulated collection, 0 before the first.",
  ),
  gauge(
    "go_gc_gogc_percent",
    "Heap size target percentage configured by the user, otherwise 100. This value is set by the " +
      "GOGC environment variable, and the runtime/debug.SetGCPercent function. " +
      "Sourced from /gc/gogc:percent.",
    (heap) => heap.gogcPercent ?? GOGC_OFF,
    "--heap.gogc; 2^64 when off, as Go shows it.",
  ),
  gauge(
    "go_gc_gomemlimit_bytes",
    "Go runtime memory limit configured by the user, otherwise math.MaxInt64. This value is set " +
      "by the GOMEMLIMIT environment variable, and the runtime/debug.SetMemoryLimit function. " +
      "Sourced from /gc/gomemlimit:bytes.",
    (heap) => (heap.limitBytes === 0 ? NO_LIMIT : heap.limitBytes),
    "--heap.limit; 2^63 without one.",
  ),
  gauge(
    "go_sched_gomaxprocs_threads",
    "The current runtime.GOMAXPROCS setting, or the number of operating system threads that can " +
      "execute user-level Go code simultaneously. Sourced from /sched/gomaxprocs:threads.",
    () => 1,
    "Always 1: the simulated program runs on one processor.",
  ),
  gauge(
    "go_goroutines",
    "Number of goroutines that currently exist.",
    () => 1,
    "Always 1: one writer makes every allocation.",
  ),
  gauge("go_threads", "Number of OS threads created.", () => 1, "Always 1, for the same reason."),
  labelled(
    "gauge",
    "go_info",
    "Information about the Go environment.",
    ["version"],
    ({ engine }) => [{ labels: { version: `go${engine.goVersion}` }, value: 1 }],
    "The Go version whose allocator is simulated (--heap.go-version).",
  ),
];

/** The summary that stands beside them; its quantiles are computed by the heap. */
export const GC_DURATION = {
  name: "go_gc_duration_seconds",
  help: "A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.",
  meaning:
    "Time that starting a simulated collection kept the writer: real time of this process. " +
    "Quantiles are over the last 256.",
} as const;

export const GO_METRICS: readonly MetricDefinition[] = [
  ...OBJECTS,
  ...HEAP,
  ...RUNTIME_MEMORY,
  ...COLLECTIONS,
];
