/**
 * Every view of the page in a real browser, over a running service that is being written to.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MID_WINDOW_MS } from "../../../bench/bench-clock.ts";
import type {
  ChunkDetail,
  ChunkListing,
  HeapMapReply,
  HeapReply,
  NamedCount,
  QueryReply,
  ResultSeries,
  SpansReply,
  StorageReply,
} from "../../../src/http/api-types.ts";
import { countText } from "../../../src/web/base/figure-text.ts";
import { LEVELS, SLOT_PIXELS } from "../../../src/web/heap/map-layout.ts";
import { isInstalled } from "../running-process.ts";
import { drawnPixels, faintTexts, openBrowser, watchFaults } from "./page-browser.ts";
import {
  differingCells,
  drawnCells,
  factsOf,
  listedSpans,
  MODES,
  recordedCells,
} from "./page-map.ts";
import { PageService } from "./page-service.ts";

const installed = isInstalled("chromium");
const SERIES = 2500;
const FIRST_LOAD_BYTES_MAX = 150_000;
const FLAGS = ["--web.enable-admin-api", "--self-scrape.interval=0"];
const VIEWS = ["heap", "drill", "query", "status"];
/** Colours that are surely in view. How many windows are the spans tell. */
const COLOURS_MIN = { occupancy: 6, class: 6, window: 4, origin: 4 };
const POLL = { timeout: 30_000, interval: 300 };
describe.skipIf(!installed)("the page in a browser", () => {
  let service: PageService;
  let browser: Browser;
  let page: Page;
  let faults: string[];
  let bytes = 0;

  async function figure(name: string): Promise<number> {
    const value = await page.getAttribute(`[data-figure="${name}"][data-value]`, "data-value");
    return Number(value);
  }

  async function open(view: string): Promise<void> {
    await page.goto(`${service.origin}/#${view}`);
    await page.waitForSelector(`.view.${view.split("?")[0]}`);
  }

  beforeAll(async () => {
    service = await PageService.startAt(MID_WINDOW_MS, ...FLAGS);
    await service.backfill(SERIES, 24, 300_000);
    await service.data("/api/v1/admin/drill/restart?capacity=exact&order=shuffled", "POST");
    service.write(SERIES, 2000);
    browser = await openBrowser();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await context.addInitScript({ content: service.pageClock });
    page = await context.newPage();
    faults = watchFaults(page, service.origin);
    page.on("response", (response) => {
      if (response.url().includes("/api/")) return;
      void response
        .request()
        .sizes()
        .then(({ responseBodySize }) => {
          bytes += responseBodySize;
        })
        .catch(() => {});
    });
    await open("heap");
  });

  afterAll(async () => {
    await browser.close();
    await service.end();
  });

  it("loads in little, and follows the service", async () => {
    await expect.poll(() => page.textContent(".state"), POLL).toBe("live");
    await page.waitForSelector(".forecast li");
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
    const before = await figure("heap_alloc");
    // A chunk that has just grown takes scrapes for minutes; new series allocate at once.
    await service.addSeries(50);
    await expect.poll(() => figure("heap_alloc"), POLL).not.toBe(before);
  });

  it("shows the figures of the API", async () => {
    service.stopWriting();
    const shown = async () => {
      const { memStats, unusedBytes } = await service.data<HeapReply>("/api/v1/status/heap");
      const names = ["heap_alloc", "heap_inuse", "heap_idle", "heap_released", "GC cycles", "gap"];
      const fields = ["HeapAlloc", "HeapInuse", "HeapIdle", "HeapReleased", "NumGC"];
      const expected = fields.map((name) => memStats[name]);
      return [await Promise.all(names.map(figure)), [...expected, unusedBytes]];
    };
    await expect
      .poll(async () => {
        const [page, api] = await shown();
        return JSON.stringify(page) === JSON.stringify(api);
      }, POLL)
      .toBe(true);
    for (const chart of ["heap_inuse", "gap"]) {
      const canvas = `.timeline .chart[aria-label*='${chart}'] canvas`;
      expect(await drawnPixels(page, canvas)).toBeGreaterThan(1000);
    }
  });

  it.each(MODES)("draws the map that the spans are, by %s", async (mode) => {
    await page.click(`[data-name=${mode}]`);
    // Small enough for cells without slots in them.
    const cellPixels = async () =>
      Number(await page.getAttribute(".map-canvas", "data-cell-pixels"));
    await page.waitForSelector(".map-canvas[data-cell-pixels]");
    for (let pixels = await cellPixels(); pixels >= SLOT_PIXELS; pixels = await cellPixels()) {
      await page.click("[aria-label='zoom out']");
      await expect.poll(cellPixels, POLL).toBeLessThan(pixels);
    }
    expect(await page.getAttribute(".map-canvas", "data-pages-per-cell")).toBe("1");
    await expect
      .poll(async () => differingCells(page, await listedSpans(service), mode), POLL)
      .toBe(0);
    const drawn = new Set((await drawnCells(page)).colours);
    expect(drawn.size).toBeGreaterThanOrEqual(COLOURS_MIN[mode]);
    if (mode !== "window") return;
    const { window: windows } = factsOf(await listedSpans(service)).keys;
    // And the colour of what lies behind the heap.
    expect(drawn.size).toBe(new Set(windows).size + 1);
  });

  it("draws cells of several pages as what these add up to, in every colouring", async () => {
    for (const pagesPerCell of [2, 8]) {
      const level = LEVELS.findLastIndex((one) => one.pagesPerCell === pagesPerCell);
      await page.fill("[aria-label=zoom]", String(level));
      for (const mode of MODES) {
        await page.click(`[data-name=${mode}]`);
        await expect
          .poll(async () => differingCells(page, await listedSpans(service), mode), POLL)
          .toBe(0);
      }
    }
    await page.click("[aria-label='show the whole heap']");
    await page.click("[data-name=occupancy]");
  });

  it("foretells the gap after each purge, as the API does", async () => {
    const { forecast } = await service.data<HeapReply>("/api/v1/status/heap");
    const points = [forecast!.now, ...forecast!.purges];
    const shown = () =>
      page.$$eval(".forecast li", (rows) =>
        rows.map((row) => Number((row as HTMLElement).dataset["gap"])),
      );
    await expect.poll(shown, POLL).toEqual(points.map(({ unusedBytes }) => unusedBytes));
    const times = await page.$$eval(".forecast .when", (all) => all.map((one) => one.textContent));
    const hours = [4, 8, 12, 16, 20, 24, 28, 32].map((after) => `+${after} h`);
    expect(times).toEqual(["now", ...hours]);
  });

  it("opens a span, slot by slot, and a chunk in it", async () => {
    await page.click(".map-canvas", { position: { x: 5, y: 5 } });
    await page.locator(".slot:not(.free)").first().click();
    await page.waitForSelector(".chunk");
    const { spans } = await service.data<SpansReply>("/api/v1/status/heap/spans?limit=1");
    const [first, count] = [spans.page[0]!, spans.slots[0]!];
    const path = `/api/v1/status/heap/chunks?from=${first}&pages=1`;
    const chunks = await service.data<ChunkListing>(path);
    expect(await page.getAttribute(".slots", "data-slots")).toBe(String(count));
    expect(await page.locator(".slot:not(.free)").count()).toBe(chunks.chunk.length);
    const chunk = Number(await page.getAttribute(".chunk", "data-chunk"));
    expect(chunks.chunk).toContain(chunk);
    const samples = chunks.samples[chunks.chunk.indexOf(chunk)];
    expect(await page.textContent(".chunk .facts")).toContain(`samples${samples}`);
    const slotBytes = await page.getAttribute(".slot.chosen", "title");
    const size = Number(/of (\d+) B/.exec(slotBytes!)![1]);
    const slot = chunks.slot[chunks.chunk.indexOf(chunk)]!;
    const at = `chunk=${chunk}&address=${first * 8192 + slot * size}`;
    const told = await service.data<ChunkDetail>(`/api/v1/status/heap/chunk?${at}`);
    const { __name__: name, ...labels } = told.labels;
    expect(await page.textContent(".chunk h3")).toBe(name);
    expect(await page.locator(".chunk .labels li").count()).toBe(Object.keys(labels).length);
    for (const [label, value] of Object.entries(labels)) {
      expect(await page.textContent(".chunk .labels")).toContain(`${label} ${value}`);
    }
    expect(await page.textContent(".chunk .facts")).toContain(`${countText(told.byteCount)} B`);
    expect(await drawnPixels(page, ".chunk .chart canvas")).toBeGreaterThan(100);
    await page.click(".span-panel .close");
  });

  it("tells what the pointer is on: span, class, slots, windows, series", async () => {
    await page.hover(".map-canvas", { position: { x: 5, y: 5 } });
    await page.waitForSelector(".tip:not([hidden]) :text-matches('chunks? of .* series')");
    const { spans } = await service.data<SpansReply>("/api/v1/status/heap/spans?limit=1");
    const path = `/api/v1/status/heap/chunks?from=${spans.page[0]}&pages=${spans.pages[0]}`;
    const { chunk, series } = await service.data<ChunkListing>(path);
    const tip = await page.textContent(".tip");
    expect(tip).toContain(`${spans.live[0]} of ${spans.slots[0]} live`);
    expect(tip).toMatch(/slots of [\d ,\u202f]+ B/);
    expect(tip).toMatch(/chunks of (the window from \d\d:\d\d|\d windows: )/);
    expect(tip).toContain(`${countText(chunk.length)} chunk`);
    expect(tip).toContain(`of ${countText(new Set(series).size)} series`);
  });

  it("is zoomed with the wheel and panned with the pointer", async () => {
    const box = (await page.locator(".map-canvas").boundingBox())!;
    const [x, y] = [box.x + box.width / 3, box.y + box.height / 2];
    const level = async () => Number(await page.inputValue("[aria-label=zoom]"));
    const pointed = async () => (await page.textContent(".tip b"))!;
    const fitted = await level();
    await page.mouse.move(x, y);
    await page.keyboard.down("Control");
    for (let i = 1; i <= 4; i++) {
      await page.mouse.wheel(0, -100);
      await expect.poll(level, POLL).toBe(fitted + i);
    }
    await page.keyboard.up("Control");
    await page.mouse.move(x + 1, y);
    const before = await pointed();
    await page.mouse.down();
    await page.mouse.move(x, y - 100, { steps: 5 });
    await page.mouse.up();
    // What was under the pointer has moved with it.
    await page.mouse.move(x + 1, y - 100);
    await expect.poll(pointed, POLL).toBe(before);
    await page.click("[aria-label='show the whole heap']");
    await expect.poll(level, POLL).toBe(fitted);
  });

  it("is walked with the keyboard", async () => {
    await page.focus(".map-canvas");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent(".map-panel [aria-live]")).toMatch(/^page \d+, 1 page, slots of/);
    await page.keyboard.press("+");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".span-panel:not([hidden]) .slots");
    await page.click(".span-panel .close");
    await page.keyboard.press("0");
  });

  it("goes back through what was recorded, and to the present again", async () => {
    const [answer] = await Promise.all([
      page.waitForResponse(/history\/map/),
      page.fill("#scrubber", "600"),
    ]);
    const { data: map } = (await answer.json()) as { data: HeapMapReply };
    await page.waitForSelector(".past:not([hidden])");
    expect(await page.textContent(".past")).toMatch(/The heap as it was at \d{4}-/);
    for (const mode of MODES) {
      await page.click(`[data-name=${mode}]`);
      await expect
        .poll(async () => {
          const { pagesPerCell, colours } = await drawnCells(page);
          const isSame = pagesPerCell === map.pagesPerCell;
          const expected = isSame ? recordedCells(map, mode) : [0];
          return expected.filter((colour, i) => colours[i] !== colour).length;
        }, POLL)
        .toBe(0);
    }
    await page.click("[data-name=occupancy]");
    for (const kind of ["restart", "snapshot"]) {
      expect(await page.locator(`.events b:text-is("${kind}")`).count()).toBeGreaterThan(0);
    }
    await page.click(".live-button");
    await expect.poll(() => page.isHidden(".past"), POLL).toBe(true);
    service.write(SERIES, 2000);
  });

  it("asks: graph, table, explanation and errors", async () => {
    const expression = "sum by (code) (rate(http_requests_total[30m]))";
    const end = Math.floor(service.nowMs() / 1000) - 60;
    const parameters = new URLSearchParams({ expr: expression, range: "4h", step: "1m" });
    parameters.set("end", String(end));
    await open(`query?${parameters}`);
    await page.waitForSelector(".graph canvas");
    await page.waitForSelector(".editor-host");
    const table = await service.data<QueryReply>(
      `/api/v1/query?${new URLSearchParams({ query: expression, time: String(end) })}`,
    );
    expect(await page.getAttribute(".series-list", "data-series")).toBe(
      String(table.result.length),
    );
    expect(await drawnPixels(page, ".graph canvas")).toBeGreaterThan(1000);
    await page.click("[data-name=table]");
    await page.waitForSelector("table[data-rows]");
    const values = await page.$$eval("table[data-rows] td:last-child", (cells) =>
      cells.map((cell) => cell.textContent),
    );
    const result = table.result as readonly ResultSeries[];
    expect(values).toEqual(result.map(({ value }) => value?.[1]));
    await page.click("[data-name=explain]");
    await page.waitForSelector(".explain");
    expect(await page.textContent(".explain tbody")).toMatch(/^http_requests_total\d/);
    expect(Number(await page.textContent("[data-figure='chunks read']"))).toBeGreaterThan(0);
    const { stats } = await service.data<QueryReply>(
      `/api/v1/query_range?${new URLSearchParams({ query: expression, stats: "all" })}` +
        `&start=${end - 4 * 3600}&end=${end}&step=60`,
    );
    const touched = stats!.touched[0]!;
    const explained = await page.$$eval(".explain tbody tr:first-child td", (cells) =>
      cells.map((cell) => cell.textContent),
    );
    const counts = [touched.series, touched.chunks, touched.samples].map(countText);
    expect(explained).toEqual([touched.selector, ...counts]);
    await open("query?expr=sum(&tab=table");
    await page.waitForSelector(".notes .bad");
    expect(await page.textContent(".notes .bad")).toContain("unclosed left parenthesis");
    await open("query?expr=up&range=soon");
    await page.waitForSelector(".notes .bad:has-text('Range: “soon” is no duration')");
  });

  it("completes names, takes range and step, and passes warnings on", async () => {
    await open("query");
    await page.click(".editor-host .cm-content");
    await page.keyboard.type("rate(kube_pod_status_ph");
    await page.waitForSelector(".cm-tooltip-autocomplete li:has-text('kube_pod_status_phase')");
    await page.keyboard.press("Escape");
    await page.keyboard.type("ase[30m]");
    await page.fill("#query-range", "2h");
    await page.fill("#query-step", "5m");
    const [request] = await Promise.all([
      page.waitForRequest(/query_range/),
      page.click("text=Run"),
    ]);
    const sent = new URLSearchParams(request.postData() ?? "");
    expect(sent.get("query")).toBe("rate(kube_pod_status_phase[30m])");
    expect(Number(sent.get("end")) - Number(sent.get("start"))).toBe(7200);
    expect(sent.get("step")).toBe("300");
    await page.waitForSelector(".notes .notice");
    const answer = (await (await fetch(`${service.origin}/api/v1/query_range?${sent}`)).json()) as {
      infos: string[];
    };
    // Those of the query before stand until this one is answered.
    const notes = () => page.$$eval(".notes .notice", (all) => all.map((one) => one.textContent));
    await expect.poll(notes, POLL).toEqual(answer.infos);
    await page.click("text=Copy link");
    await page.waitForSelector("text=Copied");
    const address = await page.evaluate(() => navigator.clipboard.readText());
    const kept = new URLSearchParams(address.split("?")[1]);
    expect([kept.get("expr"), kept.get("range"), kept.get("step")]).toEqual([
      ...["rate(kube_pod_status_phase[30m])", "2h", "5m"],
    ]);
    const other = await page.context().newPage();
    const [again] = await Promise.all([
      other.waitForRequest(/query_range/),
      other.goto(address).then(() => undefined),
    ]);
    const asked = new URLSearchParams(again.postData() ?? "");
    expect(asked.get("query")).toBe(sent.get("query"));
    expect(Number(asked.get("end")) - Number(asked.get("start"))).toBe(7200);
    await other.close();
  });

  it("shows the status, and writes a snapshot", async () => {
    await open("status");
    await page.waitForSelector("[data-figure='snapshot written']");
    const before = await service.data<StorageReply>("/api/v1/status/storage");
    await page.click("text=Snapshot now");
    await page.waitForSelector("text=/Written: snapshot/");
    const written = String(before.snapshot.writtenTotal + 1);
    await expect
      .poll(() => page.textContent("[data-figure='snapshot written']"), POLL)
      .toBe(written);
    expect(await page.textContent("[data-figure='journal requests put in']")).toMatch(/^\d/);
    const { restores } = await service.data<StorageReply>("/api/v1/status/storage");
    expect(restores.length).toBeGreaterThan(0);
    expect(await page.locator("[aria-label=restores] tbody tr").count()).toBe(restores.length);
    const { windows } = await service.data<HeapReply>("/api/v1/status/heap");
    const held = await page.$$eval("tr[data-chunks]", (rows) =>
      rows.map((row) => Number((row as HTMLElement).dataset["chunks"])),
    );
    expect(held.slice(0, -1)).toEqual(windows.map(({ chunkCount }) => chunkCount).slice(0, -1));
    const tsdb = await service.data<{
      readonly seriesCountByMetricName: readonly NamedCount[];
      readonly seriesCountByLabelValuePair: readonly NamedCount[];
      readonly labelValueCountByLabelName: readonly NamedCount[];
    }>("/api/v1/status/tsdb?limit=10");
    const lists = {
      "Series by metric name": tsdb.seriesCountByMetricName,
      "Series by label pair": tsdb.seriesCountByLabelValuePair,
      "Values by label name": tsdb.labelValueCountByLabelName,
    };
    for (const [title, entries] of Object.entries(lists)) {
      const shown = await page.$$eval(`[aria-label='${title}'] li`, (rows) =>
        rows.map((row) => [...row.querySelectorAll(".top-name, b")].map((one) => one.textContent)),
      );
      const told = entries.map(({ name, value }) => [name, countText(value)]);
      expect([title, shown]).toEqual([title, told]);
    }
    const flags = await service.data<Record<string, string>>("/api/v1/status/flags");
    expect(await page.locator("[aria-label=Flags] tbody tr").count()).toBe(
      Object.keys(flags).length,
    );
  });

  it("is readable in both themes, on a phone too, without sideways scrolling", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const view of VIEWS) {
        await open(view);
        await page.waitForTimeout(700);
        expect([view, colorScheme, await faintTexts(page)]).toEqual([view, colorScheme, []]);
      }
    }
    await page.setViewportSize({ width: 390, height: 844 });
    for (const view of VIEWS) {
      await open(view);
      await page.waitForTimeout(500);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([view, width]).toEqual([view, 390]);
    }
  });

  it.each([390, 820, 1600])("has no table that is cut off, %i pixels wide", async (width) => {
    await page.setViewportSize({ width, height: 1000 });
    const tables = { drill: ".policy-table", status: "tr[data-chunks]" };
    for (const [view, sign] of Object.entries(tables)) {
      await open(view);
      await page.waitForSelector(sign);
      const cut = await page.$$eval(".scroll, .policy-table", (all) =>
        all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
      );
      expect([view, cut]).toEqual([view, []]);
    }
  });

  it("has met no fault, and asked nobody else", () => {
    expect(faults).toEqual([]);
  });

  it("says so when the service has gone", async () => {
    await open("heap");
    await expect.poll(() => page.textContent(".state"), POLL).toBe("live");
    await service.end();
    await expect.poll(() => page.textContent(".state"), POLL).toMatch(/not reachable/);
  });
});
