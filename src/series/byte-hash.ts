/**
 * A 32-bit hash of a byte range for the store's own tables; never written to disk.
 *
 * Four bytes a step, multiply and rotate as in MurmurHash3 (public domain, Austin Appleby). Not
 * keyed: tables bound their probe length instead (see HashIndex), and a colliding entry is always
 * told apart by comparing bytes.
 */

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Hash of `bytes[from, to)`: an unsigned 32-bit integer. */
export function hashBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed | 0;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    hash = mix(
      hash,
      bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24),
    );
  }
  let tail = 0;
  for (let shift = 0; i < to; i++, shift += 8) tail |= bytes[i]! << shift;
  return finish(mix(hash, tail) ^ (to - from));
}

/** Hash of two integers. */
export function hashPair(left: number, right: number, seed: number): number {
  return finish(mix(mix(seed | 0, left), right));
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
