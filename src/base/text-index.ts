/**
 * Numbers texts: equal texts get equal numbers, new ones the next number. It grows without a long
 * moment (hash-slots.ts).
 *
 * I1  Numbers are 0, 1, 2 … in the order in which the texts came.
 */
import { hashKey } from "./hash-key.ts";
import { HashSlots } from "./hash-slots.ts";

const FACTOR = 0x9e3779b1;

/** Goes on with a hash over the characters of a text; one begins with hashKey(). */
export function textHash(text: string, hash: number): number {
  let h = hash ^ text.length;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), FACTOR);
    h ^= h >>> 15;
  }
  return h;
}

export class TextIndex {
  private readonly slots = new HashSlots();
  private readonly texts: string[] = [];

  /** How many different texts there are. */
  get count(): number {
    return this.texts.length;
  }

  /** The text of a number. */
  textOf(number: number): string {
    return this.texts[number]!;
  }

  /** Number of a text; it is added when new. */
  add(text: string): number {
    const { slots, texts } = this;
    for (let n = slots.first(textHash(text, hashKey())); n >= 0; n = slots.next()) {
      if (texts[n] === text) return n;
    }
    slots.insert(texts.length);
    return texts.push(text) - 1;
  }
}
