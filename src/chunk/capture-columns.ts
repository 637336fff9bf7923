/**
 * What is captured of chunks, as columns: 92 bytes a chunk, in pages.
 *
 * I1  Captures lie in pages; only the first of them ever grows, so that no capture waits for very
 *     many to be copied.
 * I2  What is handed over is gone here: its buffers go to another thread as they are.
 *
 * Units: times are milliseconds; lengths are bytes.
 */
import { longerFloats, longerWords } from "../base/longer-columns.ts";

/** Words of a capture, and where each is. */
export const CAPTURE_WORDS = 15;
export const REGION = 0;
export const OFFSET = 1;
export const BYTE_LENGTH = 2;
export const COUNT = 3;
export const LAST_HIGH = 4;
export const LAST_LOW = 5;
export const MARK_COUNT = 6;
export const MARK_POSITION = 7;
export const MARK_HIGH = 8;
export const MARK_LOW = 9;
export const MARK_LEADING = 10;
export const MARK_SIZE = 11;
export const BIT_LENGTH = 12;
export const KIND = 13;
export const IS_GAUGE = 14;

/** Times of a capture, and where each is. */
export const CAPTURE_TIMES = 4;
export const FIRST_TIME = 0;
export const LAST_TIME = 1;
export const MARK_TIME = 2;
export const MARK_BEFORE = 3;

const FIRST_CAPTURES = 16;
/** A page has 4096 captures, 368 KiB. */
const PAGE_BITS = 12;
const PAGE_CAPTURES = 1 << PAGE_BITS;

/** Captures on their way to another thread. */
export interface CapturePages {
  readonly count: number;
  readonly words: readonly Uint32Array<ArrayBuffer>[];
  readonly times: readonly Float64Array<ArrayBuffer>[];
}

const EMPTY: CapturePages = {
  count: 0,
  words: [new Uint32Array(0)],
  times: [new Float64Array(0)],
};

export class CaptureColumns {
  /** Columns of the page that is open: capture `place` of it starts at place × CAPTURE_WORDS. */
  words: Uint32Array<ArrayBuffer>;
  times: Float64Array<ArrayBuffer>;
  private readonly wordPages: Uint32Array<ArrayBuffer>[];
  private readonly timePages: Float64Array<ArrayBuffer>[];
  private openPage = 0;
  private used: number;

  /** Columns without captures, or with those that another thread has handed over. */
  constructor({ count, words, times }: CapturePages = EMPTY) {
    this.used = count;
    this.wordPages = [...words];
    this.timePages = [...times];
    this.words = this.wordPages[0]!;
    this.times = this.timePages[0]!;
  }

  get count(): number {
    return this.used;
  }

  /** Opens the page of capture `index`; returns its place in there. */
  open(index: number): number {
    const page = index >>> PAGE_BITS;
    if (page !== this.openPage) {
      this.openPage = page;
      this.words = this.wordPages[page]!;
      this.times = this.timePages[page]!;
    }
    return index & (PAGE_CAPTURES - 1);
  }

  /** Makes one more capture and opens its page; returns its place in there. */
  add(): number {
    this.makeRoom();
    return this.open(this.used++);
  }

  /** Makes room for `captures`, if that many come; more may. */
  expect(captures: number): void {
    const wanted = Math.min(captures, PAGE_CAPTURES);
    if (wanted > this.firstPageCaptures) this.resizeFirstPage(wanted);
  }

  /** Gives the captures away, and their buffers into `buffers`; nothing is read here after that. */
  handOver(buffers: ArrayBuffer[]): CapturePages {
    if (this.used === 0) return EMPTY;
    for (const words of this.wordPages) buffers.push(words.buffer);
    for (const times of this.timePages) buffers.push(times.buffer);
    return { count: this.used, words: this.wordPages, times: this.timePages };
  }

  private get firstPageCaptures(): number {
    return this.timePages[0]!.length / CAPTURE_TIMES;
  }

  /** Makes room for one capture. */
  private makeRoom(): void {
    if (this.used < this.firstPageCaptures) return;
    if (this.used < PAGE_CAPTURES) {
      const captures = Math.max(FIRST_CAPTURES, this.firstPageCaptures * 2);
      this.resizeFirstPage(Math.min(captures, PAGE_CAPTURES));
    } else if ((this.used & (PAGE_CAPTURES - 1)) === 0) {
      this.wordPages.push(new Uint32Array(PAGE_CAPTURES * CAPTURE_WORDS));
      this.timePages.push(new Float64Array(PAGE_CAPTURES * CAPTURE_TIMES));
    }
  }

  private resizeFirstPage(captures: number): void {
    const words = longerWords(this.wordPages[0]!, captures * CAPTURE_WORDS);
    const times = longerFloats(this.timePages[0]!, captures * CAPTURE_TIMES);
    this.wordPages[0] = words;
    this.timePages[0] = times;
    if (this.openPage === 0) {
      this.words = words;
      this.times = times;
    }
  }
}
