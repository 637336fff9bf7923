/**
 * Mouse and fingers on the map: told as pointing, panning, zooming and choosing.
 *
 * I1  One that is down pans. Two pan with their middle and zoom with their distance: a level each
 *     time it has grown or shrunk by a third.
 * I2  Chosen is where one is lifted that came down alone and has hardly moved since.
 * I3  Two fingers are the map's: the browser neither scrolls nor zooms the page with them.
 *
 * Units: pixels are CSS pixels, x and y count from the canvas' corner.
 */

/** What pointers do. */
export interface PointerActions {
  point(x: number, y: number): void;
  leave(): void;
  pan(pixels: number): void;
  zoom(levels: number, x: number, y: number): void;
  choose(x: number, y: number): void;
}

/** Where one that is down was seen last. */
interface Held {
  x: number;
  y: number;
}

const STILL_PIXELS = 4;
const LEVEL_RATIO = 4 / 3;
const DOUBLE_CLICK_LEVELS = 2;

export class MapPointers {
  private readonly actions: PointerActions;
  private readonly canvas: HTMLCanvasElement;
  private readonly held = new Map<number, Held>();
  /** How far those that are down have moved, and whether there were several. */
  private moved = 0;
  private wereSeveral = false;
  /** The distance of two fingers at the last change of level. */
  private spread = 1;

  constructor(canvas: HTMLCanvasElement, actions: PointerActions) {
    this.canvas = canvas;
    this.actions = actions;
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerup", (event) => this.onUp(event));
    canvas.addEventListener("pointercancel", (event) => this.held.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => actions.leave());
    canvas.addEventListener("dblclick", ({ offsetX, offsetY }) =>
      actions.zoom(DOUBLE_CLICK_LEVELS, offsetX, offsetY),
    );
    const keepTwo = (event: TouchEvent) => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    };
    canvas.addEventListener("touchstart", keepTwo, { passive: false });
    canvas.addEventListener("touchmove", keepTwo, { passive: false });
  }

  /** Whether a finger or a button is down on the map. */
  get isHeld(): boolean {
    return this.held.size > 0;
  }

  private onDown(event: PointerEvent): void {
    const { held } = this;
    if (held.size === 0) {
      this.moved = 0;
      this.wereSeveral = false;
    }
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (held.size > 1) this.wereSeveral = true;
    this.spread = this.distance();
    this.canvas.setPointerCapture(event.pointerId);
  }

  private onMove(event: PointerEvent): void {
    const { held, actions } = this;
    const last = held.get(event.pointerId);
    if (last === undefined) {
      actions.point(event.offsetX, event.offsetY);
      return;
    }
    // Not offsetX: it makes the browser lay out the page first.
    const [right, down] = [event.clientX - last.x, event.clientY - last.y];
    this.moved += Math.abs(right) + Math.abs(down);
    last.x = event.clientX;
    last.y = event.clientY;
    actions.pan(down / held.size);
    if (held.size === 2) this.pinch();
  }

  private onUp(event: PointerEvent): void {
    const wasHeld = this.held.delete(event.pointerId);
    if (!wasHeld || this.wereSeveral || this.moved >= STILL_PIXELS) return;
    this.actions.choose(event.offsetX, event.offsetY);
  }

  private pinch(): void {
    const now = this.distance();
    const levels = Math.trunc(Math.log(now / this.spread) / Math.log(LEVEL_RATIO));
    if (levels === 0) return;
    this.spread *= LEVEL_RATIO ** levels;
    const [one, other] = [...this.held.values()] as [Held, Held];
    const { left, top } = this.canvas.getBoundingClientRect();
    this.actions.zoom(levels, (one.x + other.x) / 2 - left, (one.y + other.y) / 2 - top);
  }

  /** Between two that are down; 1 at least. */
  private distance(): number {
    const [one, other] = [...this.held.values()];
    if (one === undefined || other === undefined) return 1;
    return Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
  }
}
