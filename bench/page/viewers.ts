/**
 * What viewers cost the service: CPU of its process while nobody looks, while one does, and while
 * several do, each with the heap view open in a browser and its stream running.
 *
 * Units: seconds; percent of one processor.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { cpuBetween, cpuOf } from "../process-figures.ts";
import type { ServerUnderTest } from "../server-under-test.ts";

const SETTLE_MS = 5000;

export interface ViewerFigures {
  readonly viewers: number;
  readonly cpuPercent: number;
}

/** CPU of the service with so many viewers each, over `seconds`. */
export async function viewerCosts(
  browser: Browser,
  { pid, port }: ServerUnderTest,
  counts: readonly number[],
  seconds: number,
): Promise<ViewerFigures[]> {
  const found: ViewerFigures[] = [];
  for (const viewers of counts) {
    const pages = await Promise.all(
      Array.from({ length: viewers }, async () => {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${port}/#heap`);
        await page.waitForSelector(".map-panel[data-whole=true]");
        return page;
      }),
    );
    await sleep(SETTLE_MS);
    const before = cpuOf(pid);
    await sleep(seconds * 1000);
    const cpuPercent = (100 * cpuBetween(before, cpuOf(pid))) / seconds;
    found.push({ viewers, cpuPercent });
    for (const page of pages) await page.context().close();
  }
  return found;
}
