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
 * As putBits, but for a stream whose slice goes on for five bytes: those behind the last bit are
 * set to 0. `open` is the byte that `position` lies in, 0 when it starts there; returns the same
 * for the position behind. Reads nothing and always stores five bytes: memory that is not cached
 * is not waited for, and no branch depends on the data.
 */
export function putBitsOpen(
  bytes: Uint8Array,
  start: number,
  position: number,
  word: number,
  count: number,
  open: number,
): number {
  const used = position & 7;
  const index = start + (position >>> 3);
  const first = (open << 24) | (word >>> used);
  const fifth = ((word << 8) >>> used) & 255;
  bytes[index] = first >>> 24;
  bytes[index + 1] = first >>> 16;
  bytes[index + 2] = first >>> 8;
  bytes[index + 3] = first;
  bytes[index + 4] = fifth;
  const whole = (used + count) >>> 3;
  return whole === 4 ? fifth : (first << (8 * whole)) >>> 24;
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
