/**
 * The map under fingers, on a phone's screen: one pans it, or the page when there is nothing to
 * pan; two zoom it; a tap opens what lies there.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { showLargeHeap } from "../../../bench/page/large-heap.ts";
import { SyntheticHeap } from "../../../bench/page/synthetic-heap.ts";
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { Fingers, type Place } from "./page-fingers.ts";
import { drawnCells } from "./page-map.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const POLL = { timeout: 30_000, interval: 200 };
/** A heap of 32 MiB. */
const PAGES = 4096;

describe.skipIf(!installed)("the map under fingers", () => {
  const heap = new SyntheticHeap(PAGES);
  let service: PageService;
  let browser: Browser;
  let page: Page;
  let fingers: Fingers;

  const level = async () => Number(await page.inputValue("[aria-label=zoom]"));
  const scrolled = () => page.evaluate(() => scrollY);
  const attribute = async (name: string) =>
    Number(await page.getAttribute(".map-canvas", `data-${name}`));

  /** A place on the map, so far from its middle. */
  async function place(right: number, down: number): Promise<Place> {
    const { x, y, width, height } = (await page.locator(".map-stage").boundingBox())!;
    return { x: x + width / 2 + right, y: y + height / 2 + down };
  }

  /** Two fingers beside each other around the middle, so far apart, so far down. */
  async function pair(apart: number, down = 0): Promise<Place[]> {
    return [await place(-apart / 2, down), await place(apart / 2, down)];
  }

  async function zoomIn(levels: number): Promise<void> {
    const before = await level();
    for (let i = 0; i < levels; i++) await page.click("[aria-label='zoom in']");
    await expect.poll(level, POLL).toBe(before + levels);
  }

  beforeAll(async () => {
    service = await PageService.start("--self-scrape.interval=0");
    browser = await openBrowser();
    const context = await browser.newContext({
      ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    });
    await showLargeHeap(context, heap);
    page = await context.newPage();
    await page.goto(`${service.origin}/#heap`);
    await page.waitForSelector(".map-panel[data-whole=true]", POLL);
    fingers = await Fingers.on(page);
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  beforeEach(async () => {
    await page.click("[aria-label='show the whole heap']");
    await page.evaluate(() => scrollTo(0, 100));
    await expect.poll(() => attribute("pages-per-cell"), POLL).toBeGreaterThan(0);
  });

  it("zooms in as two fingers part, out as they meet, from the whole heap too", async () => {
    const fitted = await level();
    // Twice as far apart, which is two thirds more and then some.
    await fingers.move(await pair(80), await pair(170));
    await expect.poll(level, POLL).toBe(fitted + 2);
    await fingers.move(await pair(80), await pair(170));
    await expect.poll(level, POLL).toBe(fitted + 4);
    await fingers.move(await pair(170), await pair(80));
    await expect.poll(level, POLL).toBe(fitted + 2);
    expect(await scrolled()).toBe(100);
  });

  it("zooms nothing while two fingers keep their distance", async () => {
    await zoomIn(3);
    const before = await level();
    await fingers.move(await pair(120, 60), await pair(120, -60));
    expect(await level()).toBe(before);
  });

  it("moves as far as one finger does, or two", async () => {
    await zoomIn(4);
    const pixels = await attribute("cell-pixels");
    const columns = await attribute("columns");
    for (const [apart, rows] of [
      [[0], 5],
      [[-60, 60], 3],
    ] as const) {
      const before = (await drawnCells(page)).colours;
      const down = -rows * pixels;
      const from = await Promise.all(apart.map((right) => place(right, 50)));
      const to = await Promise.all(apart.map((right) => place(right, 50 + down)));
      await fingers.move(from, to);
      const same = async () => {
        const after = (await drawnCells(page)).colours;
        const kept = before.slice(rows * columns);
        return kept.filter((colour, i) => after[i] !== colour).length;
      };
      await expect.poll(same, POLL).toBe(0);
    }
    expect(await scrolled()).toBe(100);
    expect(await page.isVisible(".span-panel")).toBe(false);
  });

  it("leaves one finger to the page when all of the heap is in view", async () => {
    const colours = async () => (await drawnCells(page)).colours;
    const before = await colours();
    await fingers.move([await place(0, 100)], [await place(0, 0)]);
    await expect.poll(scrolled, POLL).toBeGreaterThan(150);
    expect(await colours()).toEqual(before);
    expect(await page.isVisible(".span-panel")).toBe(false);
  });

  it("opens the span that is tapped", async () => {
    const { x, y } = (await page.locator(".map-stage").boundingBox())!;
    await fingers.tap({ x: x + 3, y: y + 3 });
    await page.waitForSelector(".span-panel:not([hidden]) .slots");
    const slots = String(heap.columns.slots[0]);
    expect(await page.getAttribute(".slots", "data-slots")).toBe(slots);
    await page.click(".span-panel .close");
  });
});
