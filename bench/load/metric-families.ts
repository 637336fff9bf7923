/**
 * Metric families of the modelled cluster: what each kind of scrape target exposes, as data.
 *
 * Names and labels are those of the usual exporters (node exporter, cAdvisor, kube-state-metrics,
 * Go client library) and of a plain web application.
 *
 * Units: `start` is the largest first value, `rate` and `grain` as in value-model.ts.
 */
import type { ValueKind } from "./value-model.ts";

/** Series of the same name and behaviour: one for each combination of the label values. */
export interface Family {
  readonly names: readonly string[];
  readonly kind: ValueKind;
  readonly start: number;
  readonly rate: number;
  readonly grain: number;
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

function family(
  names: string | readonly string[],
  kind: ValueKind,
  [start, rate, grain]: readonly [number, number, number],
  labels: Readonly<Record<string, readonly string[]>> = {},
): Family {
  return { names: typeof names === "string" ? [names] : names, kind, start, rate, grain, labels };
}

function numbered(count: number, prefix = ""): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

const PAGE = 4096;
const FIXED = [0, 0, 0] as const;

/** What every process with the Go client library exposes, and what the scraper adds. */
export const PROCESS: readonly Family[] = [
  family("process_cpu_seconds_total", "seconds", [5000, 0.5, 0.01]),
  family("process_resident_memory_bytes", "gauge", [4e8, 4e5, PAGE]),
  family("process_virtual_memory_bytes", "constant", [2e9, 0, PAGE]),
  family("process_start_time_seconds", "constant", [1.79e9, 0, 0.01]),
  family("process_open_fds", "gauge", [200, 4, 1]),
  family("process_max_fds", "constant", [1_048_576, 0, 1]),
  family("go_goroutines", "gauge", [300, 6, 1]),
  family("go_threads", "gauge", [30, 1.2, 1]),
  family(
    ["go_memstats_heap_alloc_bytes", "go_memstats_heap_inuse_bytes", "go_memstats_next_gc_bytes"],
    "gauge",
    [2e8, 6e6, 8],
  ),
  family("go_memstats_mallocs_total", "counter", [1e9, 15_000, 1]),
  family("go_gc_duration_seconds", "decimal", [0.002, 1e-5, 1e-9], {
    quantile: ["0", "0.25", "0.5", "0.75", "1"],
  }),
  family("go_gc_duration_seconds_count", "counter", [1e5, 0.06, 1]),
  family("go_info", "constant", FIXED, { version: ["go1.24.6"] }),
  family(["up", "scrape_samples_scraped", "scrape_series_added"], "constant", [150, 0, 1]),
  family("scrape_duration_seconds", "float", [0.08, 0.01, 0]),
];

export const NODE: readonly Family[] = [
  family("node_cpu_seconds_total", "seconds", [1e6, 0.6, 0.01], {
    cpu: numbered(8),
    mode: ["idle", "iowait", "softirq", "system", "user"],
  }),
  family("node_cpu_seconds_total", "constant", FIXED, {
    cpu: numbered(8),
    mode: ["irq", "nice", "steal"],
  }),
  family(
    ["MemFree", "MemAvailable", "Buffers", "Cached", "Active", "Inactive", "Dirty", "AnonPages"]
      .concat(["Mapped", "Shmem", "Slab", "SReclaimable", "PageTables", "Committed_AS"])
      .map((name) => `node_memory_${name}_bytes`),
    "gauge",
    [1.6e10, 5e6, PAGE],
  ),
  family(
    ["MemTotal", "SwapCached", "SwapFree", "SwapTotal", "Writeback", "HugePages_Total"].map(
      (name) => `node_memory_${name}_bytes`,
    ),
    "constant",
    [3.2e10, 0, PAGE],
  ),
  family(
    ["node_filesystem_avail_bytes", "node_filesystem_free_bytes", "node_filesystem_files_free"],
    "gauge",
    [2e10, 2e5, PAGE],
    { fstype: ["ext4"], mountpoint: ["/", "/boot/efi", "/var/lib/containerd", "/var/lib/kubelet"] },
  ),
  family(
    ["node_filesystem_size_bytes", "node_filesystem_files", "node_filesystem_readonly"],
    "constant",
    [5e10, 0, PAGE],
    { fstype: ["ext4"], mountpoint: ["/", "/boot/efi", "/var/lib/containerd", "/var/lib/kubelet"] },
  ),
  family(
    ["receive_bytes", "transmit_bytes", "receive_packets", "transmit_packets"].map(
      (name) => `node_network_${name}_total`,
    ),
    "counter",
    [2e9, 20_000, 1],
    { device: ["eth0", ...numbered(7, "cali0f3c9a2e1b")] },
  ),
  family(
    ["receive_errs", "transmit_errs", "receive_drop", "transmit_drop"].map(
      (name) => `node_network_${name}_total`,
    ),
    "constant",
    [40, 0, 1],
    { device: ["eth0", ...numbered(7, "cali0f3c9a2e1b")] },
  ),
  family(
    ["reads_completed", "writes_completed", "read_bytes", "written_bytes"].map(
      (name) => `node_disk_${name}_total`,
    ),
    "counter",
    [1e8, 40, 512],
    { device: numbered(4, "nvme0n1p") },
  ),
  family("node_disk_io_time_seconds_total", "seconds", [1e5, 0.02, 0.001], {
    device: numbered(4, "nvme0n1p"),
  }),
  family(["node_load1", "node_load5", "node_load15"], "decimal", [8, 0.3, 0.01]),
  family(["node_context_switches_total", "node_intr_total"], "counter", [2e9, 9000, 1]),
  family("node_time_seconds", "clock", FIXED),
  family("node_boot_time_seconds", "constant", [1.79e9, 0, 1]),
  family(["node_procs_running", "node_procs_blocked"], "gauge", [4, 3, 1]),
];

/** For each container of a pod. */
export const CONTAINER: readonly Family[] = [
  family("container_cpu_usage_seconds_total", "seconds", [1e5, 0.4, 0.000001]),
  family("container_cpu_cfs_periods_total", "counter", [1e6, 9, 1]),
  family("container_cpu_cfs_throttled_periods_total", "counter", [1e4, 0.04, 1]),
  family(
    ["container_memory_working_set_bytes", "container_memory_rss", "container_memory_usage_bytes"],
    "gauge",
    [5e8, 3e5, PAGE],
  ),
  family("container_memory_cache", "gauge", [1e8, 6e4, PAGE]),
  family("container_fs_writes_bytes_total", "counter", [1e8, 1, PAGE]),
  family("container_fs_reads_bytes_total", "counter", [1e7, 0.02, PAGE]),
  family(
    ["container_spec_memory_limit_bytes", "container_start_time_seconds"],
    "constant",
    [1.79e9, 0, 1],
  ),
  family("container_oom_events_total", "constant", FIXED),
];

/** For each pod, seen by the cluster's state. */
export const POD_STATE: readonly Family[] = [
  family("kube_pod_status_phase", "flag", [0, 0.0003, 1], {
    phase: ["Failed", "Pending", "Running", "Succeeded", "Unknown"],
  }),
  family("kube_pod_status_ready", "flag", [1, 0.0006, 1], { condition: ["true"] }),
  family("kube_pod_info", "constant", [1, 0, 1], { created_by_kind: ["ReplicaSet"] }),
  family("kube_pod_container_status_restarts_total", "counter", [4, 0.00002, 1], {
    container: ["main", "envoy"],
  }),
  family("kube_pod_container_resource_requests", "constant", [8, 0, 0.05], {
    container: ["main", "envoy"],
    resource: ["cpu"],
    unit: ["core"],
  }),
];

export interface Route {
  readonly method: string;
  readonly route: string;
}

export const ROUTES: readonly Route[] = [
  { method: "GET", route: "/api/v1/invoices" },
  { method: "POST", route: "/api/v1/invoices" },
  { method: "GET", route: "/api/v1/invoices/{invoice_id}" },
  { method: "GET", route: "/api/v1/accounts/{account_id}/balance" },
  { method: "PUT", route: "/api/v1/accounts/{account_id}/settings" },
  { method: "GET", route: "/healthz" },
];

/** For each route of an application, beside its duration histogram. */
export const ROUTE: readonly Family[] = [
  family("http_requests_total", "counter", [1e6, 6, 1], { code: ["200"] }),
  family("http_requests_total", "counter", [1e4, 0.03, 1], { code: ["404", "503"] }),
];

export const ROUTE_HISTOGRAM = "http_request_duration_seconds";
export const BUCKET_BOUNDS: readonly string[] = [
  "0.005",
  "0.01",
  "0.025",
  "0.05",
  "0.1",
  "0.25",
  "0.5",
  "1",
  "2.5",
  "5",
  "10",
  "+Inf",
];
