import { describe, expect, it } from "vitest";
import type { HeapMapReply } from "../../src/http/api-types.ts";
import { colouringOf, recordedCells, recordedClasses } from "../../src/web/heap/cells.ts";
import { Palette } from "../../src/web/heap/palette.ts";

const palette = new Palette("light");

/** A recorded map of cells full of these size classes; null is an idle cell. */
function mapOf(...classes: (number | null)[]): HeapMapReply {
  const keys = classes.map((one) => (one === null ? 0 : one + 1));
  const fill = classes.map((one) => (one === null ? 0 : 62));
  return {
    ...{ timeMs: 0, firstPage: 0, endPage: classes.length, pagesPerCell: 1 },
    ...{ windowStartsMs: [0], cells: { fill, classes: keys, windows: keys, origins: keys } },
  };
}

describe("a recorded map", () => {
  it("has the size classes of its own time, smallest first, large objects last", () => {
    expect(recordedClasses(mapOf(null, 9, 0, 3, 9, null))).toEqual([3, 9, 0]);
    expect(recordedClasses(mapOf(5, 2))).toEqual([2, 5]);
    expect(recordedClasses(mapOf(null))).toEqual([]);
  });

  it("has a colour for each of them, whatever the heap has now", () => {
    const map = mapOf(3, 0, null, 9);
    const classes = recordedClasses(map);
    const { colours } = recordedCells(map, colouringOf("class", palette, classes, 1));
    const [small, middle, large] = palette.classes(3);
    expect([...colours]).toEqual([small, large, palette.idle, middle]);
  });
});
