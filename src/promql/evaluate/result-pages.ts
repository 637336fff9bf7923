/**
 * Where the points of a result's series lie: many series in one page, since V8's collections look
 * at each buffer and each view there is.
 *
 * I1  The room of a series is nobody else's and all zero at first; it keeps its page.
 * I2  Views of a series' points are made when they are asked for: millions of series with a point
 *     or two would else keep three each until the text is written.
 *
 * Units: lengths are points; times are milliseconds since the epoch.
 */
import type { Labels } from "../../series/labels.ts";
import type { ResultSeries } from "../result/query-result.ts";

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

type Histograms = ResultSeries["histograms"];

/** A series whose points lie in a page. */
export class PagedSeries implements ResultSeries {
  readonly labels: Labels;
  readonly histograms: Histograms;
  private readonly page: Page;
  private readonly from: number;
  private readonly length: number;

  constructor(labels: Labels, histograms: Histograms, page: Page, from: number, length: number) {
    this.labels = labels;
    this.histograms = histograms;
    this.page = page;
    this.from = from;
    this.length = length;
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
}

export class ResultPages {
  private readonly sharedTimes: Float64Array | null;
  private page: Page;
  /** Points of the page that are taken. */
  private used = 0;
  private nextLength = FIRST_LENGTH;

  /** `sharedTimes` are the times of all series; null = each has its own. */
  constructor(sharedTimes: Float64Array | null) {
    this.sharedTimes = sharedTimes;
    this.page = this.newPage(0);
  }

  /** A series with room for so many points. */
  add(labels: Labels, length: number, histograms: Histograms): PagedSeries {
    if (this.used + length > this.page.values.length) {
      this.page = this.newPage(Math.max(length, this.nextLength));
      this.nextLength = Math.min(PAGE_LENGTH, 2 * this.nextLength);
      this.used = 0;
    }
    const series = new PagedSeries(labels, histograms, this.page, this.used, length);
    this.used += length;
    return series;
  }

  private newPage(length: number): Page {
    return {
      times: this.sharedTimes ?? new Float64Array(length),
      sharesTimes: this.sharedTimes !== null,
      values: new Float64Array(length),
      kinds: new Uint8Array(length),
    };
  }
}
