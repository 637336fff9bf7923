/**
 * The series of a matrix as columns, and many series' points in one page: V8's collections look at
 * each object, each buffer and each view there is.
 *
 * I1  The room of a series is nobody else's and all zero at first; it keeps its page.
 * I2  A series is an object only while somebody has asked for it, and so are views of its points:
 *     there may be millions of series with a point or two.
 * I3  A native histogram has its index among those of the matrix where a float has its value.
 *
 * Units: lengths are points; times are milliseconds since the epoch.
 */
import { NumberPages } from "../../base/number-pages.ts";
import { NumberSet } from "../../base/number-set.ts";
import { LabelSets } from "../../series/label-sets.ts";
import type { Labels } from "../../series/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { HistogramPages } from "../histogram/histogram-pages.ts";
import type { Indexed, ResultMatrix, ResultSeries } from "../result/query-result.ts";
import { HISTOGRAM, type StepColumn } from "./step-column.ts";

/** Length of the first page and of a page, unless one series has more. */
const FIRST_LENGTH = 1024;
const PAGE_LENGTH = 32 * 1024;

interface Page {
  /** Those of its points, or of every series in it. */
  readonly times: Float64Array;
  readonly sharesTimes: boolean;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
}

/** A series whose points lie in a page. */
export class PagedSeries implements ResultSeries {
  readonly labels: Labels;
  /** Those of the matrix; null when the series has none. */
  private readonly native: HistogramPages | null;
  private readonly page: Page;
  private readonly from: number;
  private readonly length: number;

  constructor(
    labels: Labels,
    native: HistogramPages | null,
    page: Page,
    from: number,
    length: number,
  ) {
    this.labels = labels;
    this.native = native;
    this.page = page;
    this.from = from;
    this.length = length;
  }

  get histograms(): Indexed<FloatHistogram> | null {
    const { native, length } = this;
    return native && { length, at: (point) => this.histogramAt(native, point) };
  }

  get times(): Float64Array {
    const { times, sharesTimes } = this.page;
    return sharesTimes ? times : times.subarray(this.from, this.from + this.length);
  }

  get values(): Float64Array {
    return this.page.values.subarray(this.from, this.from + this.length);
  }

  get kinds(): Uint8Array {
    return this.page.kinds.subarray(this.from, this.from + this.length);
  }

  /** Sets a point of a series that has times of its own. */
  put(point: number, timeMs: number, value: number, kind: number): void {
    const { page } = this;
    const at = this.from + point;
    page.times[at] = timeMs;
    page.values[at] = value;
    page.kinds[at] = kind;
  }

  /** Sets the histogram of a point that has one as its kind: that of a step of a column. */
  putHistogramOf(point: number, column: StepColumn, step: number): void {
    this.page.values[this.from + point] = column.addHistogramTo(this.native!, step);
  }

  /** The same of one by itself. */
  putHistogram(point: number, histogram: FloatHistogram): void {
    this.page.values[this.from + point] = this.native!.add(histogram);
  }

  private histogramAt(native: HistogramPages, point: number): FloatHistogram | undefined {
    const at = this.from + point;
    return this.page.kinds[at] === HISTOGRAM ? native.at(this.page.values[at]!) : undefined;
  }
}

/** The page that series of one kind are added to. */
interface OpenPage {
  /** The times of all its series; null = each has its own. */
  readonly sharedTimes: Float64Array | null;
  /** Its index, and how many of its points are taken. */
  index: number;
  used: number;
  nextLength: number;
}

export class PagedMatrix implements ResultMatrix {
  length = 0;
  readonly labels = new LabelSets();
  private readonly pages: Page[] = [];
  /** By series: its page, where its points begin there, and how many there are. */
  private readonly pageOf = new NumberPages(0);
  private readonly firstOf = new NumberPages(0);
  private readonly lengthOf = new NumberPages(0);
  private readonly native = new HistogramPages();
  /** The series that have histograms. */
  private readonly withHistograms = new NumberSet<number>();
  private readonly steps: OpenPage | null;
  private readonly points: OpenPage;

  /** `times` are those of the series with a point for each step, if there may be some. */
  constructor(times: Float64Array | null) {
    this.steps = times && this.openPage(times);
    this.points = this.openPage(null);
  }

  /** A new series with a point for each step, some with histograms or none. */
  addSteps(labels: Labels, hasHistograms: boolean): PagedSeries {
    const steps = this.steps!;
    return this.add(labels, steps.sharedTimes!.length, hasHistograms, steps);
  }

  /** A new series with so many points that have times of their own. */
  addPoints(labels: Labels, length: number, hasHistograms: boolean): PagedSeries {
    return this.add(labels, length, hasHistograms, this.points);
  }

  at(index: number): PagedSeries {
    const native = this.withHistograms.has(index) ? this.native : null;
    const page = this.pages[this.pageOf.get(index)]!;
    const first = this.firstOf.get(index);
    return new PagedSeries(this.labels.at(index), native, page, first, this.lengthOf.get(index));
  }

  private add(labels: Labels, length: number, hasHistograms: boolean, open: OpenPage): PagedSeries {
    if (open.used + length > this.pages[open.index]!.values.length) this.turn(open, length);
    const index = this.length++;
    this.labels.push(labels);
    this.pageOf.set(index, open.index);
    this.firstOf.set(index, open.used);
    this.lengthOf.set(index, length);
    if (hasHistograms) this.withHistograms.add(index);
    open.used += length;
    return this.at(index);
  }

  private openPage(sharedTimes: Float64Array | null): OpenPage {
    const index = this.pages.push(newPage(sharedTimes, 0)) - 1;
    return { sharedTimes, index, used: 0, nextLength: FIRST_LENGTH };
  }

  /** Goes on in a new page, which has room for so many points at least. */
  private turn(open: OpenPage, length: number): void {
    const page = newPage(open.sharedTimes, Math.max(length, open.nextLength));
    open.index = this.pages.push(page) - 1;
    open.nextLength = Math.min(PAGE_LENGTH, 2 * open.nextLength);
    open.used = 0;
  }
}

function newPage(sharedTimes: Float64Array | null, length: number): Page {
  return {
    times: sharedTimes ?? new Float64Array(length),
    sharesTimes: sharedTimes !== null,
    values: new Float64Array(length),
    kinds: new Uint8Array(length),
  };
}
