/**
 * Fingers on a page, as a touch screen would report them.
 *
 * Units: pixels are CSS pixels, x and y count from the corner of the viewport.
 */
import type { CDPSession, Page } from "playwright-core";

export interface Place {
  readonly x: number;
  readonly y: number;
}

const STEPS = 10;
/** Between two reports of a screen. */
const STEP_MS = 16;
/** So long a double tap is over. */
const APART_MS = 400;

export class Fingers {
  private readonly session: CDPSession;
  private readonly page: Page;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.session = session;
  }

  static async on(page: Page): Promise<Fingers> {
    return new Fingers(page, await page.context().newCDPSession(page));
  }

  /** Puts fingers down, moves each from its place to another in a straight line, lifts them. */
  async move(from: readonly Place[], to: readonly Place[]): Promise<void> {
    for (let down = 1; down <= from.length; down++) {
      await this.send("touchStart", from.slice(0, down));
    }
    for (let step = 1; step <= STEPS; step++) {
      await this.page.waitForTimeout(STEP_MS);
      const part = step / STEPS;
      await this.send(
        "touchMove",
        from.map(({ x, y }, i) => ({
          x: x + (to[i]!.x - x) * part,
          y: y + (to[i]!.y - y) * part,
        })),
      );
    }
    await this.send("touchEnd", []);
    await this.page.waitForTimeout(APART_MS);
  }

  async tap(at: Place): Promise<void> {
    await this.send("touchStart", [at]);
    await this.send("touchEnd", []);
  }

  private send(type: "touchEnd" | "touchMove" | "touchStart", places: readonly Place[]) {
    const touchPoints = places.map(({ x, y }, id) => ({ x, y, id }));
    return this.session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
}
