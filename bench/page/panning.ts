/**
 * Panning and zooming the span map as people do, and what each frame of it costs the browser.
 *
 * Far is the whole heap, middle one page a cell, near the slots inside of pages. The pointer moves
 * about as often as the screen is drawn.
 *
 * Units: milliseconds; …Pixels CSS pixels.
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { LEVELS, SLOT_PIXELS } from "../../src/web/heap/map-layout.ts";
import { type FrameTimes, traceFrames } from "./frame-times.ts";
import { showLargeHeap } from "./large-heap.ts";
import type { SyntheticHeap } from "./synthetic-heap.ts";

const MOVE_MS = 14;
const SETTLE_MS = 1500;

export interface Screen {
  readonly name: string;
  readonly options: BrowserContextOptions;
}

export const SCREENS: readonly Screen[] = [
  { name: "1280x800", options: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 } },
  {
    name: "phone 390x844 at 2",
    options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
  },
];

/** Steps of the zoom's slider. */
const ZOOMS: readonly (readonly [string, number])[] = [
  ["far", 0],
  ["middle", LEVELS.findIndex(({ pagesPerCell }) => pagesPerCell === 1) + 1],
  ["near", LEVELS.findIndex(({ cellPixels }) => cellPixels === SLOT_PIXELS)],
];

export interface Panning {
  readonly screen: string;
  readonly zoom: string;
  readonly frames: FrameTimes;
}

export async function setLevel(page: Page, level: number): Promise<void> {
  const slider = page.locator("[aria-label=zoom]");
  if (level === 0) await page.click("[aria-label='show the whole heap']");
  else await slider.fill(String(level));
}

/** Drags up and down for some seconds, with the wheel in between; zooms at the ends of drags. */
export async function pan(page: Page, seconds: number): Promise<void> {
  const box = await page.locator(".map-stage").boundingBox();
  if (box === null) throw new Error("there is no map");
  const x = box.x + box.width / 2;
  const [top, bottom] = [Math.max(box.y, 70) + 20, Math.min(box.y + box.height, 780) - 20];
  const endMs = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < endMs; turn++) {
    const isDown = turn % 2 === 1;
    await page.mouse.move(x, isDown ? top : bottom);
    await page.mouse.down();
    for (let step = 1; step <= 40; step++) {
      const part = isDown ? step / 40 : 1 - step / 40;
      const next = page.waitForTimeout(MOVE_MS);
      await page.mouse.move(x + step, top + part * (bottom - top));
      await next;
    }
    await page.mouse.up();
    await page.keyboard.down("Control");
    for (const deltaY of [-100, 100]) {
      await page.mouse.wheel(0, deltaY);
      await page.waitForTimeout(MOVE_MS * 3);
    }
    await page.keyboard.up("Control");
  }
}

/** Frames of all zooms on one screen; of a heap that is only told, if there is one. */
export async function panned(
  browser: Browser,
  origin: string,
  { name, options }: Screen,
  seconds: number,
  heap: SyntheticHeap | null = null,
): Promise<Panning[]> {
  const context = await browser.newContext(options);
  if (heap !== null) await showLargeHeap(context, heap);
  const page = await context.newPage();
  await page.goto(`${origin}/#heap`);
  await page.waitForSelector(".map-panel[data-whole=true]");
  const found: Panning[] = [];
  for (const [zoom, level] of ZOOMS) {
    await setLevel(page, level);
    await page.locator(".map-stage").scrollIntoViewIfNeeded();
    await page.waitForTimeout(SETTLE_MS);
    const frames = await traceFrames(browser, page, () => pan(page, seconds));
    found.push({ screen: name, zoom, frames });
  }
  await context.close();
  return found;
}
