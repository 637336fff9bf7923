import { describe, expect, it } from "vitest";
import { hexOf, Palette } from "../../src/web/heap/palette.ts";
import { distance, lab, type Vision } from "./colour-science.ts";

const VISIONS: readonly Vision[] = ["normal", "protan", "deutan", "tritan"];
const THEMES = ["light", "dark"] as const;
/** Two patches this far apart are told apart side by side. */
const APART = 12;
/** And this far apart at a glance, without looking from one to the other. */
const FAR_APART = 25;
const FILLS = Array.from({ length: 64 }, (_, i) => (i + 1) / 64);

/** Pairs that a vision sees closer together than APART. */
function confused(colours: readonly string[], vision: Vision): string[] {
  return colours.flatMap((one, i) =>
    colours
      .slice(i + 1)
      .map((other) => [one, other, distance(one, other, vision)] as const)
      .filter(([, , apart]) => apart < APART)
      .map(([a, b, apart]) => `${a} ${b}: ${apart.toFixed(1)}`),
  );
}

describe.each(THEMES)("the map's colours in the %s theme", (theme) => {
  const palette = new Palette(theme);
  const ends = [palette.idle, palette.empty, palette.occupancy(0.5), palette.occupancy(1)];

  it.each(VISIONS)("tell origins, idle and empty spans apart: %s", (vision) => {
    const kinds = [...palette.origins, palette.idle].map(hexOf);
    expect(confused(kinds, vision)).toEqual([]);
    expect(confused(ends.map(hexOf), vision)).toEqual([]);
  });

  it.each(VISIONS)("tell spans that hold nothing from any that hold something: %s", (vision) => {
    const nothing = hexOf(palette.empty);
    const others = [...FILLS.map((part) => palette.occupancy(part)), palette.idle].map(hexOf);
    const nearest = Math.min(...others.map((other) => distance(nothing, other, vision)));
    expect(nearest).toBeGreaterThan(FAR_APART);
  });

  it.each(VISIONS)("tell spans that hold nothing from all windows and origins: %s", (vision) => {
    const windows = [1, 2, 5, 8, 9].flatMap((count) => palette.windows(count));
    const nothing = hexOf(palette.emptyAmongKinds);
    const others = [...windows, ...palette.origins, palette.idle].map(hexOf);
    expect(others.flatMap((other) => confused([nothing, other], vision))).toEqual([]);
  });

  it.each(VISIONS)("rise or fall in lightness all along a ramp: %s", (vision) => {
    const fills = Array.from({ length: 9 }, (_, i) => palette.occupancy((i + 1) / 9));
    for (const ramp of [fills, palette.classes(9), palette.windows(9)]) {
      const lightness = ramp.map((colour) => lab(hexOf(colour), vision)[0]);
      const steps = lightness.slice(1).map((value, i) => value - lightness[i]!);
      const signs = new Set(steps.map(Math.sign));
      expect([...signs]).toHaveLength(1);
    }
  });
});
