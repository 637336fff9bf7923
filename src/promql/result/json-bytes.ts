/**
 * JSON as bytes of UTF-8, written bit by bit and taken off in pieces.
 *
 * A text of many short ones would be a tree of them in V8's heap, which is made into one run of
 * characters and then into bytes again; here each character is written once, and nothing of it is
 * V8's to move.
 *
 * I1  A piece lies in a buffer of its own, which may be given to another thread.
 *
 * Units: lengths and capacities are bytes.
 */
import type { Labels } from "../../series/labels.ts";
import { textJson } from "./label-json.ts";
import { NUMBER_BYTES_MAX, putAscii, putTime, putValue } from "./number-bytes.ts";

/** A piece is as long as this, or longer by what is written at a time. */
const PIECE_BYTES = 64 * 1024;
const FIRST_BYTES = 1024;
/** What a buffer has beyond a piece: for the label or point with which it becomes full. */
const SLACK_BYTES = 1024;
/** Longer texts are encoded by Node. */
const SHORT_LENGTH = 128;
/** Longest text of a point: `,[TIME,"VALUE"]`. */
const POINT_BYTES_MAX = 2 * NUMBER_BYTES_MAX + 6;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const TILDE = 0x7e;

const NOTHING = Buffer.alloc(0);

/** Whether a character stands in JSON as it is, and is one byte. */
function isPlain(code: number): boolean {
  return code >= SPACE && code <= TILDE && code !== QUOTE && code !== BACKSLASH;
}

export class JsonBytes {
  private bytes: Buffer<ArrayBuffer> = NOTHING;
  private length = 0;
  private capacity = FIRST_BYTES;

  /** Whether there is enough for a piece. */
  get isFull(): boolean {
    return this.length >= PIECE_BYTES;
  }

  /** What was written since the last piece. */
  take(): Uint8Array<ArrayBuffer> {
    const piece = this.bytes.subarray(0, this.length);
    this.bytes = NOTHING;
    this.length = 0;
    return piece;
  }

  /** A text of ASCII as it is. */
  ascii(text: string): void {
    this.reserve(text.length);
    if (text.length > SHORT_LENGTH) this.length += this.bytes.write(text, this.length, "latin1");
    else this.length = putAscii(this.bytes, this.length, text);
  }

  /** A text as a JSON string. */
  text(text: string): void {
    if (text.length > SHORT_LENGTH || !this.plainText(text)) this.encoded(textJson(text));
  }

  /**
   * Label set as a JSON object, from the label at `from` on until a piece is full; the label at
   * which it stopped, or their number when all of it is written. A set may have 8 MiB.
   */
  labels(labels: Labels, from: number): number {
    const { size } = labels;
    if (from === 0) this.sign(BRACE);
    for (let i = from; i < size; i++) {
      if (i > from && this.isFull) return i;
      if (i > 0) this.sign(COMMA);
      this.text(labels.nameAt(i));
      this.sign(COLON);
      this.text(labels.valueAt(i));
    }
    this.sign(BRACE_END);
    return size;
  }

  /** Label set as a JSON object; gives the pieces that are full before its end. */
  *wholeLabels(labels: Labels): Generator<Uint8Array<ArrayBuffer>, void> {
    let at = this.labels(labels, 0);
    while (at < labels.size) {
      yield this.take();
      at = this.labels(labels, at);
    }
  }

  /** `[TIME,"VALUE"]`, with a comma in front of it unless it is the first. */
  point(timeMs: number, value: number, isFirst: boolean): void {
    this.reserve(POINT_BYTES_MAX);
    const { bytes } = this;
    let at = this.length;
    if (!isFirst) bytes[at++] = COMMA;
    bytes[at++] = BRACKET;
    at = putTime(bytes, at, timeMs);
    bytes[at++] = COMMA;
    bytes[at++] = QUOTE;
    at = putValue(bytes, at, value);
    bytes[at++] = QUOTE;
    bytes[at++] = BRACKET_END;
    this.length = at;
  }

  private sign(code: number): void {
    this.reserve(1);
    this.bytes[this.length++] = code;
  }

  /** Writes a short text that needs no escapes; false = it does, and nothing is written. */
  private plainText(text: string): boolean {
    this.reserve(text.length + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (!isPlain(code)) return false;
      bytes[at++] = code;
    }
    bytes[at] = QUOTE;
    this.length = at + 1;
    return true;
  }

  private encoded(text: string): void {
    this.reserve(Buffer.byteLength(text));
    this.length += this.bytes.write(text, this.length, "utf8");
  }

  /** Makes room for so many bytes more. */
  private reserve(more: number): void {
    if (this.length + more > this.bytes.length) this.grow(this.length + more);
  }

  private grow(wanted: number): void {
    this.capacity = Math.min(2 * this.capacity, PIECE_BYTES + SLACK_BYTES);
    const larger = Buffer.allocUnsafeSlow(Math.max(this.capacity, wanted));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
