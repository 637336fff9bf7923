/**
 * Numbers found by hash, for tables that may hold very many and never stand still for long: a Map
 * of 65,536 texts takes 10 ms and more to make room for the next one.
 *
 *     for (let n = slots.first(hash); n >= 0; n = slots.next()) if (isTheOne(n)) return n;
 *     slots.insert(number); // where the search ended
 *
 * Open addressing in pages that a directory tells apart by the low bits of the hash.
 *
 * I1  A page that is half full is split in two, or laid out anew at twice the length: at most
 *     PAGE_SLOTS entries move for one that comes, unless very many hashes are the same. Those that
 *     are the same are looked through one by one: whoever hashes texts of others uses hash-key.ts.
 * I2  insert() follows a search that found nothing, with no other search between them.
 */

/** Entries for which the first page has room; slots at which a page is split. */
const FIRST_SLOTS = 16;
const PAGE_SLOTS = 4096;
/** A directory is not longer than so many times its pages: equal hashes cannot be split. */
const SHARES_MAX = 16;
/** Bits of a hash that tell pages apart; those above it tell the slots of one page apart. */
const DIRECTORY_BITS_MAX = 20;

interface Page {
  /** Hash and number of each slot, by turns; the number is -1 in an empty one. */
  slots: Int32Array;
  used: number;
  /** Low bits of the hash that all of its entries have in common. */
  readonly bits: number;
}

function emptySlots(count: number): Int32Array {
  return new Int32Array(2 * count).fill(-1);
}

/** Spreads a hash over all of its bits. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** The slot at which the search for a hash begins. */
function startOf(hash: number, slots: Int32Array): number {
  return (hash >>> (32 - 12)) & (slots.length / 2 - 1);
}

function put(slots: Int32Array, hash: number, number: number): void {
  const mask = slots.length / 2 - 1;
  let slot = startOf(hash, slots);
  while (slots[2 * slot + 1]! >= 0) slot = (slot + 1) & mask;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = number;
}

export class HashSlots {
  private directory: Page[] = [{ slots: emptySlots(FIRST_SLOTS), used: 0, bits: 0 }];
  private pageCount = 1;
  private bits = 0;
  /** Where the search is. */
  private page = this.directory[0]!;
  private hash = 0;
  private slot = 0;

  /** The first number with a hash, -1 = none. */
  first(hash: number): number {
    this.hash = mixed(hash);
    this.page = this.directory[this.hash & (this.directory.length - 1)]!;
    this.slot = startOf(this.hash, this.page.slots);
    return this.look();
  }

  /** The next one with the hash of first(), -1 = no more. */
  next(): number {
    this.slot++;
    return this.look();
  }

  /** Adds a number with the hash of first(). */
  insert(number: number): void {
    const { page, hash } = this;
    put(page.slots, hash, number);
    page.used++;
    if (4 * page.used >= page.slots.length) this.makeRoom(page);
  }

  private look(): number {
    const { hash } = this;
    const { slots } = this.page;
    const mask = slots.length / 2 - 1;
    for (let slot = this.slot & mask; ; slot = (slot + 1) & mask) {
      const number = slots[2 * slot + 1]!;
      if (number < 0 || slots[2 * slot] === hash) {
        this.slot = slot;
        return number;
      }
    }
  }

  private makeRoom(page: Page): void {
    const isLong = page.slots.length >= 2 * PAGE_SLOTS;
    if (isLong && this.maySplit(page)) this.split(page);
    else page.slots = this.laidOut(page, page.slots.length, () => true);
  }

  private maySplit(page: Page): boolean {
    if (page.bits < this.bits) return true;
    const isShort = this.directory.length < SHARES_MAX * this.pageCount;
    return isShort && this.bits < DIRECTORY_BITS_MAX;
  }

  /** The entries that `takes` accepts in so many slots. */
  private laidOut(page: Page, count: number, takes: (hash: number) => boolean): Int32Array {
    const slots = emptySlots(count);
    for (let at = 0; at < page.slots.length; at += 2) {
      const number = page.slots[at + 1]!;
      if (number >= 0 && takes(page.slots[at]!)) put(slots, page.slots[at]!, number);
    }
    return slots;
  }

  private split(page: Page): void {
    if (page.bits === this.bits) {
      this.directory = [...this.directory, ...this.directory];
      this.bits++;
    }
    const bit = 1 << page.bits;
    const count = page.slots.length / 2;
    const halves = [0, bit].map((wanted): Page => {
      const slots = this.laidOut(page, count, (hash) => (hash & bit) === wanted);
      let used = 0;
      for (let at = 1; at < slots.length; at += 2) if (slots[at]! >= 0) used++;
      return { slots, used, bits: page.bits + 1 };
    });
    this.pageCount++;
    for (let at = 0; at < this.directory.length; at++) {
      if (this.directory[at] === page) this.directory[at] = halves[(at & bit) === 0 ? 0 : 1]!;
    }
  }
}
