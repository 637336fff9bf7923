/**
 * Bodies of write requests for tests.
 */

/** A snappy block of literals only: every decoder reads it, none is needed to make it. */
export function literalSnappy(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  let length = bytes.length;
  const header: number[] = [];
  for (; length >= 0x80; length = Math.floor(length / 128)) header.push((length % 128) | 0x80);
  parts.push(Buffer.from([...header, length]));
  for (let at = 0; at < bytes.length; at += 65_536) {
    const literal = bytes.subarray(at, at + 65_536);
    const last = literal.length - 1;
    parts.push(Buffer.from([61 << 2, last & 0xff, last >> 8]), Buffer.from(literal));
  }
  return Buffer.concat(parts);
}
