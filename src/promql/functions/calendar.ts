/**
 * Date fields of a time in seconds since the epoch, UTC.
 *
 * Days are turned into a civil date by counting 400-year cycles of 146,097 days from 1 March of
 * the year 0 (the leap day then ends a cycle), so any time works.
 */

const DAY_SECONDS = 86_400;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAY = 719_468;
const CYCLE_DAYS = 146_097;
const INT64_LIMIT = 2 ** 63;

export interface DateFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 = Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function floorDivide(value: number, divisor: number): number {
  return Math.floor(value / divisor);
}

/** Day and second of the day; times that are no 64-bit integer are those of 2^63 in Go. */
function splitDays(seconds: number): [days: number, second: number] {
  if (Math.abs(seconds) <= Number.MAX_SAFE_INTEGER) {
    const whole = Math.trunc(seconds);
    const days = floorDivide(whole, DAY_SECONDS);
    return [days, whole - days * DAY_SECONDS];
  }
  const whole = BigInt(Math.abs(seconds) < INT64_LIMIT ? Math.trunc(seconds) : INT64_LIMIT);
  const daySeconds = BigInt(DAY_SECONDS);
  const second = ((whole % daySeconds) + daySeconds) % daySeconds;
  return [Number((whole - second) / daySeconds), Number(second)];
}

/** Fields of a time; fractions of a second are cut off towards zero. */
export function fieldsOf(seconds: number): DateFields {
  const [days, second] = splitDays(seconds);
  const shifted = days + EPOCH_DAY;
  const cycle = floorDivide(shifted, CYCLE_DAYS);
  const dayOfCycle = shifted - cycle * CYCLE_DAYS;
  const leaps = floorDivide(dayOfCycle, 1460) - floorDivide(dayOfCycle, 36_524);
  const yearOfCycle = floorDivide(
    dayOfCycle - leaps - floorDivide(dayOfCycle, CYCLE_DAYS - 1),
    365,
  );
  const dayOfMarchYear =
    dayOfCycle - (365 * yearOfCycle + floorDivide(yearOfCycle, 4) - floorDivide(yearOfCycle, 100));
  const marchMonth = floorDivide(5 * dayOfMarchYear + 2, 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfMarchYear - floorDivide(153 * marchMonth + 2, 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: floorDivide(second, 3600),
    minute: floorDivide(second % 3600, 60),
  };
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Number of days in the month of a time. */
export function daysInMonth(seconds: number): number {
  const { year, month } = fieldsOf(seconds);
  return lengthOfMonth(year, month);
}

/** Day of the year of a time, from 1. */
export function dayOfYear(seconds: number): number {
  const { year, month, day } = fieldsOf(seconds);
  let total = day;
  for (let earlier = 1; earlier < month; earlier++) total += lengthOfMonth(year, earlier);
  return total;
}
