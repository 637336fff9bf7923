/**
 * The dashboard "Heap fragmentation": the gap between heap_inuse and heap_alloc, where it lies, and
 * what will become of it.
 */
import type { Board } from "./board.ts";
import { bars, byLabel, figure, heatMap, lines, type Row, shares, word } from "./panels.ts";
import { own, rateOf, serviceBoard } from "./service-variables.ts";

const INUSE = own("go_memstats_heap_inuse_bytes");
const ALLOC = own("go_memstats_heap_alloc_bytes");
const GAP = `${INUSE} - ${ALLOC}`;
const SHARE = `(${GAP}) / ${INUSE}`;
const FORECAST_GAP = own("spandrel_heap_forecast_unused_bytes");
/** "4h" becomes " 4h", so that it stands before "12h". */
const inOrder = (expr: string) => `label_replace(${expr}, "after", " $1", "after", "(.h)")`;

const NOW: Row = {
  title: "Now",
  panels: [
    figure({
      title: "Gap",
      about: "heap_inuse less heap_alloc: what spans hold beyond the objects in them.",
      unit: "bytes",
      columns: 4,
      queries: [{ expr: GAP, legend: "gap" }],
    }),
    figure(
      {
        title: "Share of heap_inuse",
        about: "The gap as a share of heap_inuse.",
        unit: "percentunit",
        columns: 4,
        queries: [{ expr: SHARE, legend: "share" }],
      },
      [0.15, 0.3],
    ),
    figure({
      title: "Highest gap to come",
      about: "The highest gap after any purge to come, if nothing more were stored.",
      unit: "bytes",
      columns: 4,
      queries: [{ expr: `max(${FORECAST_GAP})`, legend: "gap" }],
    }),
    figure({
      title: "Compaction could free",
      about: "What heap_inuse would lose if every size class were packed into the fewest spans.",
      unit: "bytes",
      columns: 4,
      queries: [{ expr: own("spandrel_heap_packable_bytes"), legend: "packable" }],
    }),
    figure({
      title: "heap_inuse",
      about: "Bytes of spans in use.",
      unit: "bytes",
      columns: 4,
      queries: [{ expr: INUSE, legend: "in use" }],
    }),
    word({
      title: "Last restore",
      about: "Capacity of restored chunks and their order; none while nothing was restored.",
      unit: "short",
      columns: 4,
      queries: [{ expr: own("spandrel_restore_info"), legend: "{{capacity}} + {{order}}" }],
    }),
  ],
};

const GAP_ROW: Row = {
  title: "The gap",
  panels: [
    lines({
      title: "Gap",
      about: "Rises before a window turns, falls after. One that only rises is fragmentation.",
      unit: "bytes",
      columns: 12,
      queries: [{ expr: GAP, legend: "heap_inuse - heap_alloc" }],
    }),
    lines({
      title: "Share",
      about: "The gap as a share of heap_inuse.",
      unit: "percentunit",
      columns: 12,
      queries: [{ expr: SHARE, legend: "gap / heap_inuse" }],
    }),
    lines({
      title: "Heap",
      about: "From what is referenced to what the operating system sees of the simulated heap.",
      unit: "bytes",
      columns: 24,
      queries: [
        {
          expr: `${own("go_memstats_heap_sys_bytes")} - ${own("go_memstats_heap_released_bytes")}`,
          legend: "retained: heap_sys - heap_released",
        },
        { expr: INUSE, legend: "heap_inuse" },
        { expr: ALLOC, legend: "heap_alloc" },
        { expr: own("spandrel_heap_live_bytes"), legend: "referenced" },
      ],
    }),
  ],
};

const FORECAST: Row = {
  title: "Forecast",
  panels: [
    bars({
      title: "Gap after the purges to come",
      about: "By the time until the purge. Exact if nothing more is stored.",
      unit: "bytes",
      columns: 8,
      queries: [{ expr: inOrder(FORECAST_GAP), legend: "in {{after}}" }],
    }),
    lines({
      title: "Forecast of the gap",
      about: "What was foretold, at the time when it was.",
      unit: "bytes",
      columns: 8,
      queries: [{ expr: inOrder(FORECAST_GAP), legend: "in {{after}}" }],
    }),
    lines({
      title: "Forecast of heap_inuse",
      about: "heap_inuse after the purges to come, if nothing more is stored.",
      unit: "bytes",
      columns: 8,
      queries: [
        { expr: inOrder(own("spandrel_heap_forecast_inuse_bytes")), legend: "in {{after}}" },
      ],
    }),
  ],
};

const classTable = byLabel(
  "class",
  {
    title: "Size classes now",
    about: "Bytes of a slot, and what the spans of the class hold.",
    columns: 12,
  },
  [
    { expr: own("spandrel_heap_class_unused_bytes"), legend: "Unused", unit: "bytes" },
    { expr: own("spandrel_heap_class_spans"), legend: "Spans", unit: "short" },
    { expr: own("spandrel_heap_class_slots_free"), legend: "Free slots", unit: "short" },
    { expr: own("spandrel_heap_class_slots_used"), legend: "Used slots", unit: "short" },
    { expr: own("spandrel_heap_class_slots_live"), legend: "Live slots", unit: "short" },
  ],
);

const CLASSES: Row = {
  title: "Size classes and spans",
  panels: [
    heatMap({
      title: "Unused bytes by size class",
      about: "Free slots and what is left behind them, by bytes of a slot. Large objects apart.",
      unit: "bytes",
      columns: 12,
      queries: [
        { expr: own("spandrel_heap_class_unused_bytes", 'class!="large"'), legend: "{{class}}" },
      ],
    }),
    classTable,
    heatMap({
      title: "Spans by occupancy",
      about: "How many spans have that share of their slots referenced.",
      unit: "short",
      columns: 12,
      queries: [{ expr: own("spandrel_heap_spans"), legend: "{{occupancy}}" }],
    }),
    shares({
      title: "Spans by occupancy, as shares",
      about: "A heap that packs well has full spans and empty ones, and few between.",
      unit: "short",
      columns: 12,
      queries: [{ expr: own("spandrel_heap_spans"), legend: "{{occupancy}}" }],
    }),
  ],
};

const COLLECTOR: Row = {
  title: "Collector, allocator, compaction",
  panels: [
    lines({
      title: "Goal of the collector",
      about: "When heap_alloc reaches next_gc, a collection starts.",
      unit: "bytes",
      columns: 8,
      queries: [
        { expr: `${own("go_memstats_next_gc_bytes")} < 2 ^ 63`, legend: "next_gc" },
        { expr: ALLOC, legend: "heap_alloc" },
      ],
    }),
    lines({
      title: "Allocation",
      about: "Slot bytes of slices made for chunks, outgrown ones included, and of those moved.",
      unit: "Bps",
      columns: 8,
      queries: [
        { expr: rateOf("go_memstats_alloc_bytes_total"), legend: "allocated" },
        { expr: rateOf("spandrel_compaction_moved_bytes_total"), legend: "moved by compaction" },
      ],
    }),
    lines({
      title: "Collections and compactions",
      about: "Begun, each second.",
      unit: "ops",
      columns: 8,
      queries: [
        { expr: rateOf("spandrel_heap_collections_total"), legend: "collections" },
        { expr: rateOf("spandrel_compactions_total"), legend: "compactions" },
      ],
    }),
  ],
};

export const HEAP_FRAGMENTATION: Board = serviceBoard({
  uid: "spandrel-heap",
  title: "Heap fragmentation",
  about: "The gap between heap_inuse and heap_alloc of Spandrel's simulated Go heap.",
  from: "now-12h",
  rows: [NOW, GAP_ROW, FORECAST, CLASSES, COLLECTOR],
});
