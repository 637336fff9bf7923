/**
 * Values and times as the bytes of their texts, for answers with very many points: no text is made
 * of a whole number. The bytes are those of formatValue() and timeText().
 *
 * Units: offsets are bytes; …Ms milliseconds.
 */
import { formatValue } from "../format-value.ts";

/** No value and no time has more bytes. */
export const NUMBER_BYTES_MAX = 32;

const ZERO = 0x30;
const MINUS = 0x2d;
const DOT = 0x2e;
/** Numbers below it are divided as 32-bit integers, so many digits at a time. */
const GROUP = 1e8;
const GROUP_DIGITS = 8;

/** Writes the last `count` digits of a number below 2^31; returns the end. */
function putDigits(bytes: Uint8Array, at: number, number: number, count: number): number {
  let rest = number | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    bytes[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + count;
}

function digitCount(number: number): number {
  let count = 1;
  for (let limit = 10; number >= limit; limit *= 10) count++;
  return count;
}

/** Writes a whole number of at most 2^53 that is not negative; returns the end. */
function putWhole(bytes: Uint8Array, at: number, number: number): number {
  if (number < GROUP) return putDigits(bytes, at, number, digitCount(number));
  const groups = Math.floor(number / GROUP);
  const end = putWhole(bytes, at, groups);
  return putDigits(bytes, end, number - groups * GROUP, GROUP_DIGITS);
}

/** Writes a text of ASCII characters; returns the end. */
export function putAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Writes what formatValue() makes of a value; returns the end. */
export function putValue(bytes: Uint8Array, at: number, value: number): number {
  // Not the zeros, one of which has a sign.
  if (!Number.isSafeInteger(value) || value === 0) return putAscii(bytes, at, formatValue(value));
  if (value > 0) return putWhole(bytes, at, value);
  bytes[at] = MINUS;
  return putWhole(bytes, at + 1, -value);
}

/** Writes what timeText() makes of a time in whole ms; returns the end. */
export function putTime(bytes: Uint8Array, at: number, timeMs: number): number {
  const absolute = Math.abs(timeMs);
  const fraction = absolute % 1000;
  let end = at;
  if (timeMs < 0) bytes[end++] = MINUS;
  end = putWhole(bytes, end, (absolute - fraction) / 1000);
  if (fraction === 0) return end;
  bytes[end] = DOT;
  return putDigits(bytes, end + 1, fraction, 3);
}
