/**
 * The page when all is not well: nothing there yet, an answer that is slow, one that fails, a
 * service that goes and comes back. It says so, and goes on by itself.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HeapReply } from "../../../src/http/api-types.ts";
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const POLL = { timeout: 30_000, interval: 200 };
const SERIES = 300;

describe.skipIf(!installed)("the page in hard times", () => {
  let service: PageService;
  let browser: Browser;
  let page: Page;

  async function open(route: string): Promise<void> {
    await page.goto("about:blank");
    await page.goto(`${service.origin}/#${route}`);
  }

  beforeAll(async () => {
    service = await PageService.start();
    browser = await openBrowser();
    page = await (await browser.newContext()).newPage();
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it("says what is empty, and what to do about it", async () => {
    await open("heap");
    await page.waitForSelector("text=The heap is empty");
    expect(await page.textContent(".notice pre")).toContain(`${service.origin}/api/v1/write`);
    await open("drill");
    await page.waitForSelector("text=No drill has been run by this process yet");
    await open("query?expr=nothing_of_this_name");
    await page.waitForSelector("text=No series has samples in this range");
    await open("status");
    await page.waitForSelector("text=No window holds a chunk yet");
    await page.waitForSelector("text=This process began with nothing to restore");
    await page.waitForSelector("text=Needs --web.enable-admin-api");
    expect(await page.isDisabled("text=Snapshot now")).toBe(true);
  });

  it("says that it waits for an answer", async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/api/v1/query_range", async (route) => {
      await held;
      await route.continue();
    });
    await open("query?expr=up");
    await page.waitForSelector("text=Asking …");
    expect(await page.isDisabled("text=Run")).toBe(true);
    answer();
    await page.waitForSelector("text=No series has samples in this range");
    expect(await page.isDisabled("text=Run")).toBe(false);
    await page.unroute("**/api/v1/query_range");
  });

  it.each([
    ["heap", "**/api/v1/status/heap/spans.bin*"],
    ["heap", "**/api/v1/status/heap/history"],
    ["status", "**/api/v1/status/storage"],
    ["query?expr=up", "**/api/v1/query_range"],
    ["drill", "**/api/v1/drill"],
  ])("shows the service's own words when it fails: %s, %s", async (view, path) => {
    const error = "the store is busy with something else";
    const body = JSON.stringify({ status: "error", errorType: "unavailable", error });
    await page.route(path, (route) => route.fulfill({ status: 503, body }));
    await open(view);
    await expect.poll(() => page.textContent(".notice.bad"), POLL).toContain(error);
    await page.unroute(path);
  });

  it("tells of a restore that is under way", async () => {
    const news = { state: "restoring", timeMs: Date.now(), figures: null, events: [] };
    await page.route("**/api/v1/live", (route) =>
      route.fulfill({
        headers: { "content-type": "text/event-stream" },
        body: `event: heap\ndata: ${JSON.stringify(news)}\n\n`,
      }),
    );
    await open("heap");
    await page.waitForSelector("text=The service is restoring its data");
    await page.unroute("**/api/v1/live");
  });

  it("says that the service is gone, and follows it again when it is back", async () => {
    await open("heap");
    await expect.poll(() => page.textContent(".state"), POLL).toBe("live");
    await service.stop("SIGKILL");
    await expect.poll(() => page.textContent(".state"), POLL).toMatch(/not reachable/);
    await expect.poll(() => page.textContent(".notice.bad"), POLL).toMatch(/cannot be reached/);
    await service.startAgain();
    await expect.poll(() => page.textContent(".state"), POLL).toBe("live");
    await service.backfill(SERIES, 1, 60_000);
    const alloc = "[data-figure=heap_alloc][data-value]";
    const shown = async () => Number(await page.getAttribute(alloc, "data-value"));
    const isShown = async () => {
      const { memStats } = await service.data<HeapReply>("/api/v1/status/heap");
      return (await shown()) >= Number(memStats["HeapAlloc"]) / 2;
    };
    await expect.poll(isShown, POLL).toBe(true);
    await expect.poll(() => page.isVisible(".notice"), POLL).toBe(false);
  });
});
