/**
 * One record of a replay as a line of JSON: the heap by class, and what MemStats would say.
 *
 * Fields and their order are those of docs/format/trace.md: keys in byte order, classes by their
 * numbers as text, so that two replays can be compared as texts.
 *
 * Units: …bytes fields are bytes as named there, `occ` and `large_pages` are flat pairs.
 */
import type { HeapParts } from "./heap-parts.ts";
import { FIRST_PAGE } from "./pages.ts";
import { CLASS_COUNT, LARGE_CLASS } from "./size-classes.ts";
import { NO_SPAN, SLOT_COUNT_MAX } from "./spans.ts";
import { classStats, type HeapStats, heapStats } from "./stats.ts";

/** Where and why a record was asked for. */
export interface RecordPlace {
  readonly segment: number;
  readonly line: number;
  readonly label: string;
  readonly kind: "stat" | "peek";
}

const CLASSES_IN_ORDER = Array.from({ length: CLASS_COUNT }, (_, c) => c).sort((a, b) =>
  String(a) < String(b) ? -1 : 1,
);
const OCCUPANCIES = SLOT_COUNT_MAX + 1;

/** Writes records of one heap after another; keeps its counting columns between them. */
export class RecordWriter {
  private readonly occupancy = new Uint32Array(CLASS_COUNT * OCCUPANCIES);

  /** The record's line, without the newline. */
  write(heap: HeapParts, place: RecordPlace): string {
    const stats = heapStats(heap);
    const largePages = this.countSpans(heap);
    const classes: string[] = [];
    for (const c of CLASSES_IN_ORDER) {
      const entry = this.classEntry(heap, c);
      if (entry !== "") classes.push(entry);
    }
    const fields = [
      '"baseline_free":0',
      `"classes":{${classes.join(",")}}`,
      `"heap_alloc":${stats.allocBytes}`,
      `"heap_inuse":${stats.heapInuseBytes}`,
      `"heap_objects":${stats.heapObjects}`,
      `"kind":"${place.kind}"`,
    ];
    if (place.label !== "") fields.push(`"label":${JSON.stringify(place.label)}`);
    if (heap.store.figures.mallocs[LARGE_CLASS]! > 0) fields.push(`"large_pages":${largePages}`);
    fields.push(`"line":${place.line}`, `"ms":${memStats(stats, place.kind === "stat")}`);
    fields.push(`"seg":${place.segment}`);
    return `{${fields.join(",")}}`;
  }

  private classEntry(heap: HeapParts, sizeClass: number): string {
    const figures = classStats(heap, sizeClass);
    if (figures.mallocs + figures.slotsUsed + figures.frees === 0) return "";
    const fields = [
      `"size":${figures.slotBytes}`,
      `"mallocs":${figures.mallocs}`,
      `"frees":${figures.frees}`,
      `"live":${figures.slotsUsed}`,
      `"spans":${figures.spans}`,
      `"slots":${figures.slots}`,
    ];
    if (sizeClass !== LARGE_CLASS && figures.spans > 0) fields.push(this.occupancyOf(sizeClass));
    return `"${sizeClass}":{${fields.join(",")}}`;
  }

  private occupancyOf(sizeClass: number): string {
    const pairs: number[] = [];
    const from = sizeClass * OCCUPANCIES;
    for (let used = 0; used < OCCUPANCIES; used++) {
      const spans = this.occupancy[from + used]!;
      if (spans > 0) pairs.push(used, spans);
    }
    return `"occ":[${pairs.join(",")}]`;
  }

  /** Counts spans by class and slots used; gives the large ones by pages, as JSON. */
  private countSpans(heap: HeapParts): string {
    const { spans } = heap.store;
    const large = new Map<number, number>();
    this.occupancy.fill(0);
    const end = heap.pages.endPage;
    let span = spans.spanFrom(FIRST_PAGE, end);
    for (; span !== NO_SPAN; span = spans.spanFrom(spans.endPageOf(span), end)) {
      const sizeClass = spans.classOf(span);
      const pages = spans.pageCountOf(span);
      if (sizeClass === LARGE_CLASS) large.set(pages, (large.get(pages) ?? 0) + 1);
      const at = sizeClass * OCCUPANCIES + spans.allocCountOf(span);
      this.occupancy[at] = this.occupancy[at]! + 1;
    }
    if (large.size === 0) return "null";
    return JSON.stringify([...large].sort(([a], [b]) => a - b).flat());
  }
}

function memStats(stats: HeapStats, flushed: boolean): string {
  const exact = (value: number) => (flushed ? value : 0);
  return JSON.stringify({
    Frees: exact(stats.frees),
    HeapAlloc: exact(stats.allocBytes),
    HeapIdle: exact(stats.heapIdleBytes),
    HeapInuse: exact(stats.heapInuseBytes),
    HeapObjects: exact(stats.heapObjects),
    HeapReleased: exact(stats.heapReleasedBytes),
    HeapSys: exact(stats.heapSysBytes),
    MSpanInuse: exact(stats.mspanInuseBytes),
    Mallocs: exact(stats.mallocs),
    MetricsHeapAlloc: stats.metricsAllocBytes,
    MetricsHeapInuse: stats.heapInuseBytes,
    MetricsHeapObjects: stats.metricsHeapObjects,
    NextGC: exact(stats.nextGcBytes),
    NumGC: exact(stats.gcCount),
    StackInuse: exact(stats.stackInuseBytes),
    TotalAlloc: exact(stats.totalAllocBytes),
  });
}
