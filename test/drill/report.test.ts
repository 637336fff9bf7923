import { Script } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import type { GoComparison } from "../../src/drill/compare-go.ts";
import type { DrillResult } from "../../src/drill/drill.ts";
import { drillFigures } from "../../src/drill/figures.ts";
import { gapOf } from "../../src/drill/reading.ts";
import { curvesRequest } from "../../src/drill/remote-write.ts";
import { reportHtml } from "../../src/drill/report-html.ts";
import { FULL } from "../../src/drill/span-map.ts";
import { sparkline } from "../../src/drill/sparkline.ts";
import { drillTables, mib } from "../../src/drill/table.ts";
import { curvesCsv, drillJson, writeOutput } from "../../src/drill/write-output.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { smallDrill } from "./small-drill.ts";

let result: DrillResult;
let html: string;

beforeAll(async () => {
  result = await smallDrill("exact+shuffled,class+time", { seriesCount: 60, hours: 50 }, true);
  html = reportHtml(result, []);
});

describe("tables of a drill", () => {
  it("hold each run's figures", () => {
    const text = drillTables(drillFigures(result));
    for (const one of drillFigures(result)) {
      const row = text.split("\n").find((line) => line.startsWith(one.name))!;
      expect(row).toContain(mib(one.gap.beforeBytes));
      expect(row).toContain(mib(one.gap.peakBytes));
      expect(row).toContain(`h${one.gap.peakHour}`);
    }
  });

  it("show a dash for an hour that the drill does not reach", () => {
    const [normal] = drillFigures(result);
    expect(normal!.gap.afterBytes).toEqual([normal!.gap.afterBytes[0], null, null, null]);
    expect(mib(null)).toBe("-");
  });
});

describe("sparkline", () => {
  it("rises from the lowest block to the highest", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 7, 8)).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([0, 0], 0, 8)).toBe("▁▁");
  });

  it("shows the highest value of each column", () => {
    expect(sparkline([0, 8, 0, 0], 8, 2)).toBe("█▁");
  });
});

describe("files of a drill", () => {
  it("are a CSV with one line a reading", () => {
    const lines = curvesCsv(result).trimEnd().split("\n");
    const restored = result.runs.filter(({ restore }) => restore !== null).length;
    expect(lines.length).toBe(1 + 36 + 3 * 14 + restored);
    const last = result.runs.at(-1)!.readings.at(-1)!;
    const line = `class+time,h50,50,${last.allocBytes},${last.inuseBytes},${gapOf(last)},`;
    expect(lines.at(-1)!.startsWith(line)).toBe(true);
    expect(new Set(lines.map((one) => one.split(",").length)).size).toBe(1);
  });

  it("are a JSON with scenario, figures and readings", () => {
    const content = JSON.parse(drillJson(result, []));
    expect(content.scenario).toEqual(result.scenario);
    expect(content.runs[1].readings).toEqual(result.runs[1]!.readings);
    expect(content.figures[1].gap.peakBytes).toBe(drillFigures(result)[1]!.gap.peakBytes);
  });

  it("replace those of an earlier drill", async () => {
    const disk = new MemoryDisk(1);
    const wanted = ["curves.csv", "drill.json", "report.html"];
    expect(await writeOutput(disk, "out", result, [], false)).toEqual(wanted);
    await writeOutput(disk, "out", result, [], false);
    expect(await disk.list("out")).toEqual(wanted);
    expect(new TextDecoder().decode(await disk.readFile("out/report.html"))).toBe(html);
  });

  it("are also the operation logs when they are asked for", async () => {
    const names = await writeOutput(new MemoryDisk(1), "out", result, [], true);
    expect(names.slice(3)).toEqual([
      "operations-before.trace.gz",
      "operations-no-restart.trace.gz",
      "operations-exact-shuffled.trace.gz",
      "operations-class-time.trace.gz",
    ]);
  });
});

describe("the HTML report", () => {
  it("needs nothing from anywhere", () => {
    expect(html).not.toMatch(/<(?:link|img|iframe)\b/);
    expect(html).not.toMatch(/\b(?:src|href)=/);
    expect(html).not.toContain("@import");
  });

  it("has a line of every run in four charts, and every figure", () => {
    expect(html.match(/<svg class="chart"/g)!.length).toBe(4);
    expect(html.match(/class="line run-/g)!.length).toBe(12);
    for (const one of drillFigures(result)) {
      expect(html).toContain(`<td>${mib(one.gap.peakBytes)}</td>`);
    }
  });

  it("has a script that is one, and data that it can read", () => {
    const [, data, script] =
      /type="application\/json">(.*?)<\/script>\n<script>(.*?)<\/script>/s.exec(
        html,
      ) as unknown as [string, string, string];
    expect(() => new Script(script)).not.toThrow();
    const content = JSON.parse(data);
    expect(content.moments.slice(0, 3)).toEqual([
      ...["before the restart", "after the restore", "window dropped, hour 38"],
    ]);
    expect(content.charts[0][1][50]).toBe(mib(gapOf(result.runs[1]!.readings.at(-1)!)));
    const cells = Buffer.from(content.runs[1].maps[1].cells, "base64");
    expect(cells.length).toBeGreaterThan(100);
    expect(Math.max(...cells)).toBeLessThanOrEqual(FULL);
  });

  it("shows what real Go said as dots", () => {
    const readings = result.runs[1]!.readings;
    const comparison: GoComparison = {
      run: "exact+shuffled",
      goVersion: "go1.26.10",
      operationCount: 1234,
      readings,
      differenceMax: 0,
    };
    const compared = reportHtml(result, [comparison]);
    expect(compared).toContain("go1.26.10");
    expect(compared.match(/<circle/g)!.length).toBe(2 * readings.length);
  });
});

describe("curves for remote write", () => {
  it("are series by metric and policy, an hour a step, the last now", () => {
    const batch = new WriteBatch();
    scanWriteRequest(curvesRequest(result, 10_000_000, 1000), batch);
    expect(batch.seriesCount).toBe(8 * 3);
    expect(batch.sampleEndOf(0) - batch.sampleStartOf(0)).toBe(50);
    expect(batch.sampleEndOf(1) - batch.sampleStartOf(1)).toBe(15);
    expect(batch.timeOf(batch.sampleEndOf(1) - 1)).toBe(10_000_000);
    expect(batch.timeOf(batch.sampleStartOf(1))).toBe(10_000_000 - 14_000);
    const labels = batch.bytes.slice(batch.labelsFromOf(1), batch.labelsToOf(1));
    expect(new TextDecoder().decode(labels)).toContain("exact+shuffled");
  });
});
