/**
 * The operations of a heap as a trace that `spandrel heap replay` and real Go can repeat:
 * docs/format/trace.md.
 *
 * Slices are named by ids, given again after a drop. A growth is seen as three calls (what would
 * append give, allocate, drop the old one) and written as the append that it was, unless a
 * collection fell between: then the new slice is written as made and the old one as dropped.
 *
 * I1  Replaying the log makes the same allocations, drops and collections in the same order.
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";

const FIRST_BYTES = 1 << 20;
/** Longest line that is not a label. */
const LINE_BYTES = 40;
const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const LETTER_A = 97;
const LETTER_F = 102;
const LETTER_G = 103;
const LETTER_W = 119;
const NO_ADDRESS = -1;

export class OperationLog {
  private bytes = new Uint8Array(FIRST_BYTES);
  private end = 0;
  private readonly ids = new Map<number, number>();
  private readonly freeIds: number[] = [];
  private idCount = 0;
  private askedCapacity = 0;
  private askedNeeded = 0;
  private grownAddress = NO_ADDRESS;
  private grownCapacity = 0;

  /** Everything logged so far. */
  text(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.end);
  }

  /** Append's rule was asked: an allocation of a growth may follow. */
  asked(capacity: number, needed: number): void {
    this.askedCapacity = capacity;
    this.askedNeeded = needed;
  }

  allocated(address: number, capacity: number): void {
    if (this.askedNeeded > 0) {
      this.grownAddress = address;
      this.grownCapacity = capacity;
      return;
    }
    this.line(LETTER_A, this.newId(address), capacity);
  }

  dropped(address: number): void {
    if (this.grownAddress !== NO_ADDRESS) {
      const id = this.takeId(address);
      this.ids.set(this.grownAddress, id);
      const byByte = this.askedNeeded === this.askedCapacity + 1;
      this.line(byByte ? LETTER_W : LETTER_G, id, this.askedNeeded);
      this.endGrowth();
      return;
    }
    const id = this.takeId(address);
    this.line(LETTER_F, id, -1);
    this.freeIds.push(id);
  }

  collected(): void {
    if (this.grownAddress !== NO_ADDRESS) {
      this.line(LETTER_A, this.newId(this.grownAddress), this.grownCapacity);
      this.endGrowth();
    }
    this.word("gc");
  }

  /** A reading, which flushes the caches. */
  recorded(label: string): void {
    this.word(`stat ${label}`);
  }

  /** A new process with an empty heap. */
  restarted(): void {
    this.ids.clear();
    this.freeIds.length = 0;
    this.idCount = 0;
    this.word("restart");
  }

  private endGrowth(): void {
    this.grownAddress = NO_ADDRESS;
    this.askedNeeded = 0;
  }

  private newId(address: number): number {
    const id = this.freeIds.pop() ?? this.idCount++;
    this.ids.set(address, id);
    return id;
  }

  private takeId(address: number): number {
    const id = this.ids.get(address);
    assert(id !== undefined, "a slice was dropped that was not logged");
    this.ids.delete(address);
    return id;
  }

  private line(letter: number, id: number, size: number): void {
    this.reserve(LINE_BYTES);
    this.bytes[this.end++] = letter;
    this.number(id);
    if (size >= 0) this.number(size);
    this.bytes[this.end++] = NEWLINE;
  }

  private number(value: number): void {
    this.bytes[this.end++] = SPACE;
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let rest = value;
    for (let at = this.end + digits - 1; at >= this.end; at--) {
      this.bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.end += digits;
  }

  private word(text: string): void {
    const line = new TextEncoder().encode(`${text}\n`);
    this.reserve(line.length);
    this.bytes.set(line, this.end);
    this.end += line.length;
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.end + more));
    wider.set(this.bytes.subarray(0, this.end));
    this.bytes = wider;
  }
}
