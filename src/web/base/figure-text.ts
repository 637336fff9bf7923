/**
 * Figures for people: bytes in binary units, counts with groups of digits, times as the
 * browser has them.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes with three significant digits: "1.21 MiB". */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A whole number with thin spaces between groups of three digits. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}

/** A moment as "16:00", in the browser's time zone. */
export function clockText(timeMs: number): string {
  const time = new Date(timeMs);
  return `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

/** A moment as "16:00:05". */
export function secondText(timeMs: number): string {
  return `${clockText(timeMs)}:${twoDigits(new Date(timeMs).getSeconds())}`;
}

/** A moment as "2026-11-23 16:00". */
export function timeText(timeMs: number): string {
  const time = new Date(timeMs);
  const month = twoDigits(time.getMonth() + 1);
  return `${time.getFullYear()}-${month}-${twoDigits(time.getDate())} ${clockText(timeMs)}`;
}

/** A duration with its two largest units: "3 h 12 min", "48 s". */
export function durationText(ms: number): string {
  const left = Math.max(0, ms);
  const days = Math.floor(left / DAY_MS);
  const hours = Math.floor((left % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((left % HOUR_MS) / MINUTE_MS);
  const seconds = Math.floor((left % MINUTE_MS) / 1000);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return minutes > 9 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  return `${seconds} s`;
}

/** A part of a whole as percent with one digit, "0 %" of nothing. */
export function percentText(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;
}
