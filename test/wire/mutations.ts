/** Damage to bytes, drawn by number so that a failing case can be shrunk. */

/** A copy of `bytes` with one bit changed; `bit` counts round the whole body. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  if (bytes.length === 0) return changed;
  const at = Math.floor(bit / 8) % bytes.length;
  changed[at] = changed[at]! ^ (1 << (bit % 8));
  return changed;
}
