/**
 * A drill from the page: run to its end beside the service, the figures those of the command line,
 * the files those that it saves, and an address that runs the same drill again.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SCENARIO } from "../../../src/drill/scenario.ts";
import type { DrillReport, DrillStatus } from "../../../src/http/api-types.ts";
import { bytesText } from "../../../src/web/base/figure-text.ts";
import goCurves from "../../../src/web/drill/go-curves.json" with { type: "json" };
import { isInstalled } from "../running-process.ts";
import { openBrowser } from "./page-browser.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const DONE = { timeout: 120_000 };
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const DRILL = {
  series: "120",
  hours: "44",
  "restart-hour": "36",
  "scrape-interval": "1m",
  "chunk-bytes-median": "300",
  policy: "exact+shuffled,class+time",
};

/** A way to restore that was measured, and its colour on the chart. */
const RUN = "exact+shuffled";
const RUN_COLOUR = [0x00, 0x72, 0xb2] as const;

interface CommandReport {
  readonly figures: readonly {
    readonly name: string;
    readonly gap: { readonly peakBytes: number; readonly beforeBytes: number };
  }[];
}

/** Pixels of a colour in the last third of a chart: behind the end of a drill of 40 hours of 72. */
function lateInk(canvas: Element, [red, green, blue]: readonly [number, number, number]): number {
  const { width, height } = canvas as HTMLCanvasElement;
  const context = (canvas as HTMLCanvasElement).getContext("2d")!;
  const { data } = context.getImageData((width * 2) / 3, 0, width / 3, height);
  const words = Array.from({ length: data.length / 4 }, (_, i) => data.subarray(4 * i, 4 * i + 4));
  return words.filter((word) => word[0] === red && word[1] === green && word[2] === blue).length;
}

describe.skipIf(!installed)("a drill from the page", () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-drill-"));
  let service: PageService;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  /** The bytes that a click saves, and the name they are saved under. */
  async function saved(button: string): Promise<[string, Buffer]> {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
    const path = await download.path();
    return [download.suggestedFilename(), readFileSync(path)];
  }

  const inkOf = (of: Page) => of.$eval("[aria-label=curves] .chart canvas", lateInk, RUN_COLOUR);

  /** The view opened anew; a file of the page may be left empty. */
  async function openedDrill(emptied: string | null): Promise<Page> {
    const other = await context.newPage();
    if (emptied !== null) {
      await other.route(emptied, (route) =>
        route.fulfill({ contentType: "text/javascript", body: "export default {};" }),
      );
    }
    await other.goto(`${service.origin}/#drill`);
    await other.waitForSelector("[aria-label=curves] .chart canvas");
    return other;
  }

  const goTexts = (of: Page) =>
    of.$$eval("[data-go]", (all) => all.map((one) => one.textContent ?? ""));

  beforeAll(async () => {
    service = await PageService.start();
    browser = await openBrowser();
    const permissions = ["clipboard-read", "clipboard-write"];
    context = await browser.newContext({ permissions });
    page = await context.newPage();
    const flags = Object.entries(DRILL).map(([name, value]) => `--${name}=${value}`);
    const command = ["dist/main.js", "drill", ...flags, `--out=${directory}`];
    execFileSync(process.execPath, command, { stdio: "ignore" });
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it("tells how far it is, and comes to an end", async () => {
    await page.goto(`${service.origin}/#drill?${new URLSearchParams(DRILL)}`);
    await page.click("text=Start the drill");
    await page.waitForSelector("section[aria-label=progress]:not([hidden]) .top-list li");
    await page.waitForSelector(".conclusions li", DONE);
    expect((await service.data<DrillStatus>("/api/v1/drill")).state).toBe("done");
    expect(await page.isVisible("section[aria-label=progress]")).toBe(false);
    const { conclusions } = await service.data<DrillReport>("/api/v1/drill/report");
    expect(
      await page.$$eval(".conclusions li", (all) => all.map((one) => one.textContent)),
    ).toEqual(conclusions);
  });

  it("shows the figures of the command line", async () => {
    const text = readFileSync(join(directory, "drill.json"), "utf8");
    const { figures } = JSON.parse(text) as CommandReport;
    const shown = await page.$$eval("tr:has([data-run])", (rows) =>
      rows.map((row) => [
        row.querySelector("[data-run]")!.getAttribute("data-run"),
        ...[...row.querySelectorAll("td")].slice(1, 3).map((cell) => cell.textContent),
      ]),
    );
    expect(shown).toEqual(
      figures.map(({ name, gap }) => [name, bytesText(gap.beforeBytes), bytesText(gap.peakBytes)]),
    );
  });

  it("draws both maps at the same hour", async () => {
    await page.waitForSelector("canvas.drill-map[aria-label*='pages in use']");
    const labels = await page.$$eval("canvas.drill-map", (all) =>
      all.map((one) => one.getAttribute("aria-label")),
    );
    expect(labels).toHaveLength(2);
    expect(labels.join()).toMatch(/hour \d+.*hour \d+/);
  });

  it("saves the curves of the command line as CSV, and a picture as PNG", async () => {
    const [csvName, csv] = await saved("text=Save CSV");
    expect(csvName).toBe("spandrel-drill-curves.csv");
    expect(csv.toString("utf8")).toBe(readFileSync(join(directory, "curves.csv"), "utf8"));
    const [pngName, png] = await saved("text=Save PNG");
    expect(pngName).toBe("spandrel-drill.png");
    expect([...png.subarray(0, 8)]).toEqual(PNG_SIGNATURE);
    expect(png.readUInt32BE(16)).toBe(1200);
    expect(png.readUInt32BE(20)).toBeGreaterThan(400);
  });

  it("has a link that runs the same drill again", async () => {
    await page.click("text=Copy link");
    await page.waitForSelector("text=The link is copied");
    const address = await page.evaluate(() => navigator.clipboard.readText());
    const before = await service.data<DrillReport>("/api/v1/drill/report");
    const other = await context.newPage();
    await other.goto(address);
    await other.waitForSelector(`[data-drill='${before.number}']`);
    await other.click("text=Start the drill");
    await other.waitForSelector(`[data-drill='${before.number + 1}']`, DONE);
    const after = await service.data<DrillReport>("/api/v1/drill/report");
    expect(after.scenario).toEqual(before.scenario);
    const [{ restoreSeconds: _one, ...first }] = before.figures as [DrillReport["figures"][0]];
    const [{ restoreSeconds: _other, ...again }] = after.figures as [DrillReport["figures"][0]];
    expect(again).toEqual(first);
    const curves = await (await fetch(`${service.origin}/api/v1/drill/curves.csv`)).text();
    expect(curves).toBe(readFileSync(join(directory, "curves.csv"), "utf8"));
    await other.close();
  });

  it("has in its address what the form is filled with", async () => {
    await page.goto("about:blank");
    await page.goto(`${service.origin}/#drill`);
    const boxes = page.locator(".drill-policies input");
    await boxes.first().waitFor();
    for (const box of await boxes.all()) await box.uncheck();
    await page.check(".drill-policies [value='class+shuffled']");
    for (const [label, value] of [
      ["Series", "150"],
      ["Hours", "40"],
      ["Restart at hour", "30"],
      ["Chunk bytes, median", "280"],
      ["Scrape interval", "1m"],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    const { number } = await service.data<DrillReport>("/api/v1/drill/report");
    await page.click("text=Start the drill");
    await page.waitForSelector(`[data-drill='${number + 1}']`, DONE);
    const { scenario, figures } = await service.data<DrillReport>("/api/v1/drill/report");
    expect(scenario).toMatchObject({ seriesCount: 150, hours: 40, restartHour: 30 });
    expect(scenario).toMatchObject({ chunkBytesMedian: 280, scrapeMs: 60_000 });
    expect(figures.map(({ name }) => name)).toEqual(["no restart", "class+shuffled"]);
    const kept = new URLSearchParams(page.url().split("?")[1]);
    expect([kept.get("series"), kept.get("policy")]).toEqual(["150", "class+shuffled"]);
  });

  it("draws what real Go read behind the runs of the drill that was measured", async () => {
    const { figures, runs, ...report } = await service.data<DrillReport>("/api/v1/drill/report");
    expect(await page.isVisible("text=/Dashed: what real Go/")).toBe(false);
    // As if it had been the default drill: that one would take minutes, and its curves are real
    // Go's concern here.
    const scenario = { ...DEFAULT_SCENARIO };
    const renamed = runs.map((run, i) => (i === 0 ? run : { ...run, name: RUN }));
    const data = { ...report, figures, scenario, runs: renamed };
    await context.route("**/api/v1/drill/report", (route) =>
      route.fulfill({ json: { status: "success", data } }),
    );
    const without = await openedDrill("**/go-curves-*.js");
    expect(await without.isVisible("text=/Dashed: what real Go/")).toBe(false);
    expect(await goTexts(without)).toEqual(["", ""]);
    const measured = await openedDrill(null);
    await measured.waitForSelector("text=/Dashed: what real Go/");
    expect(await inkOf(without)).toBe(0);
    await expect.poll(() => inkOf(measured)).toBeGreaterThan(50);
    const { before, runs: go } = goCurves["1.26"];
    expect(scenario.goVersion).toBe("1.26");
    const last = go[RUN].gap.at(-1)!;
    // At its end a run has what was read then; the run without a restart was measured until it.
    expect(await goTexts(measured)).toEqual(["", `Go ${bytesText(last)}`]);
    const over = measured.locator("[aria-label=curves] .u-over");
    const pointAt = async (hour: number) => {
      const { width } = (await over.boundingBox())!;
      await over.hover({ position: { x: (width * (hour - 1)) / (scenario.hours - 1), y: 50 } });
    };
    await pointAt(20);
    const shown = `Go ${bytesText(before.gap[19]!)}`;
    await expect.poll(() => goTexts(measured)).toEqual([shown, ""]);
    await measured.click("[data-name=inuse]");
    await measured.waitForSelector("[aria-label^='inuse of every run']");
    await pointAt(50);
    const inuse = `Go ${bytesText(go[RUN].inuse[49 - scenario.restartHour]!)}`;
    await expect.poll(() => goTexts(measured)).toEqual(["", inuse]);
  });
});
