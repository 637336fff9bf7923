import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LINE_COLOURS } from "../../src/web/base/line-colours.ts";
import { contrast } from "./colour-science.ts";

const sheet = readFileSync("src/web/style/theme.css", "utf8");
const pairs = [...sheet.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)];
const THEMES = ["light", "dark"] as const;
const GROUNDS = ["back", "surface", "raised"];
/** Colours of texts, those of the editor among them, and of what is drawn or framed. */
const TEXTS = ["ink", "muted", "accent", "good", "bad", "gap", "inuse", "released", "compaction"];
const SHAPES = [
  ...["alloc", "focus", "field", "idle-line", "purge", "snapshot", "restart"],
  ...["inuse", "gap", "released", "compaction"],
];
const ON = [
  ["accent-ink", "accent"],
  ["ink", "accent-soft"],
  ["bad", "bad-soft"],
] as const;

describe.each(THEMES)("the colours of the %s theme", (theme) => {
  const of = (name: string) => {
    const pair = pairs.find(([, found]) => found === name);
    if (pair === undefined) throw new Error(`no colour --${name}`);
    return pair[theme === "light" ? 2 : 3]!;
  };
  const below = (names: readonly string[], grounds: readonly string[], least: number) =>
    names.flatMap((name) =>
      grounds
        .map((ground) => [name, ground, contrast(of(name), of(ground))] as const)
        .filter(([, , ratio]) => ratio < least),
    );

  it("are readable as text on every ground: WCAG AA, 4.5 to 1", () => {
    expect(below(TEXTS, GROUNDS, 4.5)).toEqual([]);
    for (const [name, ground] of ON) expect(below([name], [ground], 4.5)).toEqual([]);
  });

  it("stand out as lines, frames and marks: WCAG AA, 3 to 1", () => {
    expect(below(SHAPES, GROUNDS, 3)).toEqual([]);
    const faint = LINE_COLOURS.filter((colour) => contrast(colour, of("surface")) < 3);
    expect(faint).toEqual([]);
  });
});

describe("the style sheet", () => {
  it("says each colour once, for both themes", () => {
    expect(pairs.length).toBeGreaterThan(20);
    const names = pairs.map(([, name]) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(sheet).not.toContain("prefers-color-scheme");
  });
});
