/**
 * What happened, as the heap view tells it: a window turns on a clock that is moved ahead, and a
 * purge, a snapshot and a restart come by while the page looks on.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MID_WINDOW_MS } from "../../../bench/bench-clock.ts";
import type { HeapReply } from "../../../src/http/api-types.ts";
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const SERIES = 200;
const HOUR_MS = 3_600_000;
const SCRAPE_MS = 300_000;
/** Seven windows: what is kept. */
const HOURS = 28;
/** A window turns meanwhile, and one only. */
const PASSED_MS = 5 * HOUR_MS;

describe.skipIf(!installed)("the page's history", () => {
  let service: PageService;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const flags = [
      ...["--web.enable-admin-api", "--self-scrape.interval=0", "--snapshot.interval=0"],
    ];
    service = await PageService.startAt(MID_WINDOW_MS, ...flags);
    await service.backfill(SERIES, HOURS, SCRAPE_MS);
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`${service.origin}/#heap`);
    await page.waitForSelector(".forecast li");
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it("foretells the purges that come", async () => {
    const { forecast } = await service.data<HeapReply>("/api/v1/status/heap");
    const foretold = forecast?.purges.map(({ afterMs }) => afterMs) ?? [];
    expect(foretold.length).toBeGreaterThan(0);
    const times = await page.$$eval(".forecast li", (rows) =>
      rows.map((row) => Number((row as HTMLElement).dataset["after"])),
    );
    expect(times.slice(1)).toEqual(foretold);
  });

  it("marks purge, snapshot and restart when they have happened", async () => {
    const told = (kind: string) =>
      page.waitForSelector(`.events li:has(b:text-is("${kind}"))`, { timeout: 120_000 });
    await service.pass(PASSED_MS, SERIES, SCRAPE_MS);
    await told("purge");
    expect(await page.textContent(".events")).toMatch(/\d+ chunks of an expired window dropped/);
    await service.data("/api/v1/admin/tsdb/snapshot", "POST");
    await told("snapshot");
    await service.data("/api/v1/admin/drill/restart?capacity=exact&order=shuffled", "POST");
    await told("restart");
    expect(await page.textContent(".events")).toMatch(/capacity exact, order shuffled/);
    const named = () =>
      page.$$eval("[aria-label=marks] li", (all) => all.map((one) => one.textContent));
    await expect.poll(named).toEqual(["restart", "purge", "snapshot"]);
  });
});
