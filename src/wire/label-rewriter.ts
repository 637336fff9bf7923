/**
 * Label rewriter: gives labels that a sender wrote in an unusual way the plain form.
 *
 * Plain form of one label field: 0x0a, length, 0x0a, name length, name, 0x12, value length, value,
 * all lengths minimal varints; empty texts are written with length 0. Labels come here when other
 * fields lie between them, when a field is absent, repeated, unknown or in another order.
 *
 * I1  The rewritten labels lie behind a copy of the body in one buffer, so that a label range is
 *     an offset into `bytes` whether it was rewritten or not.
 * I2  The body's part of the buffer is never changed.
 *
 * Units: bytes and byte offsets into `bytes`.
 */

const LABEL_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
/** A larger buffer is let go when the next request comes. */
const KEPT_BYTES = 1 << 22;
/** Tags and lengths of one rewritten label take at most this much. */
const LABEL_OVERHEAD_BYTES = 18;

export class LabelRewriter {
  private buffer = new Uint8Array(0);
  private end = 0;

  /** Whether a body has been taken over since the last clear(). */
  get isOpen(): boolean {
    return this.end > 0;
  }

  /** The body with the rewritten labels behind it. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }

  /** Offset of the next rewritten label. */
  get nextOffset(): number {
    return this.end;
  }

  clear(): void {
    this.end = 0;
    if (this.buffer.length > KEPT_BYTES) this.buffer = new Uint8Array(0);
  }

  /** Takes over a body (not empty). */
  open(body: Uint8Array): void {
    this.reserve(body.length);
    this.buffer.set(body);
    this.end = body.length;
  }

  /** Repeats the label fields [from, to), which are plain already. */
  repeat(from: number, to: number): void {
    this.reserve(to - from);
    this.buffer.copyWithin(this.end, from, to);
    this.end += to - from;
  }

  /** Writes a label whose texts are the byte ranges of name and value. */
  write(nameFrom: number, nameTo: number, valueFrom: number, valueTo: number): void {
    const nameBytes = nameTo - nameFrom;
    const valueBytes = valueTo - valueFrom;
    this.reserve(nameBytes + valueBytes + LABEL_OVERHEAD_BYTES);
    const lengths = varintBytes(nameBytes) + varintBytes(valueBytes);
    this.tagAndLength(LABEL_TAG, 2 + lengths + nameBytes + valueBytes);
    this.tagAndLength(NAME_TAG, nameBytes);
    this.repeat(nameFrom, nameTo);
    this.tagAndLength(VALUE_TAG, valueBytes);
    this.repeat(valueFrom, valueTo);
  }

  private tagAndLength(tag: number, length: number): void {
    this.buffer[this.end++] = tag;
    let rest = length;
    for (; rest > 0x7f; rest >>>= 7) this.buffer[this.end++] = (rest & 0x7f) | 0x80;
    this.buffer[this.end++] = rest;
  }

  private reserve(bytes: number): void {
    const needed = this.end + bytes;
    if (needed <= this.buffer.length) return;
    const wider = new Uint8Array(Math.max(2 * needed, 1 << 16));
    wider.set(this.buffer.subarray(0, this.end));
    this.buffer = wider;
  }
}

/** Bytes of the varint of an unsigned 32-bit number. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) bytes++;
  return bytes;
}
