/**
 * Reads allocation traces from bytes: one operation a line, handed to a visitor.
 *
 * The format is docs/format/trace.md. No string is made except for labels and errors, so parsing
 * costs little beside the allocations themselves.
 *
 * I1  `line` is the number, from 1, of the line that the visitor is being told of.
 * I2  Bytes may arrive in pieces cut anywhere; a line is complete at its newline or at end().
 */
import { TsdbError } from "../base/errors.ts";

/** Ids are below this. */
export const TRACE_ID_LIMIT = 1 << 24;
/** Largest size or length, in bytes. */
export const TRACE_BYTES_MAX = 2 ** 31;

/** What a trace does. Sizes and lengths are bytes. */
export interface TraceVisitor {
  /** x[id] = make([]byte, 0, size) */
  allocate(id: number, size: number): void;
  /** One append call that takes the length to `length`. */
  append(id: number, length: number): void;
  /** Appends byte by byte up to `length`. */
  appendBytes(id: number, length: number): void;
  /** Drops the reference. */
  free(id: number): void;
  collect(): void;
  /** A record; `flushes` as ReadMemStats does. */
  record(label: string, flushes: boolean): void;
  restart(): void;
}

const NEWLINE = 10;
const SPACE = 32;
const HASH = 35;
const ZERO = 48;
const A = 97;
const F = 102;
const G = 103;
const W = 119;

export class TraceParser {
  /** Line being read; see I1. */
  line = 0;
  private readonly visitor: TraceVisitor;
  private bytes: Uint8Array = new Uint8Array(0);
  private position = 0;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(visitor: TraceVisitor) {
    this.visitor = visitor;
  }

  /** Takes the next bytes of a file. Throws TsdbError TRACE_INVALID at the first wrong line. */
  write(bytes: Uint8Array): void {
    this.bytes = this.rest.length === 0 ? bytes : joined(this.rest, bytes);
    this.rest = this.bytes.slice(this.readLines());
  }

  /** Ends a file: its last line need not end in a newline. The next file counts from 1 again. */
  end(): void {
    if (this.rest.length > 0) this.write(Uint8Array.of(NEWLINE));
    this.line = 0;
  }

  /** Reads all lines that end in a newline; gives where the rest begins. */
  private readLines(): number {
    const end = this.bytes.lastIndexOf(NEWLINE) + 1;
    this.position = 0;
    while (this.position < end) this.readLine();
    return end;
  }

  /** Reads the line at `position`, which ends in a newline, and goes behind it. */
  private readLine(): void {
    const bytes = this.bytes;
    const from = this.position;
    const first = bytes[from]!;
    this.line++;
    if (first === NEWLINE) {
      this.position++;
    } else if (first === HASH || bytes[from + 1] !== SPACE) {
      const end = bytes.indexOf(NEWLINE, from);
      if (first !== HASH) this.readWord(from, end);
      this.position = end + 1;
    } else {
      this.position++;
      this.readOperation(first);
      if (bytes[this.position++] !== NEWLINE) this.refuse("more than the operation takes");
    }
  }

  private readOperation(kind: number): void {
    if (kind !== A && kind !== F && kind !== G && kind !== W) this.refuse("unknown operation");
    const id = this.readNumber(TRACE_ID_LIMIT - 1);
    if (kind === F) {
      this.visitor.free(id);
      return;
    }
    const size = this.readNumber(TRACE_BYTES_MAX);
    if (kind === A) this.visitor.allocate(id, size);
    else if (kind === G) this.visitor.append(id, size);
    else this.visitor.appendBytes(id, size);
  }

  private readWord(from: number, end: number): void {
    const text = new TextDecoder().decode(this.bytes.slice(from, end));
    const space = text.indexOf(" ");
    const word = space < 0 ? text : text.slice(0, space);
    const label = space < 0 ? "" : text.slice(space + 1);
    if (word === "stat" || word === "peek") this.visitor.record(label, word === "stat");
    else if (label !== "") this.refuse("unknown operation");
    else if (word === "gc") this.visitor.collect();
    else if (word === "restart") this.visitor.restart();
    else this.refuse("unknown operation");
  }

  /** The number behind the next space. */
  private readNumber(max: number): number {
    const bytes = this.bytes;
    let position = this.position;
    if (bytes[position] !== SPACE) this.refuse("a number is missing");
    const from = ++position;
    let value = 0;
    for (;;) {
      const digit = bytes[position]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      position++;
    }
    if (position === from) this.refuse("a number is missing");
    if (value > max) this.refuse(`a number is above ${max}`);
    this.position = position;
    return value;
  }

  private refuse(why: string): never {
    throw new TsdbError("TRACE_INVALID", `trace line ${this.line}: ${why}`);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
