import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOADS } from "../../bench/peers/loads.ts";
import { type Figures, Measurements, type Place } from "../../bench/peers/measurements.ts";
import { Cells, ROWS, verdict } from "../../bench/peers/rows.ts";
import { endOfLoad, MINUTE_MS, WINDOW_MS } from "../../bench/peers/stream-plan.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const NOW_MS = Date.UTC(2026, 10, 25, 13, 17);
const FULL_SIZE = { scale: 1, cyclesMax: Number.POSITIVE_INFINITY };
const ABOUT = { version: "1", series: 1, samples: 1 };

/** Where tsx keeps compiled files below the system's temporary directory. */
const COMPILED = `tsx-${process.getuid?.() ?? ""}`;

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "spandrel-peers-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function place(endMinutes: number, run: number, server: Place["server"] = "spandrel"): Place {
  return { load: "100k", part: "load", server, endMinutes, run };
}

function rowOf(id: string): (typeof ROWS)[number] {
  return ROWS.find((row) => row.id === id)!;
}

describe("measurements of the peers table", () => {
  it("are there again after the process has ended", () => {
    const file = join(directory, "measured.jsonl");
    new Measurements(file, "today").add(place(10, 1), ABOUT, { sampleCpuUs: 0.5 });
    const again = new Measurements(file, "today");
    expect(again.has(place(10, 1))).toBe(true);
    expect(again.has(place(10, 2))).toBe(false);
    expect(new Measurements(file, "another").has(place(10, 1))).toBe(false);
  });

  it("that failed are missing until they succeed, and keep their error until then", () => {
    const measurements = new Measurements("none", "today");
    const cells = new Cells(measurements);
    measurements.add(place(10, 1), ABOUT, new Error("no room"));
    expect(measurements.has(place(10, 1))).toBe(false);
    expect(cells.failureOf({ load: "100k", part: "load" }, "spandrel")).toBe("no room");
    measurements.add(place(10, 1), ABOUT, { sampleCpuUs: 0.5 });
    expect(measurements.has(place(10, 1))).toBe(true);
    expect(cells.failureOf({ load: "100k", part: "load" }, "spandrel")).toBe("");
  });
});

describe("a cell of the peers table", () => {
  function cellsOf(figures: readonly (readonly [end: number, run: number, Figures])[]): Cells {
    const measurements = new Measurements("none", "today");
    for (const [end, run, one] of figures) measurements.add(place(end, run), ABOUT, one);
    return new Cells(measurements);
  }

  it("is the median of the runs, and of the two ends the worse", () => {
    const cells = cellsOf([
      [10, 1, { sampleCpuUs: 0.3, newSeriesPerCpuSecond: 300_000 }],
      [10, 2, { sampleCpuUs: 0.9, newSeriesPerCpuSecond: 200_000 }],
      [10, 3, { sampleCpuUs: 0.5, newSeriesPerCpuSecond: 260_000 }],
      [230, 1, { sampleCpuUs: 0.4, newSeriesPerCpuSecond: 500_000 }],
    ]);
    expect(rowOf("ingest-100k").value(cells, "spandrel")).toBe(0.5);
    expect(rowOf("first-scrape").value(cells, "spandrel")).toBe(260);
    expect(rowOf("ingest-100k").value(cells, "prometheus")).toBeUndefined();
  });

  it("is judged by goal and stretch, whichever direction is bad", () => {
    expect([0.4, 0.41, 0.61].map((value) => verdict(rowOf("ingest-100k"), value))).toEqual([
      "stretch",
      "goal",
      "missed",
    ]);
    expect([400, 399, 249].map((value) => verdict(rowOf("first-scrape"), value))).toEqual([
      "stretch",
      "goal",
      "missed",
    ]);
    expect(verdict(rowOf("ingest-100k"), undefined)).toBe("");
  });

  it("comes of a part that its load has", () => {
    for (const { needs } of ROWS) {
      for (const { load, part } of needs) {
        expect(LOADS.find(({ id }) => id === load)?.parts).toContain(part);
      }
    }
  });
});

describe("a load's stream", () => {
  it("ends at its minute of a window and not in the future", () => {
    expect(endOfLoad(10, NOW_MS) % WINDOW_MS).toBe(10 * MINUTE_MS);
    for (const { plan, ends } of LOADS) {
      for (const end of ends) {
        if (plan === null) continue;
        const { loaded, keptBack, clockMs } = plan(end, FULL_SIZE, NOW_MS);
        if (clockMs === null) expect(loaded.endMs % WINDOW_MS).toBe(end * MINUTE_MS);
        expect(loaded.endMs).toBeLessThanOrEqual(clockMs ?? NOW_MS);
        if (clockMs === null) expect(keptBack.endMs).toBeLessThanOrEqual(NOW_MS);
      }
    }
  });

  it("fills eight windows before a turn, and goes on across it", () => {
    for (const { id, plan } of LOADS.filter(({ parts }) => parts.includes("turn"))) {
      const { loaded, keptBack, clockMs } = plan!(0, FULL_SIZE, NOW_MS);
      const turnMs = Math.ceil(clockMs! / WINDOW_MS) * WINDOW_MS;
      const startMs = loaded.endMs - loaded.cycles * loaded.intervalMs;
      expect(startMs, id).toBeGreaterThanOrEqual(turnMs - 8 * WINDOW_MS);
      expect(startMs, id).toBeLessThan(turnMs - 7 * WINDOW_MS);
      expect(keptBack.endMs - keptBack.cycles * keptBack.intervalMs, id).toBeLessThan(turnMs);
      expect(keptBack.endMs, id).toBeGreaterThan(turnMs);
    }
  });
});

describe("npm run bench:peers", () => {
  const rows = "rss-loaded,bytes,query-r3,r3-writes,snapshot-stall,restart-kill,restart,kill-lost";

  /** Runs the bench with a temporary directory of its own. */
  function run(parameters: readonly string[]): Promise<{ code: number | null; output: string }> {
    const compiled = join(directory, COMPILED);
    if (!existsSync(compiled)) symlinkSync(join(tmpdir(), COMPILED), compiled);
    const entry = ["--import", "tsx", join(ROOT, "bench", "peers.bench.ts")];
    const child = spawn(process.execPath, [...entry, ...parameters], {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: "", PEERS_DIR: directory, TMPDIR: directory },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += String(part);
      });
    }
    return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
  }

  const parameters = [
    ...["--rows", rows, "--scale", "0.01", "--cycles", "12", "--runs", "1", "--ends", "230"],
    ...["--program", "node --import tsx src/main.ts", "--name", "small"],
  ];

  it("measures a small load, keeps it, and leaves nothing else behind", async () => {
    const results = join(directory, "results");
    const { code, output } = await run([...parameters, "--results", results]);
    expect(output).toContain("prometheus is left out");
    expect(output).not.toContain("failed");
    expect(code).toBe(0);
    const lines = readFileSync(join(results, "peers-measured.jsonl"), "utf8").trim().split("\n");
    const parts = lines.map((line) => (JSON.parse(line) as Place).part);
    expect(parts.toSorted()).toEqual(
      [
        ...["bytes", "kill", "load", "lost", "queries", "restart", "snapshot"],
        "writes beside r3",
      ].toSorted(),
    );
    expect(readdirSync(directory).toSorted()).toEqual(["results", COMPILED]);
    const again = await run([...parameters, "--results", results]);
    expect(again.output).not.toContain("making the stream");
    expect(again.output).toMatch(/kill-lost \|/);
  }, 240_000);

  it("tells of what failed, part by part", async () => {
    const broken = join(directory, "broken.mjs");
    writeFileSync(broken, "process.exit(3);\n");
    const { code, output } = await run([
      ...["--rows", "ingest-10k,kill-lost", "--scale", "0.01", "--cycles", "2", "--runs", "1"],
      ...["--ends", "230", "--program", `node ${broken}`, "--results", "none"],
    ]);
    expect(code).toBe(0);
    expect(output).toContain("- ingest-10k, spandrel");
    expect(output).toContain("- kill-lost, spandrel");
  }, 120_000);
});
