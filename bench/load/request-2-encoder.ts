/**
 * Encoder of remote write 2.0 for the load generator: what Prometheus makes of the same series.
 *
 * I1  Symbols stand in the order in which a request first needs them; the empty text is the first.
 * I2  Texts of a series are numbered once for all requests; a request numbers those numbers anew.
 *
 * Units: times are milliseconds since the epoch.
 */
const FIRST_CAPACITY = 1 << 20;
const ROOM_BYTES = 1 << 12;
const GAUGE = 2;

const decoder = new TextDecoder();

class Bytes {
  buffer = Buffer.alloc(FIRST_CAPACITY);
  end = 0;

  makeRoom(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    this.buffer = Buffer.concat([this.buffer, Buffer.alloc(this.buffer.length + bytes)]);
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) {
      this.buffer[this.end++] = (rest & 0x7f) | 0x80;
    }
    this.buffer[this.end++] = rest;
  }
}

export class Request2Encoder {
  private readonly hasMetadata: boolean;
  private readonly texts: string[] = [];
  private readonly numbers = new Map<string, number>();
  /** By series: the numbers of its label texts. */
  private readonly labels = new Map<number, Uint32Array>();
  /** By number of a metric's name: that of its help. */
  private readonly helps = new Map<number, number>();
  private readonly symbols = new Bytes();
  private readonly series = new Bytes();
  /** By number: its symbol, and the request that has it. */
  private readonly symbolOf: number[] = [];
  private readonly requestOf: number[] = [];
  private request = 0;
  private symbolCount = 0;
  private readonly metricName: number;
  private readonly noText: number;

  /** `hasMetadata` as when Prometheus keeps metadata in its log: type and help with each series. */
  constructor(hasMetadata: boolean) {
    this.hasMetadata = hasMetadata;
    this.noText = this.numberOf("");
    this.metricName = this.numberOf("__name__");
    this.clear();
  }

  /** Bytes written so far. */
  get length(): number {
    return this.symbols.end + this.series.end;
  }

  /** Starts a new request. */
  clear(): void {
    this.request++;
    this.symbolCount = 0;
    this.symbols.end = 0;
    this.series.end = 0;
    this.symbol(this.noText);
  }

  /** A copy of the request written so far, without compression. */
  finish(): Uint8Array {
    const symbols = this.symbols.buffer.subarray(0, this.symbols.end);
    return Buffer.concat([symbols, this.series.buffer.subarray(0, this.series.end)]);
  }

  /** Adds a series of one sample, given its number and its labels as fields of 1.0. */
  add(index: number, fields: Uint8Array, timeMs: number, value: number): void {
    const labels = this.labelsOf(index, fields);
    const { series } = this;
    series.makeRoom(ROOM_BYTES);
    const from = series.end;
    series.end += 6;
    for (const label of labels) series.varint(this.symbol(label));
    this.close(0x0a, from + 3, from + 6);
    series.buffer[series.end++] = 0x12;
    series.buffer[series.end++] = value === 0 ? 7 : 16;
    if (value !== 0) {
      series.buffer[series.end++] = 0x09;
      series.end = series.buffer.writeDoubleLE(value, series.end);
    }
    series.buffer[series.end++] = 0x10;
    series.varint(timeMs);
    this.addMetadata(labels);
    this.close(0x2a, from, from + 3);
  }

  private addMetadata(labels: Uint32Array): void {
    const { series } = this;
    series.buffer[series.end++] = 0x2a;
    const lengthAt = series.end++;
    if (this.hasMetadata) {
      const name = labels[labels.indexOf(this.metricName) + 1]!;
      series.buffer[series.end++] = 0x08;
      series.buffer[series.end++] = GAUGE;
      series.buffer[series.end++] = 0x18;
      series.varint(this.symbol(this.helpOf(name)));
    }
    series.buffer[lengthAt] = series.end - lengthAt - 1;
  }

  /** Puts tag and length before [contentFrom, end), which moves to where they end. */
  private close(tag: number, from: number, contentFrom: number): void {
    const { series } = this;
    const contentEnd = series.end;
    series.end = from;
    series.buffer[series.end++] = tag;
    series.varint(contentEnd - contentFrom);
    series.buffer.copyWithin(series.end, contentFrom, contentEnd);
    series.end += contentEnd - contentFrom;
  }

  private symbol(number: number): number {
    if (this.requestOf[number] === this.request) return this.symbolOf[number]!;
    const { symbols } = this;
    const text = this.texts[number]!;
    symbols.makeRoom(ROOM_BYTES);
    symbols.buffer[symbols.end++] = 0x22;
    symbols.varint(Buffer.byteLength(text));
    symbols.end += symbols.buffer.write(text, symbols.end);
    this.requestOf[number] = this.request;
    this.symbolOf[number] = this.symbolCount;
    return this.symbolCount++;
  }

  private helpOf(name: number): number {
    let help = this.helps.get(name);
    if (help === undefined) {
      help = this.numberOf(`What ${this.texts[name]!} counts, in words of usual length.`);
      this.helps.set(name, help);
    }
    return help;
  }

  private labelsOf(index: number, fields: Uint8Array): Uint32Array {
    const known = this.labels.get(index);
    if (known !== undefined) return known;
    const numbers: number[] = [];
    const text = (at: number): number => {
      const end = at + 2 + fields[at + 1]!;
      numbers.push(this.numberOf(decoder.decode(fields.subarray(at + 2, end))));
      return end;
    };
    for (let at = 0; at < fields.length; ) at = text(text(at + (fields[at + 1]! < 0x80 ? 2 : 3)));
    const labels = Uint32Array.from(numbers);
    this.labels.set(index, labels);
    return labels;
  }

  private numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }
}
