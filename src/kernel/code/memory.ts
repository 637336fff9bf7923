/**
 * Memory as the kernel's code sees it: loads, stores and 32-bit arithmetic.
 *
 * The code in this folder is compiled twice from the same text: to WebAssembly, where these
 * functions are single instructions (memory.assembly takes this file's place), and as ordinary
 * TypeScript over a DataView, for tests. So it uses only what means the same in both:
 *
 * I1  A value of type u32 is a whole number below 2^32. Results of bit operations and of sums that
 *     may pass 2^32 end in `>>> 0`, which AssemblyScript takes as nothing to do.
 * I2  A value that may be a NaN is moved with move8 or move16, never loaded as a double.
 *
 * Units: addresses are bytes from the start of the kernel's memory.
 */

declare global {
  type u32 = number;
  type f64 = number;
}

let view = new DataView(new SharedArrayBuffer(0));

/** Points the functions below at a memory; again whenever it has grown. */
export function bindMemory(buffer: SharedArrayBuffer): void {
  view = new DataView(buffer);
}

export function load8(at: u32): u32 {
  return view.getUint8(at);
}

export function load16(at: u32): u32 {
  return view.getUint16(at, true);
}

export function load32(at: u32): u32 {
  return view.getUint32(at, true);
}

export function store8(at: u32, value: u32): void {
  view.setUint8(at, value);
}

export function store32(at: u32, value: u32): void {
  view.setUint32(at, value, true);
}

/** A double that is no NaN. */
export function loadDouble(at: u32): f64 {
  return view.getFloat64(at, true);
}

export function storeDouble(at: u32, value: f64): void {
  view.setFloat64(at, value, true);
}

/** Moves 8 bytes as one: all are read before any is written. */
export function move8(to: u32, from: u32): void {
  const low = view.getUint32(from, true);
  const high = view.getUint32(from + 4, true);
  view.setUint32(to, low, true);
  view.setUint32(to + 4, high, true);
}

/** Moves 16 bytes as one. */
export function move16(to: u32, from: u32): void {
  const first = view.getBigUint64(from, true);
  const second = view.getBigUint64(from + 8, true);
  view.setBigUint64(to, first, true);
  view.setBigUint64(to + 8, second, true);
}

/** Whether 16 bytes are equal. */
export function equal16(left: u32, right: u32): boolean {
  if (view.getBigUint64(left, true) !== view.getBigUint64(right, true)) return false;
  return view.getBigUint64(left + 8, true) === view.getBigUint64(right + 8, true);
}

/** Which of 16 bytes are equal, the first one as the lowest bit. */
export function equalBits16(left: u32, right: u32): u32 {
  let bits = 0;
  for (let i = 0; i < 16; i++) {
    if (view.getUint8(left + i) === view.getUint8(right + i)) bits |= 1 << i;
  }
  return bits;
}

/** Whether none of 16 bytes has its highest bit set. */
export function isAscii16(at: u32): boolean {
  for (let i = 0; i < 16; i++) if (view.getUint8(at + i) > 127) return false;
  return true;
}

/** The low 32 bits of a product. */
export function multiply(left: u32, right: u32): u32 {
  return Math.imul(left, right) >>> 0;
}

/** Turns a word left. */
export function rotate(word: u32, bits: u32): u32 {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}

/** A whole number as a double. */
export function toDouble(value: u32): f64 {
  return value;
}

/** A whole double of at most 2^31 in size as a word, a negative one as its complement. */
export function toWord(value: f64): u32 {
  return value >>> 0;
}

/** Zero bits above the highest one of a word; 32 of zero. */
export function leadingZeroBits(word: u32): u32 {
  return Math.clz32(word);
}
