/**
 * Columns of 32-bit integers over shared memory, and their growth.
 *
 * Shared, so that a worker thread can read them in place; a plain SharedArrayBuffer view costs the
 * same per access as an ordinary array.
 */

export type Column = Uint32Array<SharedArrayBuffer>;

/** A column of `length` entries, all zero. */
export function sharedColumn(length: number): Column {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

/** A copy of `column` with twice its length; the new entries hold `filler`. */
export function doubled(column: Column, filler = 0): Column {
  const larger = sharedColumn(column.length * 2);
  larger.set(column);
  if (filler !== 0) larger.fill(filler, column.length);
  return larger;
}
