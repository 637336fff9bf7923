/**
 * The page of a service that wants credentials: the browser asks for a password, and with one all
 * of the page works, its stream too; a token is typed into the page's own dialog.
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const POLL = { timeout: 30_000, interval: 300 };
const PASSWORD = "a long and idle winter";

describe.skipIf(!installed)("the page behind a password", () => {
  const file = join(tmpdir(), `spandrel-web-${process.pid}.yml`);
  let service: PageService;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, `basic_auth_users:\n  reader: "${hashSync(PASSWORD, 4)}"\n`);
    const credentials = Buffer.from(`reader:${PASSWORD}`).toString("base64");
    service = await PageService.startFor(`Basic ${credentials}`, `--web.config.file=${file}`);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it("is closed without one", async () => {
    for (const path of ["/", "/assets/icon.svg", "/api/v1/live", "/api/v1/status/heap"]) {
      expect([path, (await fetch(`${service.origin}${path}`)).status]).toEqual([path, 401]);
    }
  });

  it("is live with one", async () => {
    const httpCredentials = { username: "reader", password: PASSWORD };
    const context = await browser.newContext({ httpCredentials });
    const page = await context.newPage();
    await page.goto(`${service.origin}/#heap`);
    await expect.poll(() => page.textContent(".state"), POLL).toBe("live");
    await page.waitForSelector("text=The heap is empty");
    await context.close();
  });

  it("asks in the page when it is refused without a challenge, as by a proxy", async () => {
    const httpCredentials = { username: "reader", password: PASSWORD };
    const context = await browser.newContext({ httpCredentials });
    const page = await context.newPage();
    await page.route("**/api/**", async (route) => {
      const headers = { ...route.request().headers(), authorization: service.authorization };
      const typed = route.request().headers()["authorization"];
      if (typed === "Bearer of a token") await route.continue({ headers });
      else await route.fulfill({ status: 401, body: "Unauthorized" });
    });
    await page.goto(`${service.origin}/#status`);
    await page.fill("#sign-in-password", "of a token");
    await page.click("dialog .primary");
    await expect.poll(() => page.textContent("[data-figure=state]"), POLL).toBe("ready");
    await context.close();
  });
});
