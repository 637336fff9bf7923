/**
 * The heap's recent past: figures each second, small maps less often, and what happened; kept in
 * bounded histories and handed to whoever listens. One look serves all viewers.
 *
 * I1  A look costs one read of the heap's figures. A map is drawn in portions between which others
 *     have their turn; its portions are of neighbouring moments.
 * I2  While there is no store, listeners are told so and nothing is recorded.
 *
 * Units: …Ms milliseconds since the epoch (intervals are durations), …Bytes bytes.
 */
import type { Clock } from "../base/clock.ts";
import { nextTurn } from "../base/slices.ts";
import type { Engine } from "./engine.ts";
import { type HeapEvent, HeapEventWatch } from "./heap-events.ts";
import { type HeapMap, HeapMapDrawing } from "./heap-map.ts";
import { listSpans } from "./heap-status-spans.ts";
import type { ServiceState } from "./service.ts";
import type { Store } from "./store.ts";
import { ThinnedHistory } from "./thinned-history.ts";

/** Figures of one moment. */
export interface HeapFigures {
  readonly timeMs: number;
  readonly allocBytes: number;
  readonly inuseBytes: number;
  readonly idleBytes: number;
  readonly releasedBytes: number;
  readonly liveBytes: number;
  readonly nextGcBytes: number;
  readonly gcCount: number;
  readonly seriesCount: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
}

/** What listeners are told each second. `figures` is null while there is no store. */
export interface HeapNews {
  readonly state: ServiceState;
  readonly timeMs: number;
  readonly figures: HeapFigures | null;
  readonly events: readonly HeapEvent[];
}

export type HeapListener = (news: HeapNews) => void;

const LOOK_MS = 1000;
const MAP_MS = 15_000;
const FIGURES_MAX = 2400;
const MAPS_MAX = 320;
const EVENTS_MAX = 400;
/** How far back the histories reach: a whole incident. */
const HISTORY_MS = 36 * 3_600_000;
/** Spans of one portion of a map: a millisecond, three while V8 has not compiled the loop. */
const PORTION_SPANS = 512;

/** Reads the figures of a store. */
export function heapFigures({ heap, head, chunks }: Store, timeMs: number): HeapFigures {
  const stats = heap.stats();
  return {
    timeMs,
    allocBytes: stats.allocBytes,
    inuseBytes: stats.heapInuseBytes,
    idleBytes: stats.heapIdleBytes,
    releasedBytes: stats.heapReleasedBytes,
    liveBytes: stats.liveBytes,
    nextGcBytes: stats.nextGcBytes,
    gcCount: stats.gcCount,
    seriesCount: head.index.series.liveCount,
    chunkCount: chunks.count,
    sampleCount: head.sampleCount,
  };
}

export class HeapRecorder {
  readonly figures = new ThinnedHistory<HeapFigures>(FIGURES_MAX, LOOK_MS, HISTORY_MS);
  readonly maps = new ThinnedHistory<HeapMap>(MAPS_MAX, MAP_MS, HISTORY_MS);
  readonly events: HeapEvent[] = [];
  private readonly engine: Engine;
  private readonly clock: Clock;
  private readonly watch: HeapEventWatch;
  private readonly listeners = new Set<HeapListener>();
  private timer: NodeJS.Timeout | null = null;
  private isDrawing = false;

  constructor(engine: Engine, clock: Clock) {
    this.engine = engine;
    this.clock = clock;
    this.watch = new HeapEventWatch(engine);
  }

  /** Looks every second until stop(). */
  start(): void {
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Adds a listener; the answer removes it. */
  listen(listener: HeapListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes one look. */
  look(): void {
    const timeMs = this.clock.nowMs();
    const store = this.engine.hasStore ? this.engine.store : null;
    const events = this.watch.look(timeMs);
    this.events.push(...events);
    if (this.events.length > EVENTS_MAX) this.events.splice(0, this.events.length - EVENTS_MAX);
    const figures = store === null ? null : heapFigures(store, timeMs);
    if (figures !== null) this.figures.push(figures);
    const news = { state: this.engine.state, timeMs, figures, events };
    for (const listener of this.listeners) listener(news);
    if (store !== null && this.maps.isDue(timeMs) && !this.isDrawing) {
      void this.drawMap(store, timeMs);
    }
  }

  /** Draws a map of a store, unless the store is replaced meanwhile. */
  async drawMap(store: Store, timeMs: number): Promise<void> {
    this.isDrawing = true;
    try {
      let listing = listSpans(store, 0, PORTION_SPANS);
      const drawing = new HeapMapDrawing(listing);
      drawing.add(listing);
      while (listing.nextPage !== 0) {
        await nextTurn();
        if (!this.engine.hasStore || this.engine.store !== store) return;
        listing = listSpans(store, listing.nextPage, PORTION_SPANS);
        drawing.add(listing);
      }
      this.maps.push(drawing.finish(timeMs));
    } finally {
      this.isDrawing = false;
    }
  }
}
