/**
 * The colours of span maps. Colours are words 0xAABBGGRR, as a canvas has them in memory.
 *
 * Ramps rise or fall in lightness all the way, so that they can be read without seeing hue; kinds
 * are those of Okabe and Ito, which people with any colour vision can tell apart.
 */
import type { Theme } from "../base/theme.ts";

export type ColourMode = "class" | "occupancy" | "origin" | "window";

const FULL_ALPHA = 0xff000000;

/** A colour word of "#rrggbb" or "#rgb". */
export function word(hex: string): number {
  const digits = hex.length === 4 ? hex.replaceAll(/[^#]/g, "$&$&") : hex;
  const rgb = Number.parseInt(digits.slice(1), 16);
  return (FULL_ALPHA | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/** "#rrggbb" of a colour word. */
export function hexOf(colour: number): string {
  const rgb = ((colour & 0xff) << 16) | (colour & 0xff00) | ((colour >> 16) & 0xff);
  return `#${rgb.toString(16).padStart(6, "0")}`;
}

/** From holes, which are what is looked for, to full. */
const OCCUPANCY: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#ffb52e", "#e3af58", "#a8ad86", "#659ca4", "#2f7c93", "#12596b"],
  dark: ["#ffc24d", "#dcae5b", "#93a07d", "#4f8a94", "#2c6f84", "#1f5a6e"],
};
/** Viridis, and plasma: each even in lightness. */
const CLASSES = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];
const WINDOWS = ["#3b0f9b", "#7e03a8", "#b83289", "#de6164", "#f8993e", "#f0e442"];
const CLASSES_DARK = ["#6a4c9c", "#5560b0", "#3a8ea3", "#2bb48d", "#86d964", "#fde725"];
const WINDOWS_DARK = ["#5546c0", "#9a3fc4", "#c9489a", "#e56f6f", "#f9a24c", "#f2ea6a"];
/** Made, grown, restored, moved. */
export const ORIGIN_COLOURS = ["#56b4e9", "#0072b2", "#d55e00", "#009e73"];
const ORIGIN_COLOURS_DARK = ["#8bcdf2", "#3591cf", "#f07f2e", "#2bc097"];

const IDLE: Readonly<Record<Theme, string>> = { light: "#e9eaea", dark: "#2c3338" };
/** Violet, which no part of the way from gold to teal comes near. */
const EMPTY: Readonly<Record<Theme, string>> = { light: "#7b2cbf", dark: "#d86bff" };
/** Apart from all windows and origins, as violet is not. */
const EMPTY_AMONG_KINDS: Readonly<Record<Theme, string>> = { light: "#101418", dark: "#ffffff" };
const STEPS = 64;

function channel(from: number, to: number, part: number): number {
  return Math.round(from + (to - from) * part);
}

function mixed(from: number, to: number, part: number): number {
  const red = channel(from & 0xff, to & 0xff, part);
  const green = channel((from >> 8) & 0xff, (to >> 8) & 0xff, part);
  const blue = channel((from >> 16) & 0xff, (to >> 16) & 0xff, part);
  return (FULL_ALPHA | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A ramp's colour at a part from 0 to 1. */
function onRamp(stops: readonly string[], part: number): number {
  const at = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return mixed(word(stops[low] as string), word(stops[low + 1] as string), at - low);
}

/** Colours of `count` ordered things. */
function ordered(stops: readonly string[], count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    onRamp(stops, count === 1 ? 0.5 : i / (count - 1)),
  );
}

/** Everything that a map is coloured with. */
export class Palette {
  readonly idle: number;
  /** A span in use that holds nothing live. */
  readonly empty: number;
  /** The same on a map whose colours tell windows or origins. */
  readonly emptyAmongKinds: number;
  readonly origins: readonly number[];
  private readonly theme: Theme;
  private readonly fills: readonly number[];

  constructor(theme: Theme) {
    this.theme = theme;
    this.idle = word(IDLE[theme]);
    this.empty = word(EMPTY[theme]);
    this.emptyAmongKinds = word(EMPTY_AMONG_KINDS[theme]);
    this.origins = (theme === "dark" ? ORIGIN_COLOURS_DARK : ORIGIN_COLOURS).map(word);
    this.fills = Array.from({ length: STEPS + 1 }, (_, i) => onRamp(OCCUPANCY[theme], i / STEPS));
  }

  /** Of a span or cell by the part of its slots that is live. */
  occupancy(part: number): number {
    return part <= 0 ? this.empty : (this.fills[Math.round(part * STEPS)] as number);
  }

  /** Of `count` classes, smallest first. */
  classes(count: number): number[] {
    return ordered(this.theme === "dark" ? CLASSES_DARK : CLASSES, count);
  }

  /** Of `count` windows, oldest first. */
  windows(count: number): number[] {
    return ordered(this.theme === "dark" ? WINDOWS_DARK : WINDOWS, count);
  }
}
