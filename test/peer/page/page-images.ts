/**
 * Makes the pictures of the page in docs/images: `npx tsx test/peer/page/page-images.ts`, after
 * `npm run build`. The service has a day of samples, a restart as in the incident, and writers.
 */
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const SERIES = 6000;
const HOURS = 26;
const STEP_MS = 60_000;
const SIZES = [
  ["phone", 390, 844],
  ["tablet", 820, 1180],
  ["wide", 1600, 1000],
] as const;
const QUERY = new URLSearchParams({
  expr: "sum by (code) (rate(http_requests_total[30m]))",
  range: "1d",
});

const service = await PageService.start("--web.enable-admin-api");
try {
  await service.backfill(SERIES, HOURS, STEP_MS);
  await service.data("/api/v1/admin/drill/restart?capacity=exact&order=shuffled", "POST");
  service.write(SERIES, 15_000);
  await service.data("/api/v1/drill", "POST");
  const browser = await openBrowser();
  const page = await browser.newPage();
  const views = [
    ["heap", "heap"],
    ["query", `query?${QUERY}`],
    ["status", "status"],
    ["drill", "drill"],
  ] as const;
  while ((await service.data<{ state: string }>("/api/v1/drill")).state === "running") {
    await page.waitForTimeout(1000);
  }
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [size, width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      for (const [name, route] of views) {
        if (name !== "heap" && size === "tablet") continue;
        await page.goto("about:blank");
        await page.goto(`${service.origin}/#${route}`);
        await page.waitForTimeout(2500);
        if (name === "drill") await page.locator("[aria-label=curves]").scrollIntoViewIfNeeded();
        if (name === "drill") await page.evaluate(() => scrollBy(0, innerHeight * 0.75));
        await page.waitForTimeout(500);
        await page.screenshot({ path: `docs/images/page-${name}-${size}-${theme}.png` });
      }
    }
  }
  await browser.close();
} finally {
  await service.end();
}
