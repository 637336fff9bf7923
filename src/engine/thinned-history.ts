/**
 * A history with a bound: everything at first, then every second, fourth, eighth frame.
 *
 * I1  Holds at most `capacity` frames, times rising; neighbours lie at least intervalMs apart.
 * I2  When it is full and reaches back spanMs, the oldest eighth goes, unless what stays would not
 *     reach back half of that. Else every second frame goes, but not the oldest, and intervalMs
 *     doubles.
 *
 * Units: …Ms milliseconds since the epoch, spanMs and intervalMs durations.
 */
import { assert } from "../base/assert.ts";

/** Anything with a time. */
export interface TimedFrame {
  readonly timeMs: number;
}

const OLDEST_PART = 8;

export class ThinnedHistory<Frame extends TimedFrame> {
  private kept: Frame[] = [];
  private readonly capacity: number;
  private readonly spanMs: number;
  private interval: number;

  constructor(capacity: number, intervalMs: number, spanMs: number) {
    assert(capacity >= OLDEST_PART && intervalMs > 0, "a history has room and an interval");
    this.capacity = capacity;
    this.interval = intervalMs;
    this.spanMs = spanMs;
  }

  /** All frames, oldest first. */
  get frames(): readonly Frame[] {
    return this.kept;
  }

  /** Least time between two frames now. */
  get intervalMs(): number {
    return this.interval;
  }

  /** Whether a frame of this time would be kept. */
  isDue(timeMs: number): boolean {
    const last = this.kept.at(-1);
    return last === undefined || timeMs - last.timeMs >= this.interval;
  }

  /** Keeps a frame, unless it follows too closely or is older than the newest. */
  push(frame: Frame): void {
    if (!this.isDue(frame.timeMs)) return;
    if (this.kept.length === this.capacity) this.makeRoom(frame.timeMs);
    this.kept.push(frame);
  }

  /** The newest frame at or before a moment, else the oldest; undefined when there is none. */
  at(timeMs: number): Frame | undefined {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.kept[middle]!.timeMs <= timeMs) low = middle + 1;
      else high = middle;
    }
    return this.kept[Math.max(0, low - 1)];
  }

  private makeRoom(nowMs: number): void {
    const stays = Math.ceil(this.capacity / OLDEST_PART);
    const reachMs = nowMs - this.kept[0]!.timeMs;
    if (reachMs >= this.spanMs && nowMs - this.kept[stays]!.timeMs >= this.spanMs / 2) {
      this.kept = this.kept.slice(stays);
      return;
    }
    // The newest stays: the one that follows keeps its distance from it.
    const newest = this.kept.length - 1;
    this.kept = this.kept.filter((_, i) => i === 0 || (newest - i) % 2 === 0);
    this.interval *= 2;
  }
}
