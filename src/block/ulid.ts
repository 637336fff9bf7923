/**
 * ULIDs: names of blocks, sorted by the time at which they were made.
 *
 * Format: github.com/ulid/spec: 48 bits of milliseconds and 80 random bits, in Crockford's base 32.
 */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
const PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The ULID of a time and 16 random digits that `random32` gives, each from 0 to 31. */
export function ulidOf(timeMs: number, random32: () => number): string {
  let time = "";
  for (let i = 0, rest = timeMs; i < TIME_DIGITS; i++, rest = Math.floor(rest / 32)) {
    time = DIGITS.charAt(rest % 32) + time;
  }
  let random = "";
  for (let i = 0; i < RANDOM_DIGITS; i++) random += DIGITS.charAt(random32());
  return time + random;
}

/** Whether a text is a ULID. */
export function isUlid(text: string): boolean {
  return PATTERN.test(text);
}
