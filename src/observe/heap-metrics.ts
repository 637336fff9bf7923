/**
 * What a Go program cannot tell of its heap: figures of every size class that was ever used, and
 * exact totals.
 *
 * Units: bytes where named so; the rest are counts of spans and slots.
 */
import { OCCUPANCY_LEVELS } from "../heap/span-occupancy.ts";
import type { ClassStats } from "../heap/stats.ts";
import { labelled, type MetricDefinition, plain } from "./metric-definition.ts";

/** Whether a class has ever held anything; others would be 200 lines of zeros. */
function wasUsed({ spans, mallocs }: ClassStats): boolean {
  return spans > 0 || mallocs > 0;
}

/** A metric with one value a size class; class "large" is the objects with spans of their own. */
function byClass(name: string, help: string, value: (figures: ClassStats) => number) {
  return labelled("gauge", name, help, ["class"], ({ engine }) =>
    engine.classes.filter(wasUsed).map((figures) => ({
      labels: { class: figures.sizeClass === 0 ? "large" : String(figures.slotBytes) },
      value: value(figures),
    })),
  );
}

/** "0-10%" up to "90-100%", then "full". */
function occupancyLabel(level: number): string {
  return level === OCCUPANCY_LEVELS - 1 ? "full" : `${level * 10}-${level * 10 + 10}%`;
}

export const HEAP_METRICS: readonly MetricDefinition[] = [
  byClass("spandrel_heap_class_spans", "Spans in use of a size class.", ({ spans }) => spans),
  byClass(
    "spandrel_heap_class_slots_used",
    "Slots of a size class that hold an object, dead ones not yet swept included.",
    ({ slotsUsed }) => slotsUsed,
  ),
  byClass(
    "spandrel_heap_class_slots_free",
    "Slots of a size class' spans that hold no object.",
    ({ slotsFree }) => slotsFree,
  ),
  byClass(
    "spandrel_heap_class_slots_live",
    "Slots of a size class whose object something still references.",
    ({ slotsLive }) => slotsLive,
  ),
  byClass(
    "spandrel_heap_class_unused_bytes",
    "Bytes of a size class' spans that hold no object: free slots and what is left behind them.",
    ({ unusedBytes }) => unusedBytes,
  ),
  labelled(
    "gauge",
    "spandrel_heap_spans",
    "Spans in use by the share of their slots that something references.",
    ["occupancy"],
    ({ engine }) =>
      Array.from(engine.spanOccupancy, (value, level) => ({
        labels: { occupancy: occupancyLabel(level) },
        value,
      })),
    "Exact up to 512 MiB of pages; above it an estimate from 65,536 pages, evenly spread.",
  ),
  plain(
    "gauge",
    "spandrel_heap_alloc_bytes",
    "Slot bytes in use, exactly: HeapAlloc as ReadMemStats would give it.",
    ({ engine }) => engine.heap.allocBytes,
    "Includes what go_memstats_heap_alloc_bytes misses in the cached spans.",
  ),
  plain(
    "gauge",
    "spandrel_heap_live_bytes",
    "Slot bytes of objects that something still references.",
    ({ engine }) => engine.heap.liveBytes,
    "What a collection now would leave.",
  ),
  plain(
    "counter",
    "spandrel_heap_collections_total",
    "Collections of the simulated heap.",
    ({ engine }) => engine.heap.gcCount,
  ),
  plain(
    "gauge",
    "spandrel_arena_touched_bytes",
    "Real memory behind the simulated heap that has ever been written, at most.",
    ({ engine }) => engine.heap.touchedBytes,
    "What the heap can add to process_resident_memory_bytes.",
  ),
];
