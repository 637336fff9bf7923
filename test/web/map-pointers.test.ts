/**
 * What fingers and a mouse on the map are told as, on a canvas that only passes events on.
 *
 * Units: pixels are CSS pixels.
 */
import { describe, expect, it } from "vitest";
import { MapPointers } from "../../src/web/heap/map-pointers.ts";

class Surface extends EventTarget {
  readonly told: (readonly (number | string)[])[] = [];
  readonly pointers = new MapPointers(this as unknown as HTMLCanvasElement, {
    point: (x, y) => this.told.push(["point", x, y]),
    leave: () => this.told.push(["leave"]),
    pan: (pixels) => this.told.push(["pan", pixels]),
    zoom: (levels, x, y) => this.told.push(["zoom", levels, x, y]),
    choose: (x, y) => this.told.push(["choose", x, y]),
  });

  setPointerCapture(): void {}

  getBoundingClientRect(): { left: number; top: number } {
    return { left: 10, top: 100 };
  }

  send(type: string, pointerId: number, clientX: number, clientY: number): void {
    const place = { offsetX: clientX - 10, offsetY: clientY - 100 };
    this.dispatchEvent(Object.assign(new Event(type), { pointerId, clientX, clientY, ...place }));
  }

  toldOf(kind: string): (readonly (number | string)[])[] {
    return this.told.filter(([name]) => name === kind);
  }

  /** How far all pans together went, and how many levels all zooms. */
  get sums(): readonly [number, number] {
    const sum = (kind: string) => this.toldOf(kind).reduce((all, [, by]) => all + Number(by), 0);
    return [sum("pan"), sum("zoom")];
  }
}

/** Two fingers of which the second goes to another place in steps. */
function pinched(surface: Surface, fromX: number, toX: number): void {
  surface.send("pointerdown", 1, 100, 200);
  surface.send("pointerdown", 2, fromX, 200);
  for (let i = 1; i <= 20; i++) {
    surface.send("pointermove", 2, fromX + ((toX - fromX) * i) / 20, 200);
  }
}

describe("pointers on the map", () => {
  it("point where they are while none is down", () => {
    const surface = new Surface();
    surface.send("pointermove", 1, 30, 120);
    expect(surface.told).toEqual([["point", 20, 20]]);
  });

  it("pan by what one that is down has moved, and choose nothing then", () => {
    const surface = new Surface();
    surface.send("pointerdown", 1, 50, 200);
    surface.send("pointermove", 1, 52, 190);
    surface.send("pointermove", 1, 54, 170);
    expect(surface.pointers.isHeld).toBe(true);
    surface.send("pointerup", 1, 54, 170);
    expect(surface.told).toEqual([
      ["pan", -10],
      ["pan", -20],
    ]);
    expect(surface.pointers.isHeld).toBe(false);
  });

  it("choose where one is lifted that has hardly moved", () => {
    const surface = new Surface();
    surface.send("pointerdown", 1, 50, 200);
    surface.send("pointermove", 1, 51, 201);
    surface.send("pointerup", 1, 51, 201);
    expect(surface.toldOf("choose")).toEqual([["choose", 41, 101]]);
  });

  it("choose nothing where one is lifted that has gone sideways", () => {
    const surface = new Surface();
    surface.send("pointerdown", 1, 50, 200);
    surface.send("pointermove", 1, 150, 200);
    surface.send("pointerup", 1, 150, 200);
    expect(surface.toldOf("choose")).toEqual([]);
  });

  it("zoom a level each time that two have parted by a third, around their middle", () => {
    const surface = new Surface();
    pinched(surface, 190, 290);
    // From 90 pixels to 190: twice a third and then some.
    expect(surface.sums[1]).toBe(2);
    const [, , x, y] = surface.toldOf("zoom")[0]!;
    expect([Math.round(Number(x)), y]).toEqual([150, 100]);
    for (let toX = 290; toX >= 190; toX -= 5) surface.send("pointermove", 2, toX, 200);
    expect(surface.sums[1]).toBe(0);
  });

  it("zoom nothing while two keep their distance, and pan by what both have moved", () => {
    const surface = new Surface();
    surface.send("pointerdown", 1, 100, 200);
    surface.send("pointerdown", 2, 200, 200);
    for (let y = 205; y <= 260; y += 5) {
      surface.send("pointermove", 1, 100, y);
      surface.send("pointermove", 2, 200, y);
    }
    expect(surface.sums).toEqual([60, 0]);
  });

  it("choose nothing after a pinch, whichever finger is lifted last", () => {
    const surface = new Surface();
    pinched(surface, 190, 191);
    surface.send("pointerup", 2, 191, 200);
    surface.send("pointerup", 1, 100, 200);
    expect(surface.toldOf("choose")).toEqual([]);
    surface.send("pointerdown", 3, 50, 200);
    surface.send("pointerup", 3, 50, 200);
    expect(surface.toldOf("choose")).toHaveLength(1);
  });

  it("are not held when the browser takes them away", () => {
    const surface = new Surface();
    surface.send("pointerdown", 1, 50, 200);
    surface.send("pointercancel", 1, 50, 200);
    expect(surface.pointers.isHeld).toBe(false);
  });
});
