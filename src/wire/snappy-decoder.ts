/**
 * Snappy block decoder: the body compression of remote write, decoded into a reused buffer.
 *
 * Usual bodies are expanded by the kernel (intake.ts); this decoder takes those that are too large
 * for it, and says what is wrong with those that it refuses.
 *
 * Format: github.com/google/snappy, format_description.txt. A body is the decoded length (varint)
 * and then elements: a literal (bytes follow) or a copy (length and offset back into the output).
 *
 * I1  Nothing is allocated before the declared length is known to be within the caller's limit and
 *     within what the body could possibly expand to.
 * I2  An element never reads past the body, nor past or before the output; a body that ends early,
 *     goes on too long or breaks a rule is refused as a whole.
 * I3  The buffer is OVERSHOOT bytes longer than any output, so that copies may write whole words.
 * I4  Between calls at most KEPT_BYTES are held, whatever came and whether it was taken.
 *
 * Words are moved as doubles, the fastest 8-byte move JavaScript has (160 ns against 210 ns with
 * 32-bit moves for a 390-byte sample). A double that is not NaN keeps its bits by definition; a
 * pair that may hold a NaN is moved as 32-bit words, since an engine may alter the bits of a NaN.
 */
import { assert } from "../base/assert.ts";
import { TsdbError } from "../base/errors.ts";

/** Most bytes that a copy or short literal writes behind its end. */
const OVERSHOOT = 64;
/** Longest literal whose length is in the tag byte itself. */
const TAG_LITERAL_MAX = 60;
/** Literals up to this long are moved as one pair of words. */
const SHORT_LITERAL_MAX = 16;
/** A copy of 64 bytes from a 3-byte element: no body expands more than this. */
const EXPANSION_MAX = 64 / 3;
/** Offsets and lengths are 32-bit integers in the inner loop. */
const LENGTH_MAX = 2 ** 30;
/** A larger buffer belongs to the one who asked, and goes with his last view of it. */
const KEPT_BYTES = 1 << 22;

export class SnappyDecoder {
  private output = new Uint8Array(0);
  private outputView = new DataView(this.output.buffer);

  /**
   * Decodes `body` and returns a view of the decoded bytes, valid until the next call.
   * Throws TsdbError BODY_TOO_LARGE when the declared length passes `limitBytes`, SNAPPY_INVALID
   * for anything that is not one complete snappy block.
   */
  decode(body: Uint8Array, limitBytes: number): Uint8Array {
    const headerBytes = headerLength(body);
    const length = decodedLength(body, limitBytes);
    if (this.output.length < length + OVERSHOOT) this.grow(length + OVERSHOOT);
    const bodyView = new DataView(body.buffer, body.byteOffset, body.length);
    const { output, outputView } = this;
    if (output.length > KEPT_BYTES) this.letGo();
    expand(body, bodyView, headerBytes, output, outputView, length);
    return output.subarray(0, length);
  }

  /** Bytes of the buffer that the next call may use again. */
  get heldBytes(): number {
    return this.output.length;
  }

  private letGo(): void {
    this.output = new Uint8Array(0);
    this.outputView = new DataView(this.output.buffer);
  }

  private grow(bytes: number): void {
    let capacity = 1 << 16;
    while (capacity < bytes) capacity *= 2;
    this.output = new Uint8Array(capacity);
    this.outputView = new DataView(this.output.buffer);
  }
}

/** The declared length of the decoded bytes; throws as decode() does when it is impossible. */
export function decodedLength(body: Uint8Array, limitBytes: number): number {
  assert(limitBytes <= LENGTH_MAX, "decoded length limit passes 1 GiB");
  const headerBytes = headerLength(body);
  const length = declaredLength(body, headerBytes);
  if (length > limitBytes) {
    const text = `snappy body declares ${length} bytes; the limit is ${limitBytes}`;
    throw new TsdbError("BODY_TOO_LARGE", text);
  }
  if (length > (body.length - headerBytes) * EXPANSION_MAX) {
    throw invalid(0, `${body.length} bytes cannot hold the declared ${length}`);
  }
  return length;
}

/** Bytes of the varint that declares the decoded length. */
export function headerLength(body: Uint8Array): number {
  for (let i = 0; i < 5 && i < body.length; i++) {
    if (body[i]! < 0x80) return i + 1;
  }
  throw invalid(0, "no decoded length of at most 5 bytes");
}

/** The declared decoded length: at most 2^32 - 1 by the format. */
function declaredLength(body: Uint8Array, headerBytes: number): number {
  let length = 0;
  for (let i = headerBytes - 1; i >= 0; i--) length = length * 128 + (body[i]! & 0x7f);
  if (length > 0xffffffff) throw invalid(0, `declared length ${length} passes 32 bits`);
  return length;
}

/** Expands the elements of `body` from `start` on to exactly `length` bytes of `output`. */
function expand(
  body: Uint8Array,
  bodyView: DataView,
  start: number,
  output: Uint8Array,
  outputView: DataView,
  length: number,
): void {
  const bodyEnd = body.length;
  const wordEnd = bodyEnd - SHORT_LITERAL_MAX;
  let at = start; // next byte of the body
  let to = 0; // next byte of the output
  while (at < bodyEnd) {
    const tag = body[at]!;
    const kind = tag & 3;
    if (kind === 2) {
      if (at + 3 > bodyEnd) throw invalid(at, "copy is cut off");
      const back = body[at + 1]! | (body[at + 2]! << 8);
      const from = to - back;
      const end = to + (tag >>> 2) + 1;
      if ((from | (back - 1) | (length - end)) < 0) throw badCopy(at, from, to, end, length);
      if (back >= 16) copyWords(outputView, to, from, end - to);
      else copyBytes(output, to, from, end);
      at += 3;
      to = end;
    } else if (kind === 0) {
      let bytes = (tag >>> 2) + 1;
      at++;
      if (bytes <= SHORT_LITERAL_MAX && at <= wordEnd) {
        if (to + bytes > length) throw tooLong(at, to + bytes, length);
        movePair(bodyView, at, outputView, to);
      } else {
        if (bytes > TAG_LITERAL_MAX) {
          const lengthBytes = bytes - TAG_LITERAL_MAX;
          bytes = literalLength(body, at, lengthBytes);
          at += lengthBytes;
        }
        if (at + bytes > bodyEnd) throw invalid(at, `literal of ${bytes} bytes is cut off`);
        if (to + bytes > length) throw tooLong(at, to + bytes, length);
        output.set(body.subarray(at, at + bytes), to);
      }
      at += bytes;
      to += bytes;
    } else if (kind === 1) {
      if (at + 2 > bodyEnd) throw invalid(at, "copy is cut off");
      const back = ((tag >>> 5) << 8) | body[at + 1]!;
      const from = to - back;
      const end = to + ((tag >>> 2) & 7) + 4;
      if ((from | (back - 1) | (length - end)) < 0) throw badCopy(at, from, to, end, length);
      if (back >= 16) movePair(outputView, from, outputView, to);
      else copyBytes(output, to, from, end);
      at += 2;
      to = end;
    } else {
      if (at + 5 > bodyEnd) throw invalid(at, "copy is cut off");
      const from = to - bodyView.getUint32(at + 1, true);
      const end = to + (tag >>> 2) + 1;
      if (from < 0 || from === to || end > length) throw badCopy(at, from, to, end, length);
      copyBytes(output, to, from, end);
      at += 5;
      to = end;
    }
  }
  if (to !== length) throw invalid(at, `decoded to ${to} bytes; ${length} were declared`);
}

/** Moves 16 bytes between views, bits unchanged: their sum tells whether one may be a NaN. */
function movePair(source: DataView, from: number, target: DataView, to: number): void {
  const first = source.getFloat64(from, true);
  const second = source.getFloat64(from + 8, true);
  if (first + second < Infinity) {
    target.setFloat64(to, first, true);
    target.setFloat64(to + 8, second, true);
  } else {
    moveWords(source, from, target, to);
  }
}

/** Moves 16 bytes in 32-bit words. */
function moveWords(source: DataView, from: number, target: DataView, to: number): void {
  for (let i = 0; i < 16; i += 4) target.setInt32(to + i, source.getInt32(from + i, true), true);
}

/** Copies up to 64 bytes inside the output in pairs of words; needs to - from >= 16. */
function copyWords(view: DataView, to: number, from: number, bytes: number): void {
  movePair(view, from, view, to);
  if (bytes <= 16) return;
  movePair(view, from + 16, view, to + 16);
  if (bytes <= 32) return;
  movePair(view, from + 32, view, to + 32);
  movePair(view, from + 48, view, to + 48);
}

/** Copies byte by byte, so that a short offset repeats what it has just written. */
function copyBytes(output: Uint8Array, to: number, from: number, end: number): void {
  for (let source = from; to < end; to++, source++) output[to] = output[source]!;
}

/** Length of a literal from the 1 to 4 bytes behind its tag. */
function literalLength(body: Uint8Array, at: number, lengthBytes: number): number {
  if (at + lengthBytes > body.length) throw invalid(at, "literal length is cut off");
  let length = 0;
  for (let i = lengthBytes - 1; i >= 0; i--) length = length * 256 + body[at + i]!;
  return length + 1;
}

function badCopy(at: number, from: number, to: number, end: number, length: number): TsdbError {
  if (end > length) return tooLong(at, end, length);
  if (from === to) return invalid(at, "copy has offset 0");
  return invalid(at, `copy reaches ${-from} bytes before the start`);
}

function tooLong(at: number, end: number, length: number): TsdbError {
  return invalid(at, `element would decode to ${end} bytes; ${length} were declared`);
}

function invalid(at: number, what: string): TsdbError {
  return new TsdbError("SNAPPY_INVALID", `snappy body invalid at byte ${at}: ${what}`);
}
