/**
 * The recorded past and what is added to it live: figures as columns, events, times of maps.
 *
 * I1  Times rise. Live figures are added each second; beyond FIGURES_MAX the oldest second half is
 *     thinned.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import type { HeapEvent, HeapFigures, HistoryReply } from "../../http/api-types.ts";
import { ask } from "../base/api.ts";

const FIGURES_MAX = 6000;

export type FigureName = keyof HeapFigures;

export class HeapRecord {
  figures: HeapFigures[] = [];
  events: HeapEvent[] = [];
  mapTimesMs: readonly number[] = [];

  /** Reads the recorded past anew. */
  async load(signal: AbortSignal): Promise<void> {
    const reply = await ask<HistoryReply>("/api/v1/status/heap/history", { signal });
    const names = Object.keys(reply.figures) as FigureName[];
    this.figures = reply.figures.timeMs.map((_, i) => {
      const row = names.map((name) => [name, reply.figures[name][i] as number]);
      return Object.fromEntries(row) as unknown as HeapFigures;
    });
    this.events = [...reply.events];
    this.mapTimesMs = reply.mapTimesMs;
  }

  add(figures: HeapFigures | null, events: readonly HeapEvent[]): void {
    this.events.push(...events);
    const last = this.figures.at(-1);
    if (figures === null || (last !== undefined && figures.timeMs <= last.timeMs)) return;
    this.figures.push(figures);
    if (this.figures.length <= FIGURES_MAX) return;
    const kept = FIGURES_MAX / 2;
    const old = this.figures.slice(0, -kept).filter((_, i) => i % 2 === 0);
    this.figures = [...old, ...this.figures.slice(-kept)];
  }

  /** The figures at or before a moment. */
  at(timeMs: number): HeapFigures | undefined {
    return this.figures.findLast((figures) => figures.timeMs <= timeMs) ?? this.figures[0];
  }

  /** Figures of [fromMs, …), oldest first. */
  since(fromMs: number): HeapFigures[] {
    return this.figures.filter(({ timeMs }) => timeMs >= fromMs);
  }
}
