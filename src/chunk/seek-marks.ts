/**
 * Seek marks: the decoder's state at some samples of a chunk, so that a read starts near its range.
 *
 * A mark with count c is the state after c samples: the next bit to read belongs to sample c. The
 * marks of a chunk are a list, newest first, whose head is in the chunk's record.
 *
 * I1  Counts fall strictly along a list and are multiples of 30; so do the bit positions.
 * I2  A mark whose count is no multiple of 120 is one of the two newest of its list: fine marks
 *     roll along with the tail, the others stay until the chunk is released.
 * I3  A free record is linked through `older` from the free list.
 * I4  A moment that does not fit (the chunk spans more than 2^32 ms) gets no mark.
 *
 * 28 bytes a mark in one shared buffer; growing replaces its view, in grow() alone.
 *
 * Units: positions are bits from the start of the stream; offsets and deltas are milliseconds.
 */
import { assert } from "../base/assert.ts";
import { GrowingBuffer } from "../heap/growing-buffer.ts";
import { FINE_MARK_SAMPLES } from "../kernel/code/layout.ts";
import {
  MARK_DELTA,
  MARK_POSITION,
  MARK_SAMPLES as MARK_SAMPLES_BYTE,
  MARK_STATE_BYTES,
  MARK_TIME_OFFSET,
  MARK_VALUE_HIGH,
  MARK_VALUE_LOW,
} from "./saved-state.ts";

/** "No mark" in every link. */
export const NO_MARK = 0xffffffff;
/** Samples between two marks that stay. */
export const MARK_SAMPLES = 120;

const UINT32_RANGE = 2 ** 32;

const MARK_WORDS = 7;
const OLDER = 0;
const TIME_OFFSET = 1;
const DELTA = 2;
const VALUE_HIGH = 3;
const VALUE_LOW = 4;
const POSITION = 5;
// Sample count in the low 16 bits, then 5 bits of the XOR window's leading zeros, 7 of its size.
const PACKED = 6;

// Words of a mark in a saved state. In its last one the window's size starts at bit 24.
const SAVED_WORDS = MARK_STATE_BYTES / 4;
const SAVED_TIME_OFFSET = MARK_TIME_OFFSET / 4;
const SAVED_DELTA = MARK_DELTA / 4;
const SAVED_LOW = MARK_VALUE_LOW / 4;
const SAVED_HIGH = MARK_VALUE_HIGH / 4;
const SAVED_POSITION = MARK_POSITION / 4;
const SAVED_PACKED = MARK_SAMPLES_BYTE / 4;

export class SeekMarks {
  private words: Uint32Array = new Uint32Array(0);
  private readonly buffer = new GrowingBuffer();
  private recordCapacity = 0;
  private recordCount = 0;
  private free = NO_MARK;
  private live = 0;

  /** Bytes of the shared buffer. */
  get bytes(): number {
    return this.words.byteLength;
  }

  /** Marks alive. */
  get count(): number {
    return this.live;
  }

  /** The next older mark of the same chunk, or NO_MARK. */
  olderOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + OLDER]!;
  }

  /** Time of the mark's last sample, counted from the chunk's first. */
  timeOffsetOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + TIME_OFFSET]!;
  }

  /** Time between the mark's last two samples. */
  deltaOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + DELTA]!;
  }

  valueHighOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + VALUE_HIGH]!;
  }

  valueLowOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + VALUE_LOW]!;
  }

  /** First bit behind the mark's last sample. */
  positionOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + POSITION]!;
  }

  /** Samples in front of the mark. */
  countOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + PACKED]! & 0xffff;
  }

  /** Leading zero bits of the XOR window; 0 when there is none. */
  leadingOf(mark: number): number {
    return (this.words[Math.imul(mark, MARK_WORDS) + PACKED]! >>> 16) & 31;
  }

  /** Bits of the XOR window; 0 when there is none. */
  sizeOf(mark: number): number {
    return this.words[Math.imul(mark, MARK_WORDS) + PACKED]! >>> 21;
  }

  /**
   * Adds a mark in front of the list that starts at `newest` and lets a fine mark that is no
   * longer among the two newest go (its record is taken for the new one). Returns the new head.
   */
  push(
    newest: number,
    count: number,
    timeOffsetMs: number,
    deltaMs: number,
    valueHigh: number,
    valueLow: number,
    position: number,
    leading: number,
    size: number,
  ): number {
    if (timeOffsetMs >= UINT32_RANGE || deltaMs >= UINT32_RANGE) return newest;
    assert(newest === NO_MARK || this.countOf(newest) < count, "marks are added in order");
    const mark = this.takeStale(newest);
    const at = Math.imul(mark, MARK_WORDS);
    this.words[at + OLDER] = newest;
    this.words[at + TIME_OFFSET] = timeOffsetMs;
    this.words[at + DELTA] = deltaMs;
    this.words[at + VALUE_HIGH] = valueHigh;
    this.words[at + VALUE_LOW] = valueLow;
    this.words[at + POSITION] = position;
    this.words[at + PACKED] = count | (leading << 16) | (size << 21);
    return mark;
  }

  /**
   * Makes the list of a saved chunk: `count` marks as saved-state.ts lays them out, from `word` of
   * `saved` on, oldest first. Their counts and positions must rise. Returns the head.
   */
  pushSaved(saved: Uint32Array, word: number, count: number): number {
    let newest = NO_MARK;
    for (let i = 0, at = word; i < count; i++, at += SAVED_WORDS) {
      const mark = this.takeStale(newest);
      const { words } = this;
      const to = Math.imul(mark, MARK_WORDS);
      const packed = saved[at + SAVED_PACKED]!;
      words[to + OLDER] = newest;
      words[to + TIME_OFFSET] = saved[at + SAVED_TIME_OFFSET]!;
      words[to + DELTA] = saved[at + SAVED_DELTA]!;
      words[to + VALUE_HIGH] = saved[at + SAVED_HIGH]!;
      words[to + VALUE_LOW] = saved[at + SAVED_LOW]!;
      words[to + POSITION] = saved[at + SAVED_POSITION]!;
      words[to + PACKED] = (packed & 0xffffff) | ((packed >>> 24) << 21);
      newest = mark;
    }
    return newest;
  }

  /** Frees the whole list that starts at `newest`. */
  releaseAll(newest: number): void {
    for (let mark = newest; mark !== NO_MARK; ) {
      const older = this.olderOf(mark);
      this.release(mark);
      mark = older;
    }
  }

  /** Takes the second mark of the list when it need not stay, else a free record. */
  private takeStale(newest: number): number {
    if (newest !== NO_MARK) {
      const second = this.olderOf(newest);
      if (second !== NO_MARK && this.countOf(second) % MARK_SAMPLES !== 0) {
        this.words[Math.imul(newest, MARK_WORDS) + OLDER] = this.olderOf(second);
        return second;
      }
    }
    return this.take();
  }

  private take(): number {
    this.live++;
    if (this.free !== NO_MARK) {
      const mark = this.free;
      this.free = this.olderOf(mark);
      return mark;
    }
    if (this.recordCount === this.recordCapacity) this.grow();
    return this.recordCount++;
  }

  private release(mark: number): void {
    assert(this.live > 0, "more marks released than made");
    this.words[Math.imul(mark, MARK_WORDS) + OLDER] = this.free;
    this.free = mark;
    this.live--;
  }

  private grow(): void {
    this.recordCapacity = Math.max(1024, this.recordCapacity * 2);
    this.buffer.ensure(this.recordCapacity * MARK_WORDS * 4);
    this.words = new Uint32Array(this.buffer.buffer);
  }

  /** Checks I3 and that exactly `reachable` marks are in lists. */
  verify(reachable: number): void {
    let freeCount = 0;
    for (let mark = this.free; mark !== NO_MARK; mark = this.olderOf(mark)) {
      freeCount++;
      assert(freeCount <= this.recordCount, "free list of marks has a loop");
    }
    assert(this.live === reachable, "marks were lost");
    assert(this.live + freeCount === this.recordCount, "marks are neither live nor free");
  }

  /** Checks I1 and I2 of one list; returns its length. */
  verifyList(newest: number, sampleCount: number, bitLength: number): number {
    let length = 0;
    let countBound = sampleCount + 1;
    let positionBound = bitLength + 1;
    for (let mark = newest; mark !== NO_MARK; mark = this.olderOf(mark)) {
      const count = this.countOf(mark);
      assert(count < countBound && count > 0, "counts of marks do not fall");
      assert(this.positionOf(mark) < positionBound, "positions of marks do not fall");
      assert(count % FINE_MARK_SAMPLES === 0, "mark in an odd place");
      assert(length < 2 || count % MARK_SAMPLES === 0, "fine mark far from the tail");
      countBound = count;
      positionBound = this.positionOf(mark);
      length++;
    }
    return length;
  }
}
