/**
 * Makes the pictures of the page in docs/images: `npx tsx test/peer/page/page-images.ts`, after
 * `npm run build`. The service has lived through the incident: a day of samples, a restart, and
 * most of a day after it, on a clock that is moved ahead until it is right.
 *
 * Units: …Hours hours; …Ms milliseconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const SERIES = 6000;
const HOUR_MS = 3_600_000;
const SCRAPE_MS = 60_000;
/** So long ago the service began, and so long ago it was restarted. */
const BEGAN_HOURS = 49;
const RESTARTED_HOURS = 19;
/** The history has a reading each second of the machine: so long a step takes in what it shows. */
const STEP_HOURS = 0.25;
const STEP_MS = 1100;
const SHOWN_HOURS = 34;
/** Asked for between two steps: one that the clock is moved in would seem to take long. */
const SNAPSHOT_HOURS = 6;
const SIZES = [
  ["phone", 390, 844],
  ["tablet", 820, 1180],
  ["wide", 1600, 1040],
] as const;
/** Nothing that takes its time may be under way when the clock is moved: it would seem long. */
const FLAGS = [
  ...["--web.enable-admin-api", "--snapshot.interval=0"],
  ...["--journal.sync=always", "--self-scrape.interval=0"],
];
let lived = BEGAN_HOURS;
const QUERY = new URLSearchParams({
  expr: "sum by (namespace) (rate(container_cpu_usage_seconds_total[30m]))",
  range: "1d",
});

const service = await PageService.startAgo(BEGAN_HOURS * HOUR_MS, ...FLAGS);

/** Lives on until so long ago. */
async function liveUntil(hours: number): Promise<void> {
  for (let at = lived; at > hours; ) {
    const startedMs = performance.now();
    at = Math.max(hours, at - STEP_HOURS);
    await service.goOn(at * HOUR_MS, SERIES, SCRAPE_MS);
    const restMs = at > SHOWN_HOURS ? 0 : STEP_MS - (performance.now() - startedMs);
    await sleep(Math.max(0, restMs));
    if (at % SNAPSHOT_HOURS === 0) await service.data("/api/v1/admin/tsdb/snapshot", "POST");
  }
  lived = hours;
}

/** The curves below the page's head, which stays in view. */
function scrollToCurves(): void {
  const curves = document.querySelector("[aria-label=curves]") as HTMLElement;
  const head = document.querySelector("#top") as HTMLElement;
  scrollTo(0, curves.getBoundingClientRect().top + scrollY - head.offsetHeight - 10);
}

try {
  await liveUntil(RESTARTED_HOURS);
  await service.data("/api/v1/admin/drill/restart?capacity=exact&order=shuffled", "POST");
  await liveUntil(0);
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
        await page.goto("about:blank");
        await page.goto(`${service.origin}/#${route}`);
        await page.waitForTimeout(2500);
        if (name === "heap") {
          await page.click("[data-name='2160']");
          await page.evaluate(() => scrollTo(0, 0));
        }
        if (name === "drill") await page.evaluate(scrollToCurves);
        await page.waitForTimeout(500);
        await page.screenshot({ path: `docs/images/page-${name}-${size}-${theme}.png` });
      }
    }
  }
  await browser.close();
} finally {
  await service.end();
}
