/**
 * The page without a pointer: in every view, whatever can be pressed or filled is reached with Tab,
 * and shows that it is.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const SERIES = 300;
const TABS_MAX = 400;
const VIEWS = {
  heap: ".forecast li",
  drill: ".drill-form",
  query: ".editor-host",
  status: "[aria-label=Flags] tbody tr",
};

/** Numbers all controls of the page that can be used now; gives how many they are. */
function numberControls(page: Page): Promise<number> {
  return page.evaluate(() => {
    const selector = "a[href], button, input, select, textarea, [tabindex='0'], .editor-host";
    const usable = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) => {
      const style = getComputedStyle(element);
      const isShown = element.getClientRects().length > 0 && style.visibility !== "hidden";
      return isShown && !element.matches(":disabled");
    });
    for (const [i, element] of usable.entries()) element.setAttribute("data-control", String(i));
    return usable.length;
  });
}

/** The number of the control that has the focus, and whether one sees that. */
function focused(page: Page): Promise<{ control: string; isSeen: boolean } | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const control = element?.getAttribute("data-control") ?? null;
    if (element === null || control === null) return null;
    const frame = element.closest(".editor") ?? element;
    const { outlineStyle } = getComputedStyle(element);
    const isFramed = frame !== element && frame.matches(":focus-within");
    const { x, y, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    const isCovered = !element.contains(hit) && !frame.contains(hit);
    return { control, isSeen: !isCovered && (isFramed || outlineStyle !== "none") };
  });
}

describe.skipIf(!installed)("the page with a keyboard", () => {
  let service: PageService;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    service = await PageService.start("--web.enable-admin-api");
    await service.backfill(SERIES, 1, 60_000);
    browser = await openBrowser();
    page = await (await browser.newContext()).newPage();
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it.each(Object.entries(VIEWS))("reaches every control of the %s view", async (view, sign) => {
    await page.goto("about:blank");
    await page.goto(`${service.origin}/#${view}`);
    await page.waitForSelector(sign);
    const count = await numberControls(page);
    expect(count).toBeGreaterThan(8);
    const reached = new Set<string>();
    const seen = new Set<string>();
    for (let i = 0; i < TABS_MAX && reached.size < count; i++) {
      await page.keyboard.press("Tab");
      const found = await focused(page);
      if (found === null) continue;
      reached.add(found.control);
      if (found.isSeen) seen.add(found.control);
    }
    const all = Array.from({ length: count }, (_, i) => String(i));
    expect(all.filter((control) => !reached.has(control))).toEqual([]);
    expect(all.filter((control) => !seen.has(control))).toEqual([]);
  });

  it("skips to the content", async () => {
    await page.goto("about:blank");
    await page.goto(`${service.origin}/#status`);
    await page.waitForSelector(".view.status");
    await page.keyboard.press("Tab");
    expect(await page.textContent(":focus")).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.getAttribute(":focus", "id")).toBe("main");
    expect(page.url()).toMatch(/#status$/);
    expect(await page.isVisible(".view.status")).toBe(true);
  });
});
