/**
 * Everything on one clock: the heap's figures as two charts, marks for what happened, and a
 * scrubber that goes back through the recorded past.
 *
 * Units: …Ms milliseconds since the epoch; charts count seconds.
 */
import type { HeapEventKind, HeapFigures } from "../../http/api-types.ts";
import { Chart } from "../base/chart.ts";
import { type ChartMark, markSample } from "../base/chart-marks.ts";
import { el, segments, setText, swatch } from "../base/element.ts";
import { bytesText, secondText, timeText } from "../base/figure-text.ts";
import type { HeapRecord } from "./record.ts";

const MINUTE_MS = 60_000;
const RANGES = [
  ["5", "5 min"],
  ["60", "1 h"],
  ["360", "6 h"],
  ["2160", "36 h"],
] as const;
/** What each kind of event is called, and the line that marks it. */
interface EventMark {
  readonly name: string;
  readonly colour: string;
  readonly dash: readonly number[];
}

const EVENTS: Readonly<Record<HeapEventKind, EventMark>> = {
  restart: { name: "restart", colour: "restart", dash: [] },
  purge: { name: "purge", colour: "purge", dash: [5, 3] },
  snapshot: { name: "snapshot", colour: "snapshot", dash: [2, 3] },
  "snapshot-failed": { name: "snapshot failed", colour: "bad", dash: [9, 2] },
  compaction: { name: "compaction", colour: "compaction", dash: [9, 5] },
};
const KINDS = Object.keys(EVENTS) as HeapEventKind[];
const EVENTS_SHOWN = 5;
const GROUP = "heap";
const SECOND_MS = 1000;

/** Name of a figure, its colour, its value. */
type Column = readonly [string, string, (figures: HeapFigures) => number];
const UPPER: readonly Column[] = [
  ["heap_inuse", "inuse", ({ inuseBytes }) => inuseBytes],
  ["heap_alloc", "alloc", ({ allocBytes }) => allocBytes],
  ["heap_idle", "idle-line", ({ idleBytes }) => idleBytes],
  ["heap_released", "released", ({ releasedBytes }) => releasedBytes],
];
const LOWER: readonly Column[] = [["gap", "gap", (f) => f.inuseBytes - f.allocBytes]];

export class Timeline {
  readonly element: HTMLElement;
  private readonly record: HeapRecord;
  private readonly upper: Chart;
  private readonly lower: Chart;
  private readonly legend = new Map<string, HTMLElement>();
  private readonly scrubber: HTMLInputElement;
  private readonly moment = el("output", { class: "moment", for: "scrubber" });
  private readonly live: HTMLButtonElement;
  private readonly kinds = el("ul", { class: "legend", "aria-label": "marks" });
  private readonly events = el("ol", { class: "events" });
  private readonly onMoment: (timeMs: number | null) => void;
  private rangeMs = 60 * MINUTE_MS;
  private shown: HeapFigures[] = [];
  private momentMs: number | null = null;

  /** `onMoment` is told the moment that is looked at, null for the present. */
  constructor(record: HeapRecord, onMoment: (timeMs: number | null) => void) {
    this.record = record;
    this.onMoment = onMoment;
    const shared = { valueText: bytesText, group: GROUP, binary: true };
    const range = () => this.xRange();
    const onPointer = (index: number | null) => this.showValues(index);
    const onClick = (x: number) => this.look(x * SECOND_MS);
    this.upper = new Chart({
      ...shared,
      ...{ range, onPointer, onClick },
      label: "heap_inuse, heap_alloc, heap_idle and heap_released over time",
      heightPixels: 176,
      lines: UPPER.map(([label, name], i) => ({ label, colour: name, fill: i < 2 })),
      marks: () => this.marks(),
    });
    this.lower = new Chart({
      ...shared,
      ...{ range, onPointer, onClick },
      label: "the gap, heap_inuse less heap_alloc, over time",
      heightPixels: 112,
      lines: LOWER.map(([label, name]) => ({ label, colour: name, fill: true })),
      marks: () => [...this.marks(), ...this.collections()],
    });
    this.scrubber = el("input", {
      id: "scrubber",
      type: "range",
      min: 0,
      max: 1000,
      value: 1000,
      "aria-label": "moment of the recorded past",
      oninput: () => this.onScrub(),
    });
    this.live = el("button", {
      type: "button",
      class: "live-button",
      onclick: () => this.look(null),
    });
    this.live.append(el("i", { class: "dot" }), "Live");
    this.element = this.build();
  }

  /** Takes up what the record has now. */
  update(): void {
    const newest = this.record.figures.at(-1)?.timeMs ?? 0;
    this.shown = this.record.since(newest - this.rangeMs);
    const times = this.shown.map(({ timeMs }) => timeMs / SECOND_MS);
    this.upper.setData([times, ...UPPER.map(([, , of]) => this.shown.map(of))]);
    this.lower.setData([times, ...LOWER.map(([, , of]) => this.shown.map(of))]);
    if (this.momentMs === null) this.showValues(null);
    this.showMoment();
    this.showKinds();
    this.showEvents();
  }

  /** Looks at a moment, null for the present. */
  look(timeMs: number | null): void {
    const newest = this.shown.at(-1)?.timeMs ?? 0;
    this.momentMs = timeMs !== null && timeMs >= newest ? null : timeMs;
    const [from, to] = this.xRange() ?? [0, 1];
    const part = this.momentMs === null ? 1 : (this.momentMs / SECOND_MS - from) / (to - from);
    this.scrubber.value = String(Math.round(part * 1000));
    this.showMoment();
    this.showValues(null);
    this.upper.redraw();
    this.lower.redraw();
    this.onMoment(this.momentMs);
  }

  private onScrub(): void {
    const part = Number(this.scrubber.value) / 1000;
    const [from, to] = this.xRange() ?? [0, 1];
    this.look(part >= 1 ? null : (from + part * (to - from)) * SECOND_MS);
  }

  private xRange(): readonly [number, number] | null {
    const newest = this.shown.at(-1)?.timeMs;
    const oldest = this.shown[0]?.timeMs;
    if (newest === undefined || oldest === undefined) return null;
    return [Math.min(oldest, newest - MINUTE_MS) / SECOND_MS, newest / SECOND_MS];
  }

  private build(): HTMLElement {
    const entry = ([label, name]: Column) => {
      const value = el("b", { "data-figure": label });
      this.legend.set(label, value);
      return el("li", {}, swatch(`var(--${name})`), label.replace("heap_", ""), value);
    };
    const ranges = segments("range of time", RANGES, "60", (minutes) => {
      this.rangeMs = Number(minutes) * MINUTE_MS;
      this.update();
    });
    return el(
      "section",
      { class: "panel timeline", "aria-label": "on one clock" },
      el("div", { class: "panel-head" }, el("h2", {}, "On one clock"), ranges),
      el("ul", { class: "legend" }, ...UPPER.map(entry)),
      this.upper.element,
      el(
        "div",
        { class: "legends" },
        el("ul", { class: "legend" }, ...LOWER.map(entry)),
        this.kinds,
        el("p", { class: "soft" }, "ticks: GC cycles"),
      ),
      this.lower.element,
      el("div", { class: "scrub" }, this.scrubber, this.moment, this.live),
      this.events,
    );
  }

  private showValues(index: number | null): void {
    const momentary = this.momentMs === null ? this.shown.at(-1) : this.record.at(this.momentMs);
    const figures = index === null ? momentary : this.shown[index];
    for (const [label, , of] of [...UPPER, ...LOWER]) {
      const text = figures === undefined ? "–" : bytesText(of(figures));
      setText(this.legend.get(label) as HTMLElement, text);
    }
  }

  private showMoment(): void {
    const { momentMs } = this;
    this.live.setAttribute("aria-pressed", String(momentMs === null));
    setText(this.moment, momentMs === null ? "now" : timeText(momentMs));
  }

  private marks(): ChartMark[] {
    const marks: ChartMark[] = this.record.events.map(({ timeMs, kind }) => ({
      x: timeMs / SECOND_MS,
      colour: EVENTS[kind].colour,
      dash: EVENTS[kind].dash,
    }));
    if (this.momentMs !== null) {
      marks.push({ x: this.momentMs / SECOND_MS, colour: "ink" });
    }
    return marks;
  }

  /** A tick for each reading after which collections had been more. */
  private collections(): ChartMark[] {
    const risen = this.shown.filter((now, i) => {
      const before = this.shown[i - 1];
      return before !== undefined && now.gcCount > before.gcCount;
    });
    return risen.map(({ timeMs }) => ({
      x: timeMs / SECOND_MS,
      colour: "muted",
      isTick: true,
    }));
  }

  /** Which lines stand for what, of the kinds that are in the range. */
  private showKinds(): void {
    const [from, to] = this.xRange() ?? [0, 0];
    const inRange = this.record.events.filter(
      ({ timeMs }) => timeMs / SECOND_MS >= from && timeMs / SECOND_MS <= to,
    );
    const there = KINDS.filter((kind) => inRange.some((event) => event.kind === kind));
    if (this.kinds.dataset["kinds"] === there.join()) return;
    this.kinds.dataset["kinds"] = there.join();
    this.kinds.replaceChildren(
      ...there.map((kind) => {
        const { name, colour, dash } = EVENTS[kind];
        return el("li", {}, markSample(colour, dash), name);
      }),
    );
  }

  private showEvents(): void {
    const newest = this.record.events.slice(-EVENTS_SHOWN).reverse();
    const key = newest.map(({ timeMs }) => timeMs).join();
    if (this.events.dataset["key"] === key) return;
    this.events.dataset["key"] = key;
    this.events.replaceChildren(
      ...newest.map(({ timeMs, kind, text }) =>
        el(
          "li",
          {},
          markSample(EVENTS[kind].colour, EVENTS[kind].dash),
          el("time", {}, secondText(timeMs)),
          el("b", {}, EVENTS[kind].name),
          el("span", { class: "soft" }, text),
        ),
      ),
    );
  }
}
