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
  private lineEnd = 0;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(visitor: TraceVisitor) {
    this.visitor = visitor;
  }

  /** Takes the next bytes of a file. Throws TsdbError TRACE_INVALID at the first wrong line. */
  write(bytes: Uint8Array): void {
    this.bytes = this.rest.length === 0 ? bytes : joined(this.rest, bytes);
    let from = 0;
    for (;;) {
      const end = this.bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.readLine(from, end);
      from = end + 1;
    }
    this.rest = this.bytes.slice(from);
  }

  /** Ends a file: its last line need not end in a newline. The next file counts from 1 again. */
  end(): void {
    this.bytes = this.rest;
    if (this.rest.length > 0) this.readLine(0, this.rest.length);
    this.rest = new Uint8Array(0);
    this.line = 0;
  }

  private readLine(from: number, end: number): void {
    this.line++;
    if (from === end) return;
    const bytes = this.bytes;
    const first = bytes[from]!;
    if (first === HASH) return;
    this.lineEnd = end;
    this.position = from + 1;
    if (bytes[from + 1] !== SPACE || from + 1 === end) {
      this.readWord(from, end);
      return;
    }
    const id = this.readNumber(TRACE_ID_LIMIT - 1);
    if (first === F) this.visitor.free(id);
    else {
      const size = this.readNumber(TRACE_BYTES_MAX);
      if (first === A) this.visitor.allocate(id, size);
      else if (first === G) this.visitor.append(id, size);
      else if (first === W) this.visitor.appendBytes(id, size);
      else this.refuse("unknown operation");
    }
    if (this.position !== end) this.refuse("more than the operation takes");
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
    const end = this.lineEnd;
    let position = this.position;
    if (position >= end || bytes[position] !== SPACE) this.refuse("a number is missing");
    const from = ++position;
    let value = 0;
    while (position < end) {
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
