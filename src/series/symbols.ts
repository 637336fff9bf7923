/**
 * Interned label names and values: one copy of each text, named by a SymbolRef.
 *
 * I1  Equal texts have equal refs; a ref is live while something holds it (retain/release).
 * I2  A released ref is reused by a later text.
 *
 * Text becomes a JavaScript string only when a query or an API asks for it, and is then remembered
 * until the symbol goes.
 *
 * Units: lengths are bytes of UTF-8.
 */
import { assert } from "../base/assert.ts";
import type { SymbolRef } from "../base/units.ts";
import { hashBytes } from "./byte-hash.ts";
import { ByteStore } from "./byte-store.ts";
import { doubled, sharedColumn } from "./columns.ts";
import { HashIndex } from "./hash-index.ts";
import type { LabelColumns } from "./label-columns.ts";

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of a symbol's bytes, which are a view of shared memory. */
export function symbolText(bytes: Uint8Array): string {
  // TextDecoder refuses such views: copy first.
  return decoder.decode(new Uint8Array(bytes));
}

/** The bytes of a short text. */
const scratch = new Uint8Array(256);

/** Puts a text into `scratch`; false when it is more than ASCII. */
function fillAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    scratch[i] = code;
  }
  return true;
}

export class SymbolTable {
  private readonly seed: number;
  private readonly store = new ByteStore();
  private readonly index = new HashIndex();
  private readonly texts: (string | undefined)[] = [];
  private readonly free: number[] = [];
  private offsets = sharedColumn(1024);
  private lengths = sharedColumn(1024);
  private hashes = sharedColumn(1024);
  private holders = sharedColumn(1024);
  private count = 0;

  /** `seed` keys the hash, so that nobody outside can choose texts that collide. */
  constructor(seed: number) {
    this.seed = seed;
  }

  /** Every ref is below this. */
  get upperBound(): number {
    return this.count;
  }

  get liveCount(): number {
    return this.count - this.free.length;
  }

  get heldBytes(): number {
    return this.store.heldBytes;
  }

  isLive(symbol: number): boolean {
    return symbol < this.count && this.holders[symbol]! > 0;
  }

  lengthOf(symbol: SymbolRef): number {
    return this.lengths[symbol]!;
  }

  /** The text's bytes: a view, valid while the symbol is live. */
  bytesOf(symbol: SymbolRef): Uint8Array {
    return this.store.view(this.offsets[symbol]!, this.lengths[symbol]!);
  }

  /** The buffer that holds the text, which starts at startOf(): no view is made. */
  segmentOf(symbol: SymbolRef): Uint8Array {
    return this.store.segmentOf(this.offsets[symbol]!);
  }

  /** Where the text starts in segmentOf(). */
  startOf(symbol: SymbolRef): number {
    return this.store.startOf(this.offsets[symbol]!);
  }

  /** Where texts lie now, for readers in another thread. */
  sharedTexts(): Pick<LabelColumns, "textOffsets" | "textLengths" | "textSegments"> {
    const { offsets, lengths, store } = this;
    return { textOffsets: offsets, textLengths: lengths, textSegments: store.shared };
  }

  /** The text as a string. */
  textOf(symbol: SymbolRef): string {
    const known = this.texts[symbol];
    if (known !== undefined) return known;
    const text = symbolText(this.bytesOf(symbol));
    this.texts[symbol] = text;
    return text;
  }

  /** The symbol of a text, or -1. Holds nothing. */
  find(bytes: Uint8Array, from: number, to: number): SymbolRef | -1 {
    return this.findHashed(hashBytes(bytes, from, to, this.seed), bytes, from, to);
  }

  /** The symbol of a string, or -1. Holds nothing. */
  findText(text: string): SymbolRef | -1 {
    if (text.length <= scratch.length && fillAscii(text)) return this.find(scratch, 0, text.length);
    const bytes = encoder.encode(text);
    return this.find(bytes, 0, bytes.length);
  }

  /** The symbol of a text, made when new, held once more in either case. */
  intern(bytes: Uint8Array, from: number, to: number): SymbolRef {
    const hash = hashBytes(bytes, from, to, this.seed);
    const known = this.findHashed(hash, bytes, from, to);
    if (known >= 0) {
      this.retain(known as SymbolRef);
      return known as SymbolRef;
    }
    const symbol = (this.free.pop() ?? this.extend()) as SymbolRef;
    this.offsets[symbol] = this.store.add(bytes, from, to);
    this.lengths[symbol] = to - from;
    this.hashes[symbol] = hash;
    this.holders[symbol] = 1;
    this.index.insert(hash, symbol);
    return symbol;
  }

  retain(symbol: SymbolRef): void {
    assert(this.holders[symbol]! > 0, "retained symbol is not live");
    this.holders[symbol] = this.holders[symbol]! + 1;
  }

  /** Gives up one hold; the last one frees the text. */
  release(symbol: SymbolRef): void {
    assert(this.holders[symbol]! > 0, "released symbol is not live");
    const left = this.holders[symbol]! - 1;
    this.holders[symbol] = left;
    if (left > 0) return;
    this.index.remove(this.hashes[symbol]!, symbol);
    this.store.release(this.offsets[symbol]!, this.lengths[symbol]!);
    this.texts[symbol] = undefined;
    this.free.push(symbol);
  }

  private findHashed(hash: number, bytes: Uint8Array, from: number, to: number): SymbolRef | -1 {
    const length = to - from;
    for (let slot = this.index.first(hash); slot >= 0; slot = this.index.next(hash, slot)) {
      const symbol = this.index.entryAt(slot);
      if (this.lengths[symbol] !== length) continue;
      if (this.store.equals(this.offsets[symbol]!, length, bytes, from)) return symbol as SymbolRef;
    }
    return -1;
  }

  private extend(): number {
    if (this.count === this.offsets.length) {
      this.offsets = doubled(this.offsets);
      this.lengths = doubled(this.lengths);
      this.hashes = doubled(this.hashes);
      this.holders = doubled(this.holders);
    }
    return this.count++;
  }
}
