/** Damage to bytes, drawn by number so that a failing case can be shrunk. */

import type { Prng } from "../../src/base/prng.ts";

/** A copy of `bytes` with one bit changed; `bit` counts round the whole body. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  if (bytes.length === 0) return changed;
  const at = Math.floor(bit / 8) % bytes.length;
  changed[at] = changed[at]! ^ (1 << (bit % 8));
  return changed;
}

/** A copy with one kind of damage. */
export function mutated(random: Prng, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  const kind = random.below(6);
  const changed = bytes.slice();
  if (kind === 0 && at < bytes.length) changed[at] = changed[at]! ^ (1 << random.below(8));
  else if (kind === 1 && at < bytes.length) changed[at] = random.below(256);
  else if (kind === 2) return changed.subarray(0, at);
  else if (kind === 3) return joined(bytes.subarray(0, at), other);
  else if (kind === 4) {
    return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
  } else return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random.below(40))));
  return changed;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([left, right]));
}
