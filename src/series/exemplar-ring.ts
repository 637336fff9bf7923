/**
 * Exemplars: the newest `capacity` of all series, in one ring.
 *
 * I1  Exemplar number n of all lies in slot n modulo capacity, until the one that takes the slot
 *     pushes it out. Numbers count from 0 in the order of arrival.
 * I2  Exemplars of a series rise: by time, at one time by value, at one value by their labels'
 *     bytes. They are chained from `oldest` to `newest` through `later`.
 * I3  A slot whose exemplar was forgotten with its series belongs to nobody; its text stays in the
 *     ring of texts until the slot is taken again.
 *
 * Labels are canonical label bytes (label-bytes.ts), values the 64 raw bits as two words.
 *
 * Units: times are milliseconds since the epoch; text positions and lengths are bytes.
 */
import { assert } from "../base/assert.ts";
import type { SeriesRef } from "../base/units.ts";
import { ByteRing } from "./byte-ring.ts";
import { ExemplarCode } from "./exemplar-code.ts";
import { compareBytes } from "./label-bytes.ts";
import { NO_SERIES } from "./series-table.ts";

export const NO_EXEMPLAR = 0xffffffff;
const FIRST_SLOTS = 64;
const FIRST_SERIES = 1024;

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);

/** The number that two words are. */
function numberOf(high: number, low: number): number {
  words[0] = low;
  words[1] = high;
  return double[0]!;
}

function grown<Column extends Uint32Array | Uint16Array | Float64Array>(
  column: Column,
  length: number,
): Column {
  const larger = new (column.constructor as new (length: number) => Column)(length);
  larger.set(column);
  return larger;
}

export class ExemplarRing {
  /** Exemplars held at most; 0 holds none. */
  readonly capacity: number;
  /** Exemplars held, and series that have some. */
  count = 0;
  seriesCount = 0;
  private next = 0;
  private series = new Uint32Array(FIRST_SLOTS);
  private times = new Float64Array(FIRST_SLOTS);
  private valueHigh = new Uint32Array(FIRST_SLOTS);
  private valueLow = new Uint32Array(FIRST_SLOTS);
  private textAt = new Float64Array(FIRST_SLOTS);
  private textLength = new Uint16Array(FIRST_SLOTS);
  private later = new Uint32Array(FIRST_SLOTS);
  private oldest = new Uint32Array(0);
  private newest = new Uint32Array(0);
  private readonly texts = new ByteRing();
  private scratch = new Uint8Array(1024);

  constructor(capacity: number) {
    assert(capacity < NO_EXEMPLAR, "more exemplars than slots can be numbered");
    this.capacity = capacity;
  }

  /** Number of the oldest exemplar that may still be held, and the one behind the newest. */
  get firstNumber(): number {
    return Math.max(0, this.next - this.capacity);
  }

  get endNumber(): number {
    return this.next;
  }

  /** Time of the exemplar that goes next, 0 when none is held. */
  get oldestTimeMs(): number {
    for (let number = this.firstNumber; number < this.next; number++) {
      const slot = this.slotOf(number);
      if (slot !== NO_EXEMPLAR) return this.times[slot]!;
    }
    return 0;
  }

  /** Bytes of label text held. */
  get textBytes(): number {
    return this.texts.heldBytes;
  }

  /** The slot of a number in [firstNumber, endNumber); NO_EXEMPLAR when it was forgotten. */
  slotOf(number: number): number {
    const slot = number % this.capacity;
    return this.series[slot] === NO_SERIES ? NO_EXEMPLAR : slot;
  }

  /** The oldest exemplar of a series, or NO_EXEMPLAR. */
  oldestOf(series: SeriesRef): number {
    return this.oldest[series] ?? NO_EXEMPLAR;
  }

  /** The newest exemplar of a series, or NO_EXEMPLAR. */
  newestOf(series: SeriesRef): number {
    return this.newest[series] ?? NO_EXEMPLAR;
  }

  /** The next later exemplar of the same series, or NO_EXEMPLAR. */
  laterOf(slot: number): number {
    return this.later[slot]!;
  }

  /** The number of the exemplar that has taken the slot last; when it is held, seriesOf() tells. */
  numberAt(slot: number): number {
    const last = this.next - 1;
    return last - ((last - slot) % this.capacity);
  }

  seriesOf(slot: number): SeriesRef {
    return this.series[slot]! as SeriesRef;
  }

  timeOf(slot: number): number {
    return this.times[slot]!;
  }

  valueHighOf(slot: number): number {
    return this.valueHigh[slot]!;
  }

  valueLowOf(slot: number): number {
    return this.valueLow[slot]!;
  }

  valueOf(slot: number): number {
    return numberOf(this.valueHigh[slot]!, this.valueLow[slot]!);
  }

  textLengthOf(slot: number): number {
    return this.textLength[slot]!;
  }

  /** Canonical label bytes of an exemplar, `textLengthOf` of them: valid until the next call. */
  textOf(slot: number): Uint8Array {
    const length = this.textLength[slot]!;
    if (length > this.scratch.length) this.scratch = new Uint8Array(length * 2);
    this.texts.copyTo(this.scratch, this.textAt[slot]!, length);
    return this.scratch;
  }

  /** Adds an exemplar of a live series with the canonical labels `text[from, to)`. */
  add(
    series: SeriesRef,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    from: number,
    to: number,
  ): ExemplarCode {
    if (this.capacity === 0) return ExemplarCode.disabled;
    assert(to - from <= 0xffff, "exemplar labels are longer than any that is valid");
    const newest = this.newestOf(series);
    if (newest !== NO_EXEMPLAR) {
      const order = this.orderOf(newest, timeMs, high, low, text, from, to);
      if (order === 0) return ExemplarCode.unchanged;
      if (order < 0) return ExemplarCode.outOfOrder;
    }
    const slot = this.takeSlot();
    this.series[slot] = series;
    this.times[slot] = timeMs;
    this.valueHigh[slot] = high;
    this.valueLow[slot] = low;
    this.textAt[slot] = this.texts.push(text, from, to);
    this.textLength[slot] = to - from;
    this.later[slot] = NO_EXEMPLAR;
    this.count++;
    this.chain(series, slot);
    return ExemplarCode.stored;
  }

  /** Forgets the exemplars of a series that goes. */
  forget(series: SeriesRef): void {
    let slot = this.oldestOf(series);
    if (slot === NO_EXEMPLAR) return;
    for (; slot !== NO_EXEMPLAR; slot = this.later[slot]!) {
      this.series[slot] = NO_SERIES;
      this.count--;
    }
    this.oldest[series] = NO_EXEMPLAR;
    this.newest[series] = NO_EXEMPLAR;
    this.seriesCount--;
  }

  /** Where something stands beside the exemplar in a slot: 0 the same, above 0 behind it. */
  private orderOf(
    slot: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    from: number,
    to: number,
  ): number {
    if (timeMs !== this.times[slot]!) return timeMs - this.times[slot]!;
    if (high !== this.valueHigh[slot] || low !== this.valueLow[slot]) {
      const value = numberOf(high, low);
      const other = this.valueOf(slot);
      if (value < other) return -1;
      // Two different kinds of NaN, or a NaN and a number, have no order: both are kept.
      if (value !== other) return 1;
    }
    return compareBytes(text, from, to, this.textOf(slot), 0, this.textLength[slot]!);
  }

  /** The slot of the next number, empty. */
  private takeSlot(): number {
    const slot = this.next % this.capacity;
    if (this.next >= this.capacity) this.pushOut(slot);
    else if (slot === this.times.length) this.extend();
    this.next++;
    return slot;
  }

  /** Empties the slot of the oldest exemplar. */
  private pushOut(slot: number): void {
    this.texts.dropBefore(this.textAt[slot]! + this.textLength[slot]!);
    const series = this.seriesOf(slot);
    if (series === NO_SERIES) return;
    assert(this.oldest[series] === slot, "the oldest exemplar is not its series' oldest");
    this.count--;
    this.oldest[series] = this.later[slot]!;
    if (this.newest[series] !== slot) return;
    this.newest[series] = NO_EXEMPLAR;
    this.seriesCount--;
  }

  private chain(series: SeriesRef, slot: number): void {
    if (series >= this.newest.length) this.extendSeries(series);
    const before = this.newest[series]!;
    this.newest[series] = slot;
    if (before !== NO_EXEMPLAR) this.later[before] = slot;
    else {
      this.oldest[series] = slot;
      this.seriesCount++;
    }
  }

  private extend(): void {
    const length = Math.min(this.capacity, this.times.length * 2);
    this.series = grown(this.series, length);
    this.times = grown(this.times, length);
    this.valueHigh = grown(this.valueHigh, length);
    this.valueLow = grown(this.valueLow, length);
    this.textAt = grown(this.textAt, length);
    this.textLength = grown(this.textLength, length);
    this.later = grown(this.later, length);
  }

  private extendSeries(series: SeriesRef): void {
    const from = this.newest.length;
    const length = Math.max(FIRST_SERIES, series + 1, from * 2);
    this.oldest = grown(this.oldest, length).fill(NO_EXEMPLAR, from);
    this.newest = grown(this.newest, length).fill(NO_EXEMPLAR, from);
  }

  /** Recomputes I1 to I3 from nothing. */
  verify(): void {
    let held = 0;
    for (let number = this.firstNumber; number < this.next; number++) {
      if (this.slotOf(number) !== NO_EXEMPLAR) held++;
    }
    assert(held === this.count, "exemplars are counted wrong");
    let chained = 0;
    let seriesCount = 0;
    for (let s = 0; s < this.newest.length; s++) {
      let slot = this.oldest[s]!;
      if (slot !== NO_EXEMPLAR) seriesCount++;
      for (; slot !== NO_EXEMPLAR; slot = this.later[slot]!) {
        assert(this.series[slot] === s, "exemplar is in another series' chain");
        chained++;
        const later = this.later[slot]!;
        if (later === NO_EXEMPLAR) assert(this.newest[s] === slot, "chain ends elsewhere");
        else assert(this.times[slot]! <= this.times[later]!, "exemplars do not rise");
      }
    }
    assert(chained === held, "exemplars that no chain has");
    assert(seriesCount === this.seriesCount, "series with exemplars are counted wrong");
  }
}
