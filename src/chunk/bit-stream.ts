/**
 * Bits in a byte array, most significant bit first: the order of Prometheus' chunks.
 *
 * A group of bits travels left-aligned in a 32-bit word: its first bit is bit 31. Stateless: the
 * caller holds the position, counted in bits from `start`.
 *
 * I1  Bits behind the last one written are 0 up to the end of their byte; no later byte is touched.
 *
 * Byte stores are plain because a slice may end at any byte and the next slice is not ours.
 */

/** Writes the first `count` (0..32) bits of `word`; the rest of `word` must be 0. */
export function putBits(
  bytes: Uint8Array,
  start: number,
  position: number,
  word: number,
  count: number,
): void {
  const used = position & 7;
  let index = start + (position >>> 3);
  let left = count;
  let rest = word;
  if (used !== 0) {
    bytes[index] = bytes[index]! | (rest >>> (24 + used));
    rest <<= 8 - used;
    left -= 8 - used;
    index++;
  }
  for (; left > 0; left -= 8) {
    bytes[index++] = rest >>> 24;
    rest <<= 8;
  }
}

/**
 * As putBits, but may write 0 bits into the four bytes behind the last one written: for a stream
 * whose slice goes on that far. Always five stores, so that no branch depends on the data.
 */
export function putBitsLoosely(
  bytes: Uint8Array,
  start: number,
  position: number,
  word: number,
): void {
  const used = position & 7;
  const index = start + (position >>> 3);
  const kept = bytes[index]! & (0xff00 >> used);
  const shifted = word >>> used;
  bytes[index] = kept | (shifted >>> 24);
  bytes[index + 1] = shifted >>> 16;
  bytes[index + 2] = shifted >>> 8;
  bytes[index + 3] = shifted;
  bytes[index + 4] = (word << 8) >>> used;
}

/** The 32 bits from `position` on as a signed word; bits behind the stream are arbitrary. */
export function peekBits(bytes: Uint8Array, start: number, position: number): number {
  const index = start + (position >>> 3);
  const word =
    (bytes[index]! << 24) |
    (bytes[index + 1]! << 16) |
    (bytes[index + 2]! << 8) |
    bytes[index + 3]!;
  const used = position & 7;
  if (used === 0) return word;
  return (word << used) | (bytes[index + 4]! >>> (8 - used));
}
