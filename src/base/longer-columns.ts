/**
 * Longer copies of columns, for what has to lie in one piece; what may be large grows by pages.
 *
 * Units: lengths are elements. What is added is 0.
 */

/** A longer copy of a column of doubles. */
export function longerFloats(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(column);
  return longer;
}

/** A longer copy of a column of 32-bit words. */
export function longerWords(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length);
  longer.set(column);
  return longer;
}

/** A longer copy of a column of bytes. */
export function longerBytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
