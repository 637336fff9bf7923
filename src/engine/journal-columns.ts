/**
 * Columns that a replay of the journal needs while it runs.
 *
 * JournalNumbers: which series a journal number stands for.
 * I1  Numbers rise strictly; several may stand for the same series.
 * PositionColumn: a journal position a chunk.
 */
import type { ChunkRef, SeriesRef } from "../base/units.ts";
import { NO_SERIES } from "../series/series-table.ts";

const FIRST_LENGTH = 1024;

function widened<Column extends Float64Array | Uint32Array>(
  column: Column,
  length: number,
): Column {
  const wider = new (column.constructor as new (length: number) => Column)(length);
  wider.set(column);
  return wider;
}

export class JournalNumbers {
  private numbers = new Float64Array(FIRST_LENGTH);
  private series = new Uint32Array(FIRST_LENGTH);
  private count = 0;
  private isSorted = true;

  /** The highest number, 0 when there is none. */
  get last(): number {
    this.sort();
    return this.count === 0 ? 0 : this.numbers[this.count - 1]!;
  }

  /** Lets `number` stand for a series. */
  add(number: number, series: SeriesRef): void {
    if (this.count === this.numbers.length) {
      this.numbers = widened(this.numbers, this.count * 2);
      this.series = widened(this.series, this.count * 2);
    }
    if (this.count > 0 && number <= this.numbers[this.count - 1]!) this.isSorted = false;
    this.numbers[this.count] = number;
    this.series[this.count] = series;
    this.count++;
  }

  /** Where a number stands, -1 when nowhere; `guess` is tried first. */
  find(number: number, guess: number): number {
    if (!this.isSorted) this.sort();
    if (guess >= 0 && guess < this.count && this.numbers[guess] === number) return guess;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const there = this.numbers[middle]!;
      if (there === number) return middle;
      if (there < number) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The series at a place that find() gave. */
  seriesAt(place: number): SeriesRef {
    return place < 0 ? NO_SERIES : (this.series[place]! as SeriesRef);
  }

  /** Lets the number at a place stand for another series. */
  replace(place: number, series: SeriesRef): void {
    this.series[place] = series;
  }

  private sort(): void {
    if (this.isSorted) return;
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    const { numbers, series } = this;
    order.sort((a, b) => numbers[a]! - numbers[b]!);
    this.numbers = Float64Array.from(order, (from) => numbers[from]!);
    this.series = Uint32Array.from(order, (from) => series[from]!);
    this.isSorted = true;
  }
}

export class PositionColumn {
  private positions = new Float64Array(FIRST_LENGTH);

  set(chunk: ChunkRef, position: number): void {
    if (chunk >= this.positions.length) {
      this.positions = widened(this.positions, Math.max(chunk + 1, this.positions.length * 2));
    }
    this.positions[chunk] = position;
  }

  /** The position of a chunk; 0 when none was set. */
  of(chunk: ChunkRef): number {
    return this.positions[chunk] ?? 0;
  }
}
