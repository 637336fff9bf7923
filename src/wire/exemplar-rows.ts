/**
 * The exemplars of a write request as columns, one row each in the order in which they were sent.
 *
 * I1  Labels of a row are the Label fields among the bytes [messageFrom, messageTo) of the batch:
 *     the row's Exemplar message, whose structure was checked; its labels were not.
 *
 * Units: ranges are byte offsets into the batch's bytes; times are milliseconds since the epoch; a
 * value is two unsigned 32-bit words.
 */
const FIRST_ROWS = 64;

export class ExemplarRows {
  private count = 0;
  private series = new Uint32Array(0);
  private messageFrom = new Uint32Array(0);
  private messageTo = new Uint32Array(0);
  private times = new Float64Array(0);
  private valueHigh = new Uint32Array(0);
  private valueLow = new Uint32Array(0);

  get length(): number {
    return this.count;
  }

  /** The series of the batch that a row belongs to; rows of a series follow each other. */
  seriesOf(row: number): number {
    return this.series[row]!;
  }

  messageFromOf(row: number): number {
    return this.messageFrom[row]!;
  }

  messageToOf(row: number): number {
    return this.messageTo[row]!;
  }

  timeOf(row: number): number {
    return this.times[row]!;
  }

  valueHighOf(row: number): number {
    return this.valueHigh[row]!;
  }

  valueLowOf(row: number): number {
    return this.valueLow[row]!;
  }

  clear(): void {
    this.count = 0;
  }

  push(
    series: number,
    messageFrom: number,
    messageTo: number,
    timeMs: number,
    high: number,
    low: number,
  ): void {
    const row = this.count;
    if (row === this.times.length) this.extend();
    this.series[row] = series;
    this.messageFrom[row] = messageFrom;
    this.messageTo[row] = messageTo;
    this.times[row] = timeMs;
    this.valueHigh[row] = high;
    this.valueLow[row] = low;
    this.count = row + 1;
  }

  private extend(): void {
    const length = Math.max(FIRST_ROWS, this.count * 2);
    const wider = (column: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(length);
      larger.set(column);
      return larger;
    };
    this.series = wider(this.series);
    this.messageFrom = wider(this.messageFrom);
    this.messageTo = wider(this.messageTo);
    this.valueHigh = wider(this.valueHigh);
    this.valueLow = wider(this.valueLow);
    const times = new Float64Array(length);
    times.set(this.times);
    this.times = times;
  }
}
