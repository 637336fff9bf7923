/**
 * The dashboard "Spandrel service": what comes in, what is asked, what is written to disk, and what
 * memory it takes.
 */
import type { Board } from "./board.ts";
import { figure, lines, type Row } from "./panels.ts";
import { own, quantileOf, rateOf, serviceBoard } from "./service-variables.ts";

const REQUESTS = "spandrel_http_requests_total";
const DURATIONS = "spandrel_http_request_duration_seconds";
const SYNCS = "spandrel_journal_sync_duration_seconds";
const WRITES = 'handler="/api/v1/write"';
const OTHERS = 'handler!="/api/v1/write"';
const QUERIES = 'handler=~"/api/v1/(query|query_range)"';
const SINCE_SNAPSHOT = `time() - (${own("spandrel_snapshot_last_time_seconds")} > 0)`;

const NOW: Row = {
  title: "Now",
  panels: [
    figure({
      title: "Series",
      about: "Series held.",
      unit: "short",
      columns: 4,
      queries: [{ expr: own("spandrel_series"), legend: "series" }],
    }),
    figure({
      title: "Samples stored",
      about: "Samples stored each second.",
      unit: "cps",
      columns: 4,
      queries: [{ expr: rateOf("spandrel_samples_stored_total"), legend: "stored" }],
    }),
    figure({
      title: "Samples held",
      about: "Samples of all windows.",
      unit: "short",
      columns: 4,
      queries: [{ expr: own("spandrel_samples"), legend: "samples" }],
    }),
    figure(
      {
        title: "heap_inuse of the limit",
        about: "At 100 % writes are refused. Near 0 without --heap.limit.",
        unit: "percentunit",
        columns: 4,
        queries: [
          {
            expr: `${own("go_memstats_heap_inuse_bytes")} / ${own("go_gc_gomemlimit_bytes")}`,
            legend: "of the limit",
          },
        ],
      },
      [0.8, 0.95],
    ),
    figure(
      {
        title: "Since the last snapshot",
        about: "None before the first one of this process.",
        unit: "s",
        columns: 4,
        queries: [{ expr: SINCE_SNAPSHOT, legend: "age" }],
      },
      [1800, 3600],
    ),
    figure({
      title: "Up for",
      about: "Time since the process started.",
      unit: "s",
      columns: 4,
      queries: [{ expr: `time() - ${own("process_start_time_seconds")}`, legend: "up" }],
    }),
  ],
};

const INGEST: Row = {
  title: "Ingest",
  panels: [
    lines({
      title: "Samples",
      about: "Stored, and those that were there already with the same bits.",
      unit: "cps",
      columns: 8,
      queries: [
        { expr: rateOf("spandrel_samples_stored_total"), legend: "stored" },
        { expr: rateOf("spandrel_samples_unchanged_total"), legend: "unchanged" },
      ],
    }),
    lines({
      title: "Samples refused",
      about: "By reason; and requests refused at the heap limit, which senders repeat.",
      unit: "cps",
      columns: 8,
      queries: [
        { expr: rateOf("spandrel_samples_refused_total"), legend: "{{reason}}" },
        { expr: rateOf("spandrel_heap_limit_refusals_total"), legend: "requests at the limit" },
      ],
    }),
    lines({
      title: "Write requests",
      about: "By status.",
      unit: "reqps",
      columns: 8,
      queries: [{ expr: `sum by (code) (${rateOf(REQUESTS, WRITES)})`, legend: "{{code}}" }],
    }),
    lines({
      title: "Time of a write",
      about: "From the first byte of the body to the answer.",
      unit: "s",
      columns: 8,
      queries: [0.5, 0.9, 0.99].map((quantile) => ({
        expr: quantileOf(quantile, DURATIONS, "handler", WRITES),
        legend: `${quantile * 100} %`,
      })),
    }),
    lines({
      title: "Volume of writes",
      about: "Bodies as received and as decompressed.",
      unit: "Bps",
      columns: 8,
      queries: [
        { expr: rateOf("spandrel_write_body_bytes_total"), legend: "received" },
        { expr: rateOf("spandrel_write_decoded_bytes_total"), legend: "decompressed" },
      ],
    }),
    lines({
      title: "Series made and removed",
      about: "A high rate of both is churn: labels that change with every deployment.",
      unit: "cps",
      columns: 8,
      queries: [
        { expr: rateOf("spandrel_series_created_total"), legend: "made" },
        { expr: rateOf("spandrel_series_removed_total"), legend: "removed" },
      ],
    }),
  ],
};

const QUERY_ROW: Row = {
  title: "Queries",
  panels: [
    lines({
      title: "Requests",
      about: "By route, all but writes.",
      unit: "reqps",
      columns: 8,
      queries: [{ expr: `sum by (handler) (${rateOf(REQUESTS, OTHERS)})`, legend: "{{handler}}" }],
    }),
    lines({
      title: "Failed requests",
      about: "Answers from 400 on, all but writes.",
      unit: "reqps",
      columns: 8,
      queries: [
        {
          expr: `sum by (handler, code) (${rateOf(REQUESTS, `${OTHERS},code=~"[45].."`)})`,
          legend: "{{handler}} {{code}}",
        },
      ],
    }),
    lines({
      title: "Time of a query",
      about: "Waiting included.",
      unit: "s",
      columns: 8,
      queries: [0.5, 0.99].map((quantile) => ({
        expr: quantileOf(quantile, DURATIONS, "handler", QUERIES),
        legend: `{{handler}} ${quantile * 100} %`,
      })),
    }),
    lines({
      title: "Queries at once",
      about: "Those above --query.max-concurrency wait.",
      unit: "short",
      columns: 24,
      queries: [
        { expr: own("spandrel_queries_running"), legend: "running" },
        { expr: own("spandrel_queries_waiting"), legend: "waiting" },
      ],
    }),
  ],
};

const SNAPSHOTS: Row = {
  title: "Snapshots and restore",
  panels: [
    lines({
      title: "Snapshots",
      about: "Written and failed, in the last hour.",
      unit: "short",
      columns: 6,
      queries: [
        { expr: `increase(${own("spandrel_snapshots_total")}[1h])`, legend: "written" },
        { expr: `increase(${own("spandrel_snapshot_failures_total")}[1h])`, legend: "failed" },
      ],
    }),
    lines({
      title: "Time of a snapshot and of the restore",
      about: "Samples come in while a snapshot is written, not while one is restored.",
      unit: "s",
      columns: 6,
      queries: [
        { expr: own("spandrel_snapshot_last_duration_seconds"), legend: "last snapshot" },
        { expr: own("spandrel_restore_duration_seconds"), legend: "restore" },
      ],
    }),
    lines({
      title: "Size of a snapshot",
      about: "Bytes on disk.",
      unit: "bytes",
      columns: 6,
      queries: [{ expr: own("spandrel_snapshot_last_bytes"), legend: "last snapshot" }],
    }),
    lines({
      title: "Samples held, saved and restored",
      about: "A restore that brings fewer than were held has lost what came after the snapshot.",
      unit: "short",
      columns: 6,
      queries: [
        { expr: own("spandrel_samples"), legend: "held" },
        { expr: own("spandrel_snapshot_last_samples"), legend: "in the last snapshot" },
        { expr: own("spandrel_restore_samples"), legend: "restored" },
      ],
    }),
  ],
};

const JOURNAL: Row = {
  title: "Journal",
  panels: [
    lines({
      title: "Samples journaled",
      about: "Every accepted sample is in the journal before its request is acknowledged.",
      unit: "short",
      columns: 6,
      queries: [
        { expr: rateOf("spandrel_journal_samples_total"), legend: "samples/s" },
        { expr: rateOf("spandrel_journal_records_total"), legend: "requests/s" },
      ],
    }),
    lines({
      title: "Bytes journaled",
      about: "What is appended to the journal's files.",
      unit: "Bps",
      columns: 6,
      queries: [{ expr: rateOf("spandrel_journal_written_bytes_total"), legend: "written" }],
    }),
    lines({
      title: "Sync of the journal",
      about: "How long a sync to the disk takes; with --journal.sync=always a write waits for one.",
      unit: "s",
      columns: 6,
      queries: [0.5, 0.99].map((quantile) => ({
        expr: quantileOf(quantile, SYNCS, "instance", ""),
        legend: `${quantile * 100} %`,
      })),
    }),
    lines({
      title: "What a crash would replay, and faults",
      about: "Samples since the last snapshot; failed writes; damaged places met at the start.",
      unit: "short",
      columns: 6,
      queries: [
        { expr: own("spandrel_journal_tail_samples"), legend: "samples to replay" },
        { expr: own("spandrel_journal_failures_total"), legend: "failures" },
        { expr: own("spandrel_journal_damages_total"), legend: "damaged places" },
      ],
    }),
  ],
};

const MEMORY: Row = {
  title: "Memory: real against simulated",
  panels: [
    lines({
      title: "Process and simulated heap",
      about: "A page once touched stays until restart; the simulated heap gives pages back.",
      unit: "bytes",
      columns: 12,
      queries: [
        { expr: own("process_resident_memory_bytes"), legend: "resident" },
        { expr: own("spandrel_arena_touched_bytes"), legend: "touched by the heap" },
        {
          expr: `${own("go_memstats_heap_sys_bytes")} - ${own("go_memstats_heap_released_bytes")}`,
          legend: "simulated: heap_sys - heap_released",
        },
        { expr: own("go_memstats_heap_inuse_bytes"), legend: "simulated: heap_inuse" },
      ],
    }),
    lines({
      title: "Node",
      about: "What V8 and buffers hold beside the simulated heap.",
      unit: "bytes",
      columns: 12,
      queries: [
        { expr: own("nodejs_heap_size_total_bytes"), legend: "V8 heap" },
        { expr: own("nodejs_heap_size_used_bytes"), legend: "V8 heap, used" },
        { expr: own("nodejs_external_memory_bytes"), legend: "external" },
      ],
    }),
  ],
};

const PROCESS: Row = {
  title: "Process",
  panels: [
    lines({
      title: "Processor time",
      about: "Cores in use.",
      unit: "short",
      columns: 8,
      queries: [
        { expr: rateOf("process_cpu_user_seconds_total"), legend: "user" },
        { expr: rateOf("process_cpu_system_seconds_total"), legend: "system" },
      ],
    }),
    lines({
      title: "Delay of the event loop",
      about: "How late a timer fires: what a request waits for the thread.",
      unit: "s",
      columns: 8,
      queries: [
        { expr: own("nodejs_eventloop_lag_p50_seconds"), legend: "50 %" },
        { expr: own("nodejs_eventloop_lag_p99_seconds"), legend: "99 %" },
        { expr: own("nodejs_eventloop_lag_max_seconds"), legend: "highest" },
      ],
    }),
    lines({
      title: "Node's own collector, and open files",
      about: "Share of time in V8's collections by kind; descriptors.",
      unit: "short",
      columns: 8,
      queries: [
        { expr: rateOf("nodejs_gc_duration_seconds_sum"), legend: "collecting: {{kind}}" },
        { expr: own("process_open_fds"), legend: "open descriptors" },
      ],
    }),
  ],
};

export const SPANDREL_SERVICE: Board = serviceBoard({
  uid: "spandrel-service",
  title: "Spandrel service",
  about: "Ingest, queries, disk and memory of one running Spandrel.",
  from: "now-3h",
  rows: [NOW, INGEST, QUERY_ROW, SNAPSHOTS, JOURNAL, MEMORY, PROCESS],
});
