import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayOfYear, daysInMonth, fieldsOf } from "../../src/promql/functions/calendar.ts";

describe("the calendar", () => {
  it("agrees with JavaScript's in its range", () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e12, max: 8.64e12 }), (seconds) => {
        const date = new Date(seconds * 1000);
        expect(fieldsOf(seconds)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          weekday: date.getUTCDay(),
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
        });
      }),
    );
  });

  it("knows the last day of each 400 years", () => {
    const leapDay = Date.UTC(2000, 1, 29) / 1000;
    expect(fieldsOf(leapDay)).toMatchObject({ year: 2000, month: 2, day: 29 });
    expect(dayOfYear(leapDay)).toBe(60);
    expect(daysInMonth(leapDay)).toBe(29);
    expect(daysInMonth(Date.UTC(1900, 1, 1) / 1000)).toBe(28);
  });

  it("cuts fractions off towards zero", () => {
    expect(fieldsOf(-0.5)).toMatchObject({ year: 1970, month: 1, day: 1, hour: 0 });
    expect(fieldsOf(59.9).minute).toBe(0);
  });

  it("takes what is no 64-bit integer for 2^63", () => {
    const farAway = { year: 292277026596, month: 12, day: 4, weekday: 0, hour: 15, minute: 30 };
    for (const seconds of [Number.NaN, Infinity, -Infinity, 1e300]) {
      expect(fieldsOf(seconds)).toEqual(farAway);
    }
    expect(fieldsOf(1e18)).toMatchObject({ year: 31688740476, month: 10, day: 23, hour: 1 });
    expect(fieldsOf(-9.2e18)).toMatchObject({ year: -291536392293, month: 5, weekday: 2 });
  });
});
