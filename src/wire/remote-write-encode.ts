/**
 * Encoder of remote write 1.0: label texts and samples become a WriteRequest body. The series of a
 * remote read answer have the same shape, with chunks in place of samples where it is streamed.
 *
 * Used where the service writes to itself (self-scrape, drill), by remote read, by tests and the
 * load generator.
 * It writes what Prometheus' own encoder writes: minimal varints, defaults left out. Sorting
 * labels and leaving out empty values is the caller's part.
 *
 * Units: times are whole milliseconds since the epoch; a value is a double, or two 32-bit words
 * where the bits of a NaN matter.
 */

const FIRST_CAPACITY = 1 << 16;
/** Tags and the longest varint: what one number field takes at most. */
const NUMBER_FIELD_BYTES = 11;
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 2;

const textEncoder = new TextEncoder();

export class WriteRequestEncoder {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  private view = new DataView(this.bytes.buffer);
  private end = 0;
  private seriesStart = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.end;
  }

  /** Starts a new request. */
  clear(): void {
    this.end = 0;
  }

  /** A copy of the request written so far, without compression. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.end);
  }

  /** Copies the message written so far to `target` at `offset`. */
  copyTo(target: Uint8Array, offset: number): void {
    target.set(this.bytes.subarray(0, this.end), offset);
  }

  /** Opens a series; everything until endSeries() belongs to it. */
  beginSeries(): void {
    this.reserve(NUMBER_FIELD_BYTES);
    this.seriesStart = this.end;
  }

  /** Closes the series: puts tag and length before what was written. */
  endSeries(): void {
    this.wrap(0x0a, this.seriesStart);
  }

  /** Writes one label field of the open series. */
  label(name: string, value: string): void {
    const from = this.end;
    this.text(0x0a, name);
    this.text(0x12, value);
    this.wrap(0x0a, from);
  }

  /** Appends label fields that are encoded already. */
  labelFields(fields: Uint8Array): void {
    this.reserve(fields.length);
    this.bytes.set(fields, this.end);
    this.end += fields.length;
  }

  /** Writes one sample of the open series. */
  sample(timeMs: number, value: number): void {
    this.reserve(3 * NUMBER_FIELD_BYTES);
    const from = this.end;
    this.view.setFloat64(from + 1, value, true);
    this.closeSample(from, timeMs);
  }

  /** Writes one sample of the open series whose value is given as two 32-bit words. */
  sampleBits(timeMs: number, valueHigh: number, valueLow: number): void {
    this.reserve(3 * NUMBER_FIELD_BYTES);
    const from = this.end;
    this.view.setUint32(from + 1, valueLow, true);
    this.view.setUint32(from + 5, valueHigh, true);
    this.closeSample(from, timeMs);
  }

  /** Writes one chunk of the open series, which is a ChunkedSeries then. */
  chunk(minTimeMs: number, maxTimeMs: number, encoding: number, data: Uint8Array): void {
    this.reserve(5 * NUMBER_FIELD_BYTES + data.length);
    const from = this.end;
    this.number(0x08, minTimeMs);
    this.number(0x10, maxTimeMs);
    this.number(0x18, encoding);
    this.bytes[this.end++] = 0x22;
    this.varint(data.length);
    this.bytes.set(data, this.end);
    this.end += data.length;
    this.wrap(0x12, from);
  }

  /** Writes a native histogram of the open series: a message as histogram-encode.ts makes it. */
  histogram(message: Uint8Array): void {
    this.reserve(NUMBER_FIELD_BYTES + message.length);
    this.bytes[this.end++] = 0x22;
    this.varint(message.length);
    this.bytes.set(message, this.end);
    this.end += message.length;
  }

  /** Writes an exemplar of the open series. */
  exemplar(labels: readonly (readonly [string, string])[], value: number, timeMs: number): void {
    const from = this.end;
    for (const [name, text] of labels) this.label(name, text);
    this.reserve(3 * NUMBER_FIELD_BYTES);
    this.bytes[this.end] = 0x11;
    this.view.setFloat64(this.end + 1, value, true);
    this.end += 9;
    this.number(0x18, timeMs);
    this.wrap(0x1a, from);
  }

  /** Writes the marker that the open series has ended. */
  staleMarker(timeMs: number): void {
    this.sampleBits(timeMs, STALE_HIGH, STALE_LOW);
  }

  /** Writes one metadata entry of the request. `type` is MetricMetadata.MetricType. */
  metadata(type: number, name: string, help: string, unit: string): void {
    const from = this.end;
    this.reserve(NUMBER_FIELD_BYTES);
    if (type !== 0) {
      this.bytes[this.end++] = 0x08;
      this.varint(type);
    }
    this.text(0x12, name);
    this.text(0x22, help);
    this.text(0x2a, unit);
    this.wrap(0x1a, from);
  }

  /** Finishes a sample field whose value lies at from + 1 (its tag is still to be written). */
  private closeSample(from: number, timeMs: number): void {
    const low = this.view.getUint32(from + 1, true);
    const high = this.view.getUint32(from + 5, true);
    if (low !== 0 || high !== 0) {
      this.bytes[from] = 0x09;
      this.end = from + 9;
    }
    if (timeMs !== 0) {
      this.bytes[this.end++] = 0x10;
      this.varint(timeMs);
    }
    this.wrap(0x12, from);
  }

  /** Writes a whole-number field; 0 is left out. Room must have been reserved. */
  private number(tag: number, value: number): void {
    if (value === 0) return;
    this.bytes[this.end++] = tag;
    this.varint(value);
  }

  /** Writes a text field; an empty text is left out. */
  private text(tag: number, text: string): void {
    if (text.length === 0) return;
    this.reserve(NUMBER_FIELD_BYTES + text.length * 3);
    const from = this.end;
    const target = this.bytes.subarray(from);
    this.end += textEncoder.encodeInto(text, target).written;
    this.wrap(tag, from);
  }

  /** Moves what was written since `from` to make room for its tag and length. */
  private wrap(tag: number, from: number): void {
    const bytes = this.end - from;
    this.reserve(NUMBER_FIELD_BYTES);
    this.end = from;
    this.bytes.copyWithin(from + 1 + lengthBytes(bytes), from, from + bytes);
    this.bytes[this.end++] = tag;
    this.varint(bytes);
    this.end += bytes;
  }

  /** Writes a whole number as a varint: int64 in two's complement, so negatives take 10 bytes. */
  private varint(value: number): void {
    let high = Math.floor(value / 2 ** 32);
    let low = (value - high * 2 ** 32) | 0;
    while (high !== 0 || low >>> 0 > 0x7f) {
      this.bytes[this.end++] = (low & 0x7f) | 0x80;
      low = (low >>> 7) | (high << 25);
      high = high >>> 7;
    }
    this.bytes[this.end++] = low;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(2 * this.bytes.length, this.end + bytes));
    wider.set(this.bytes.subarray(0, this.end));
    this.bytes = wider;
    this.view = new DataView(wider.buffer);
  }
}

/** Bytes of the varint of a length below 2^32. */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest > 0x7f; rest >>>= 7) bytes++;
  return bytes;
}
