/**
 * The Heap view: the span map, what is under the pointer, and the heap's figures on one clock.
 *
 * I1  While the present is looked at, the spans in view are listed again and again, a portion at a
 *     time; the pause is such that the service is busy with it for about one part in two hundred.
 *     While a moment of the past is looked at, its recorded map stands instead.
 * I2  While the map is held to be panned, nothing else is drawn or listed: frames are its own.
 *
 * Units: …Ms milliseconds; pages are 8 KiB.
 */
import type { HeapMapReply, HeapReply, LiveHeap } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el } from "../base/element.ts";
import { timeText } from "../base/figure-text.ts";
import type { LiveState, LiveStream } from "../base/live.ts";
import { nowMs } from "../base/page-clock.ts";
import { onTheme, theme } from "../base/theme.ts";
import { FigureStrip } from "./figure-strip.ts";
import { ForecastPanel } from "./forecast-panel.ts";
import { MapPanel } from "./map-panel.ts";
import { Notices, type Source } from "./notices.ts";
import { HeapRecord } from "./record.ts";
import { SpanListing } from "./span-listing.ts";
import { Timeline } from "./timeline.ts";

/** Least pause between two listings, and pause for each thousand spans listed. */
const PAUSE_MS = 2000;
const PAUSE_PER_THOUSAND_MS = 200;
const STATUS_MS = 15_000;

export class HeapView {
  readonly element: HTMLElement;
  private readonly record = new HeapRecord();
  private readonly strip = new FigureStrip();
  private readonly map: MapPanel;
  private readonly timeline: Timeline;
  private readonly forecast = new ForecastPanel();
  private readonly notices = new Notices();
  private readonly stops: (() => void)[] = [];
  private readonly abort = new AbortController();
  private readonly listing = new SpanListing();
  private momentMs: number | null = null;
  private wasLost = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private statusTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(live: LiveStream) {
    this.map = new MapPanel(theme());
    this.timeline = new Timeline(this.record, (timeMs) => void this.look(timeMs));
    this.element = el(
      "div",
      { class: "view heap" },
      this.notices.element,
      this.strip.element,
      el(
        "div",
        { class: "heap-columns" },
        this.map.element,
        el("div", { class: "heap-side" }, this.timeline.element, this.forecast.element),
      ),
    );
    this.stops.push(
      live.listen({
        heap: (news) => this.onNews(news),
        connection: (state) => this.onConnection(state),
      }),
    );
    this.stops.push(onTheme(() => this.map.setTheme(theme())));
    void this.begin();
  }

  destroy(): void {
    this.abort.abort();
    clearTimeout(this.timer);
    clearTimeout(this.statusTimer);
    for (const stop of this.stops) stop();
  }

  private async begin(): Promise<void> {
    await Promise.all([this.readRecord(), this.readStatus()]);
    void this.follow();
  }

  /** The recorded past: asked for at first, and again whenever the stream had broken off. */
  private async readRecord(): Promise<void> {
    try {
      await this.record.load(this.abort.signal);
      this.notices.well("record");
      this.timeline.update();
      if (this.momentMs === null) this.strip.show(this.record.figures.at(-1));
    } catch (error) {
      this.failed("record", error);
    }
  }

  private failed(source: Source, error: unknown): void {
    if (!this.abort.signal.aborted) this.notices.fault(source, errorText(error));
  }

  private onConnection(state: LiveState): void {
    if (state === "lost") this.wasLost = true;
    if (state !== "live" || !this.wasLost) return;
    this.wasLost = false;
    void this.readRecord();
    void this.readStatus();
  }

  private onNews({ state, figures, events }: LiveHeap): void {
    this.notices.setRestoring(state === "restoring");
    if (state === "restoring") return;
    this.record.add(figures, events);
    if (events.length > 0) void this.readStatus();
    if (!this.map.isHeld) this.timeline.update();
    if (this.momentMs === null && figures !== null) this.strip.show(figures);
  }

  /** Lists the spans in view over and over; the first time all of them, without a pause. */
  private async follow(): Promise<void> {
    const count = await this.list();
    if (this.abort.signal.aborted) return;
    const pauseMs = Math.max(PAUSE_MS, (count / 1000) * PAUSE_PER_THOUSAND_MS);
    const isReading = count > 0 && !this.listing.isWhole;
    this.timer = setTimeout(() => void this.follow(), isReading ? 0 : pauseMs);
  }

  /** Lists a portion; the answer is how many spans it had. */
  private async list(): Promise<number> {
    if (document.hidden || this.momentMs !== null || this.map.isHeld) return 0;
    try {
      const view = this.map.isZoomed ? this.map.pagesInView : null;
      const { fromPage, endPage, spanCount } = await this.listing.step(view, this.abort.signal);
      this.notices.well("spans");
      const { table, part, isWhole } = this.listing;
      if (table === null || this.abort.signal.aborted || this.momentMs !== null) return spanCount;
      this.map.showTable(table, fromPage, endPage);
      this.map.showReading(isWhole ? null : part);
      this.notices.setEmpty(isWhole && table.count === 0);
      return spanCount;
    } catch (error) {
      this.failed("spans", error);
      return 0;
    }
  }

  /** Windows, classes and forecast: asked for now and then. */
  private async readStatus(): Promise<void> {
    clearTimeout(this.statusTimer);
    try {
      const reply = await ask<HeapReply>("/api/v1/status/heap", { signal: this.abort.signal });
      this.map.setClasses(reply.classes);
      this.forecast.show(reply.forecast, nowMs());
      this.notices.well("status");
    } catch (error) {
      this.failed("status", error);
    }
    if (this.abort.signal.aborted) return;
    clearTimeout(this.statusTimer);
    this.statusTimer = setTimeout(() => {
      void this.readStatus();
      if (this.notices.hasFault("record")) void this.readRecord();
    }, STATUS_MS);
  }

  /** Looks at a moment of the past, or the present again. */
  private async look(timeMs: number | null): Promise<void> {
    this.momentMs = timeMs;
    if (timeMs === null) {
      this.notices.well("moment");
      this.strip.show(this.record.figures.at(-1));
      const { table } = this.listing;
      if (table !== null) this.map.showTable(table, 0, Number.POSITIVE_INFINITY);
      void this.list();
      return;
    }
    this.strip.show(this.record.at(timeMs));
    try {
      const query = `time=${timeMs / 1000}`;
      const map = await ask<HeapMapReply>(`/api/v1/status/heap/history/map?${query}`);
      this.notices.well("moment");
      if (this.momentMs === timeMs) this.map.showRecorded(map, timeText(map.timeMs));
    } catch (error) {
      this.failed("moment", error);
    }
  }
}

/** Made anew each time that the view is opened. */
export function openView(live: LiveStream): HeapView {
  return new HeapView(live);
}
