/**
 * What eyes make of colours: relative luminance and contrast as WCAG 2.2 has them, Lab, and how
 * dichromats see (Machado, Oliveira and Fernandes 2009, severity 1).
 *
 * Units: colours are "#rrggbb"; linear channels are 0 to 1; distances are CIE 1976.
 */

type Triple = readonly [number, number, number];

export type Vision = "deutan" | "normal" | "protan" | "tritan";

const SEEN: Readonly<Record<Vision, readonly [Triple, Triple, Triple]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function product(rows: readonly [Triple, Triple, Triple], [x, y, z]: Triple): Triple {
  const [first, second, third] = rows.map(([a, b, c]) => a * x + b * y + c * z);
  return [first!, second!, third!];
}

function linear(hex: string): Triple {
  const channel = (from: number) => {
    const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance(hex: string): number {
  const [red, green, blue] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colours, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** Lightness, green to red, blue to yellow, as a vision has it. */
export function lab(hex: string, vision: Vision = "normal"): Triple {
  const [red, green, blue] = product(SEEN[vision], linear(hex)).map((value) =>
    Math.min(1, Math.max(0, value)),
  );
  const toXyz: [Triple, Triple, Triple] = [
    [0.4124 / 0.95047, 0.3576 / 0.95047, 0.1805 / 0.95047],
    [0.2126, 0.7152, 0.0722],
    [0.0193 / 1.08883, 0.1192 / 1.08883, 0.9505 / 1.08883],
  ];
  const [x, y, z] = product(toXyz, [red!, green!, blue!]).map((value) =>
    value > 216 / 24_389 ? Math.cbrt(value) : (24_389 / 27 / 116) * value + 16 / 116,
  );
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

/** How far apart a vision sees two colours; below about 10 they are easily confused. */
export function distance(one: string, other: string, vision: Vision): number {
  const [a, b] = [lab(one, vision), lab(other, vision)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
