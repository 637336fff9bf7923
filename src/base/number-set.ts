/**
 * A set of small integers that may have very many members and never stands still for long: a Set of
 * V8 lays all of them out anew when it has doubled.
 *
 * I1  Members come in the order in which they were added first.
 * I2  They are not negative, and dense enough that pages of bits pay.
 */

const WORD_BITS = 5;
const PAGE_BITS = 15;
const PAGE_WORDS = 1 << (PAGE_BITS - WORD_BITS);

export class NumberSet<Member extends number> implements Iterable<Member> {
  private readonly pages: (Int32Array | undefined)[] = [];
  private readonly members: Member[] = [];

  get size(): number {
    return this.members.length;
  }

  has(member: Member): boolean {
    const page = this.pages[member >>> PAGE_BITS];
    if (page === undefined) return false;
    return ((page[(member >>> WORD_BITS) & (PAGE_WORDS - 1)]! >>> (member & 31)) & 1) === 1;
  }

  add(member: Member): void {
    if (this.has(member)) return;
    const at = member >>> PAGE_BITS;
    while (this.pages.length <= at) this.pages.push(undefined);
    const page = this.pages[at] ?? new Int32Array(PAGE_WORDS);
    this.pages[at] = page;
    page[(member >>> WORD_BITS) & (PAGE_WORDS - 1)]! |= 1 << (member & 31);
    this.members.push(member);
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.members.values();
  }
}
