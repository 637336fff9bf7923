/**
 * The dashboard "Restart drill": what each way to restore costs, side by side. Its curves are those
 * that `spandrel drill --remote-write` sends; below them a drill on the living service.
 */
import { type Board, board, labelVariable, timeMarks } from "./board.ts";
import { bars, byLabel, lines, type Query, type Row } from "./panels.ts";

const SELECTED = 'job="$job",policy=~"$policy"';
const of = (metric: string) => `${metric}{${SELECTED}}`;
const INUSE = of("go_memstats_heap_inuse_bytes");
const ALLOC = of("go_memstats_heap_alloc_bytes");
const RETAINED = of("spandrel_drill_retained_bytes");
const GAP = `${INUSE} - ${ALLOC}`;
/** A drill's samples end when it was sent: the last and the highest of the shown time. */
const last = (expr: string) => `last_over_time((${expr})[$__range:])`;
const highest = (expr: string) => `max_over_time((${expr})[$__range:])`;

const serviceOf = (metric: string) => `${metric}{job="$service"}`;
const SERVICE_GAP = `${serviceOf("go_memstats_heap_inuse_bytes")} - ${serviceOf(
  "go_memstats_heap_alloc_bytes",
)}`;
const RESTORES =
  `1000 * ${serviceOf("spandrel_restore_time_seconds")}` +
  ` * on (job, instance) group_right () ${serviceOf("spandrel_restore_info")}`;

function curves(expr: string): readonly Query[] {
  return [{ expr, legend: "{{policy}}" }];
}

const GAPS: Row = {
  title: "Policies side by side",
  panels: [
    lines({
      title: "Gap",
      about: "heap_inuse less heap_alloc, an hour of the drill for each step sent.",
      unit: "bytes",
      columns: 16,
      queries: curves(GAP),
    }),
    bars({
      title: "Highest gap",
      about: "The highest of the time shown.",
      unit: "bytes",
      columns: 8,
      queries: curves(highest(GAP)),
    }),
    lines({
      title: "Gap as a share of heap_inuse",
      about: "Without a restart it stays where it is.",
      unit: "percentunit",
      columns: 12,
      queries: curves(`(${GAP}) / ${INUSE}`),
    }),
    byLabel(
      "policy",
      { title: "At the end", about: "The last reading of the time shown.", columns: 12 },
      [
        { expr: last(GAP), legend: "Gap", unit: "bytes" },
        { expr: highest(GAP), legend: "Highest gap", unit: "bytes" },
        { expr: last(INUSE), legend: "heap_inuse", unit: "bytes" },
        { expr: last(ALLOC), legend: "heap_alloc", unit: "bytes" },
        { expr: last(RETAINED), legend: "Retained", unit: "bytes" },
      ],
    ),
  ],
};

const HEAPS: Row = {
  title: "The heaps",
  panels: [
    lines({
      title: "heap_inuse",
      about: "Spans in use.",
      unit: "bytes",
      columns: 8,
      queries: curves(INUSE),
    }),
    lines({
      title: "heap_alloc",
      about: "The same live data under every policy, so the curves lie close to each other.",
      unit: "bytes",
      columns: 8,
      queries: curves(ALLOC),
    }),
    lines({
      title: "Retained",
      about: "heap_sys less heap_released: what the operating system sees.",
      unit: "bytes",
      columns: 8,
      queries: curves(RETAINED),
    }),
    lines({
      title: "Objects",
      about: "Slots that hold an object.",
      unit: "short",
      columns: 12,
      queries: curves(of("go_memstats_heap_objects")),
    }),
    lines({
      title: "Collections so far",
      about: "Since the process that was restarted, or was not, began.",
      unit: "short",
      columns: 12,
      queries: curves(of("go_gc_cycles_total_gc_cycles_total")),
    }),
  ],
};

const LIVING: Row = {
  title: "On the living service: POST /api/v1/admin/drill/restart",
  panels: [
    lines({
      title: "Gap of the service",
      about: "A restore with another policy is marked, and the gap that follows it.",
      unit: "bytes",
      columns: 12,
      queries: [{ expr: SERVICE_GAP, legend: "{{instance}}" }],
    }),
    lines({
      title: "Policy of the last restore",
      about: "1 while it is the last one.",
      unit: "short",
      columns: 6,
      queries: [
        {
          expr: serviceOf("spandrel_restore_info"),
          legend: "{{instance}}: {{capacity}} + {{order}}",
        },
      ],
    }),
    lines({
      title: "Time of the restore",
      about: "The service answers 503 meanwhile.",
      unit: "s",
      columns: 6,
      queries: [{ expr: serviceOf("spandrel_restore_duration_seconds"), legend: "{{instance}}" }],
    }),
  ],
};

export const RESTART_DRILL: Board = board({
  uid: "spandrel-drill",
  title: "Restart drill",
  about: "Restarts under each policy of restore, as `spandrel drill --remote-write` sent them.",
  from: "now-1h",
  variables: [
    labelVariable("job", "Drill", "spandrel_drill_retained_bytes", "job"),
    labelVariable("policy", "Policy", 'spandrel_drill_retained_bytes{job="$job"}', "policy")
      .multi(true)
      .includeAll(true),
    labelVariable("service", "Service", "spandrel_build_info", "job"),
  ],
  annotations: [timeMarks("Restore", RESTORES, "{{capacity}} + {{order}}", "orange")],
  rows: [GAPS, HEAPS, LIVING],
});
