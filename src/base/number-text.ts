/**
 * Numbers as the texts of metrics spell them: decimals as in JavaScript, and infinities and NaN in
 * any case.
 */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^nan$/i;

/** The number that a word spells, null when it spells none. */
export function numberOfText(word: string): number | null {
  if (NUMBER.test(word)) return Number(word);
  if (NOT_A_NUMBER.test(word)) return Number.NaN;
  const infinity = INFINITY.exec(word);
  if (infinity === null) return null;
  return infinity[1] === "-" ? -Infinity : Infinity;
}
