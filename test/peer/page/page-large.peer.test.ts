/**
 * The page over a heap of 10 GiB: its spans are told by a synthetic one, which no test could fill.
 * The whole of it is in view, every cell is what its pages are, and any page can be come to.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showLargeHeap } from "../../../bench/page/large-heap.ts";
import { SyntheticHeap, TEN_GIB_PAGES } from "../../../bench/page/synthetic-heap.ts";
import { bytesText, countText, percentText } from "../../../src/web/base/figure-text.ts";
import { LEVELS } from "../../../src/web/heap/map-layout.ts";
import { Palette } from "../../../src/web/heap/palette.ts";
import { PageFacts } from "../../web/page-facts.ts";
import { isInstalled } from "../running-process.ts";
import { openBrowser, watchFaults } from "./page-browser.ts";
import { drawnCells, MODES } from "./page-map.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const POLL = { timeout: 60_000, interval: 300 };
const palette = new Palette("light");

describe.skipIf(!installed)("the page over a heap of 10 GiB", () => {
  const heap = new SyntheticHeap();
  const { columns, count, firstPage, endPage, windowStartsMs } = heap;
  const facts = new PageFacts(
    {
      ...{ page: columns.pages, pages: columns.pageCounts, class: columns.classes },
      ...{ slots: columns.slots, live: columns.live },
      windowOf: (span) => 31 - Math.clz32(columns.windowsLow[span]!),
      originCountOf: (span, origin) => columns.origins[4 * span + origin]!,
    },
    count,
    firstPage,
    endPage - firstPage,
  );
  let service: PageService;
  let browser: Browser;
  let page: Page;
  let faults: string[];

  const attribute = async (name: string) =>
    Number(await page.getAttribute(".map-canvas", `data-${name}`));

  /** Colours of a canvas that shows cells pixel by pixel. */
  const stripColours = () =>
    page.$eval<number[], HTMLCanvasElement>(".minimap canvas", (canvas) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return [...new Uint32Array(data.buffer)];
    });

  function differing(colours: readonly number[], pagesPerCell: number, mode: (typeof MODES)[0]) {
    let found = 0;
    for (let from = 0; from < TEN_GIB_PAGES; from += pagesPerCell) {
      const end = from + pagesPerCell;
      const may = facts.coloursOf(mode, palette, windowStartsMs.length, from, end);
      if (!may.includes(colours[from / pagesPerCell]!)) found++;
    }
    return found;
  }

  beforeAll(async () => {
    service = await PageService.start("--self-scrape.interval=0");
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
    await showLargeHeap(context, heap);
    page = await context.newPage();
    faults = watchFaults(page, service.origin);
    await page.goto(`${service.origin}/#heap`);
    await page.waitForSelector(".map-panel[data-whole=true]", POLL);
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it.each(MODES)("has all of it in view, each cell as its pages are, by %s", async (mode) => {
    await page.click(`[data-name=${mode}]`);
    expect(await page.getAttribute(".map-canvas", "class")).toContain("whole");
    const pagesPerCell = await attribute("pages-per-cell");
    expect(pagesPerCell).toBeGreaterThan(1);
    expect(pagesPerCell).toBeLessThanOrEqual(128);
    await expect
      .poll(async () => differing((await drawnCells(page)).colours, pagesPerCell, mode), POLL)
      .toBe(0);
    expect(await page.isVisible(".map-legend")).toBe(true);
    expect(await page.locator(".map-legend li").count()).toBeGreaterThanOrEqual(3);
  });

  it("tells what a cell adds up to", async () => {
    await page.hover(".map-canvas", { position: { x: 300, y: 200 } });
    const title = (await page.textContent(".tip b"))!;
    const lines = await page.$$eval(".tip span", (all) => all.map((one) => one.textContent));
    const pages = await attribute("pages-per-cell");
    expect(title).toBe(`${bytesText(pages * 8192)} from page ${title.split(" ").at(-1)}`);
    const from = Number(title.split(" ").at(-1)) - firstPage;
    expect(from % pages).toBe(0);
    const { used, fill } = facts.sumOf(from, from + pages);
    expect(lines[0]).toContain(`${countText(used)} pages in`);
    expect(lines[0]).toContain(`${countText(pages - used)} idle`);
    expect(lines[1]).toBe(`${percentText(fill, used)} of their slots live`);
  });

  it("has all of it in the strip, its frame in it from end to end", async () => {
    await page.click("[data-name=occupancy]");
    await page.fill("[aria-label=zoom]", String(LEVELS.length - 1));
    const strip = async () => differing(await stripColours(), 128, "occupancy");
    await expect.poll(strip, POLL).toBe(0);
    await page.focus(".map-canvas");
    const places = async () => {
      const boxes = [".minimap", ".minimap-frame"].map((name) => page.locator(name).boundingBox());
      const [whole, frame] = (await Promise.all(boxes)) as { y: number; height: number }[];
      const above = frame!.y - whole!.y;
      const below = whole!.y + whole!.height - frame!.y - frame!.height;
      return { Home: above, End: below, height: frame!.height };
    };
    for (const key of ["Home", "End"] as const) {
      await page.keyboard.press(key);
      await expect.poll(async () => (await places())[key], POLL).toBeCloseTo(0, -1);
      const { Home: above, End: below, height } = await places();
      expect(Math.min(above, below)).toBeGreaterThan(-1.5);
      expect(height).toBeGreaterThanOrEqual(6);
    }
  });

  it("comes to a single page, which is told exactly", async () => {
    const spoken = () => page.textContent(".map-panel [aria-live]");
    expect(await spoken()).toMatch(new RegExp(`^page ${endPage - 1}, idle`));
    await page.keyboard.press("Home");
    const pages = columns.pageCounts[0]!;
    const live = `${columns.live[0]} of ${columns.slots[0]} live`;
    await expect.poll(spoken, POLL).toMatch(new RegExp(`^page ${columns.pages[0]}, ${pages} page`));
    expect(await spoken()).toContain(live);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".span-panel:not([hidden]) .slots");
    expect(await page.getAttribute(".slots", "data-slots")).toBe(String(columns.slots[0]));
  });

  it("has met no fault", () => {
    expect(faults).toEqual([]);
  });
});
