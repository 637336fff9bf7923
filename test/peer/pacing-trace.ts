/**
 * A restart drill as an allocation trace, with a collection only before each hourly reading: what
 * else is collected is the pacer's affair.
 *
 * 2,000 series, windows of 4 hours, 8 kept; chunk sizes lognormal around 1.9 KB, growing linearly.
 * The process starts in the middle of a window. Lines that change no capacity are left out.
 *
 * Units: bytes, ticks of 2 minutes.
 */
import { Prng } from "../../src/base/prng.ts";
import type { GoRules } from "../../src/heap/go-rules.ts";
import { grownCapacity } from "../../src/heap/growth.ts";

const SERIES = 2_000;
const KEPT = 8;
const TICKS_PER_HOUR = 30;
const TICKS_PER_WINDOW = 4 * TICKS_PER_HOUR;
const SLOTS = KEPT + 1;
const FIRST_CAPACITY = 128;

/** The trace of `hours` hours; from `restoredHour` on when given, starting with a restore. */
export class PacingTrace {
  private readonly lines: string[] = [];
  private readonly random = new Prng(1);
  private readonly medians: number[] = [];
  private readonly capacities = new Map<number, number>();
  private readonly rules: GoRules;

  constructor(rules: GoRules) {
    this.rules = rules;
    for (let s = 0; s < SERIES; s++)
      this.medians.push(1900 * Math.exp(0.35 * this.random.normal()));
  }

  /** Hours of ingestion from an empty process. */
  ingest(hours: number): string {
    this.run(TICKS_PER_WINDOW / 2, hours);
    return this.text();
  }

  /** Exact capacities in random order, then hours of ingestion: the incident. */
  restored(hours: number): string {
    const start = TICKS_PER_WINDOW * 9 + TICKS_PER_WINDOW / 2;
    const open = Math.floor(start / TICKS_PER_WINDOW);
    const chunks: [series: number, window: number][] = [];
    for (let s = 0; s < SERIES; s++) {
      for (let w = open - KEPT + 1; w <= open; w++) chunks.push([s, w]);
    }
    for (let i = chunks.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [chunks[i], chunks[j]] = [chunks[j]!, chunks[i]!];
    }
    for (const [s, w] of chunks) {
      const length = Math.ceil(w === open ? this.size(s, w) / 2 : this.size(s, w));
      this.make(s, w, length);
      this.lines.push(`w ${this.id(s, w)} ${length}`);
    }
    this.lines.push("gc", "stat restored");
    this.run(start, hours);
    return this.text();
  }

  private run(start: number, hours: number): void {
    for (let tick = start + 1; tick <= start + hours * TICKS_PER_HOUR; tick++) {
      const window = Math.floor(tick / TICKS_PER_WINDOW);
      const part = ((tick % TICKS_PER_WINDOW) + 1) / TICKS_PER_WINDOW;
      for (let s = 0; s < SERIES; s++) this.step(s, window, part);
      const done = tick - start;
      if (done % TICKS_PER_HOUR === 0) this.lines.push("gc", `stat h${done / TICKS_PER_HOUR}`);
    }
  }

  private step(series: number, window: number, part: number): void {
    const id = this.id(series, window);
    if (part * TICKS_PER_WINDOW < 1.5) {
      if (this.capacities.delete(this.id(series, window - KEPT))) {
        this.lines.push(`f ${this.id(series, window - KEPT)}`);
      }
    }
    if (!this.capacities.has(id)) this.make(series, window, FIRST_CAPACITY);
    const length = Math.ceil(this.size(series, window) * part);
    let capacity = this.capacities.get(id)!;
    if (length <= capacity) return;
    while (capacity < length) capacity = grownCapacity(this.rules, capacity, capacity + 1);
    this.capacities.set(id, capacity);
    this.lines.push(`w ${id} ${length}`);
  }

  private make(series: number, window: number, capacity: number): void {
    this.capacities.set(this.id(series, window), capacity);
    this.lines.push(`a ${this.id(series, window)} ${capacity}`);
  }

  private id(series: number, window: number): number {
    return series * SLOTS + (window % SLOTS);
  }

  /** Size of a full chunk: 6 % jitter around the series' own. */
  private size(series: number, window: number): number {
    const jitter = Math.sin(series * 12.9898 + window * 78.233) * 0.06;
    return this.medians[series]! * (1 + jitter);
  }

  private text(): string {
    return `${this.lines.join("\n")}\n`;
  }
}
