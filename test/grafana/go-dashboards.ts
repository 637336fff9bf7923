/**
 * What the usual Grafana dashboards for Go programs ask, expression by expression: those numbered
 * 6671 (Go Processes), 10826 (Go Metrics), 13240 (Go Metrics, single instance) and 14061 (Go
 * runtime) on grafana.com, and the Go panels of the dashboards of Prometheus itself.
 *
 * Dashboards differ in the labels by which they choose: `S` stands for their selector.
 */

const memstats = (...names: string[]) => names.map((name) => `go_memstats_${name}{S}`);

const SIZES = memstats(
  ...["alloc_bytes", "sys_bytes", "next_gc_bytes", "heap_objects", "last_gc_time_seconds"],
  ...["heap_alloc_bytes", "heap_sys_bytes", "heap_idle_bytes", "heap_inuse_bytes"],
  ...["heap_released_bytes", "stack_inuse_bytes", "stack_sys_bytes"],
  ...["mspan_inuse_bytes", "mspan_sys_bytes", "mcache_inuse_bytes", "mcache_sys_bytes"],
  ...["buck_hash_sys_bytes", "gc_sys_bytes", "other_sys_bytes"],
);

const AVERAGES = SIZES.map((expr) => `avg by (job) (${expr})`);

export const GO_EXPRESSIONS: readonly string[] = [
  ...SIZES,
  ...AVERAGES,
  "go_info{S}",
  "count by (version) (go_info{S})",
  "go_goroutines{S}",
  "avg by (job) (go_goroutines{S})",
  "deriv(go_goroutines{S}[$__rate_interval])",
  "go_threads{S}",
  "go_gc_duration_seconds{S}",
  'avg by (job) (go_gc_duration_seconds{quantile="0",S})',
  'avg by (job) (go_gc_duration_seconds{quantile="1",S})',
  "rate(go_gc_duration_seconds_sum{S}[$__rate_interval])",
  "rate(go_gc_duration_seconds_count{S}[$__rate_interval])",
  "rate(go_gc_duration_seconds_sum{S}[1m]) / rate(go_gc_duration_seconds_count{S}[1m])",
  "rate(go_memstats_alloc_bytes_total{S}[$__rate_interval])",
  "avg by (job) (rate(go_memstats_alloc_bytes_total{S}[$__rate_interval]))",
  "rate(go_memstats_alloc_bytes_total{S}[1m]) / rate(go_memstats_mallocs_total{S}[1m])",
  "rate(go_memstats_mallocs_total{S}[1m])",
  "rate(go_memstats_frees_total{S}[1m])",
  "rate(go_memstats_lookups_total{S}[1m])",
  "go_memstats_mallocs_total{S} - go_memstats_frees_total{S}",
  "avg by (job) (go_memstats_mallocs_total{S} - go_memstats_frees_total{S})",
  "deriv(go_memstats_alloc_bytes{S}[$__rate_interval])",
  "deriv(go_memstats_heap_inuse_bytes{S}[$__rate_interval])",
  "deriv(go_memstats_stack_inuse_bytes{S}[$__rate_interval])",
  "go_memstats_heap_inuse_bytes{S} / go_memstats_heap_sys_bytes{S}",
  "process_resident_memory_bytes{S}",
  "process_virtual_memory_bytes{S}",
  "deriv(process_virtual_memory_bytes{S}[$__rate_interval])",
  "rate(process_resident_memory_bytes{S}[$__rate_interval])",
  "rate(process_cpu_seconds_total{S}[$__rate_interval])",
  "irate(process_cpu_seconds_total{S}[$__rate_interval]) * 100",
  "process_open_fds{S}",
  "deriv(process_open_fds{S}[$__rate_interval])",
  "process_open_fds{S} / process_max_fds{S}",
  "time() - process_start_time_seconds{S}",
];

/** The variables of those dashboards: which metric, and by which label they choose. */
export const GO_VARIABLES: readonly (readonly [series: string, label: string])[] = [
  ["go_info", "job"],
  ["go_goroutines", "instance"],
  ['go_memstats_alloc_bytes{job="spandrel-self"}', "instance"],
];
