/** Samples in by text, out as a block, in again elsewhere: with the program, over HTTP. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { histogramSeries } from "../peer/histogram-writes.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { Program } from "./program.ts";

const WINDOW_MS = 4 * 3600 * 1000;
const STEP_MS = 15_000;
const directory = mkdtempSync(join(tmpdir(), "spandrel-hand-over-"));
const programs: Program[] = [];

afterAll(async () => {
  for (const program of programs) await program.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function serve(name: string, ...flags: string[]): Promise<string> {
  const path = `--storage.path=${join(directory, name)}`;
  const address = "--web.listen-address=127.0.0.1:0";
  const own = ["--self-scrape.interval=0", "--log.format=json"];
  const program = new Program(["serve", address, path, ...own, ...flags]);
  programs.push(program);
  return program.ready();
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = new Program(args);
  programs.push(program);
  return { code: await program.end(), output: program.output };
}

/** An answer with its series sorted: their order is not promised. */
async function query(server: string, text: string, timeMs: number): Promise<string> {
  const parameters = new URLSearchParams({ query: text, time: String(timeMs / 1000) });
  const answer = await fetch(`${server}/api/v1/query?${parameters}`);
  const { data } = (await answer.json()) as { data: { result: unknown[] } };
  return data.result
    .map((series) => JSON.stringify(series))
    .sort()
    .join("\n");
}

/** A window that ended, and OpenMetrics text of two series in it. */
function oldWindow() {
  const startMs = Math.floor(systemClock.nowMs() / WINDOW_MS - 2) * WINDOW_MS;
  const lines: string[] = [];
  for (let i = 0; i < 100; i++) {
    const seconds = (startMs + i * STEP_MS) / 1000;
    lines.push(`http_requests_total{code="200"} ${i * 3} ${seconds}`);
    lines.push(`temperature{place="ü"} ${Math.sin(i)} ${seconds}`);
  }
  return { startMs, text: `${lines.join("\n")}\n# EOF\n` };
}

/** Native histograms of several kinds in the same window. */
async function sendHistograms(server: string, startMs: number): Promise<void> {
  const timeseries = Object.entries(histogramSeries(startMs, 100)).map(([kind, histograms]) => ({
    labels: [
      { name: "__name__", value: "h" },
      { name: "kind", value: kind },
    ],
    histograms,
  }));
  const body = literalSnappy(encodeReference({ timeseries }));
  const headers = { "content-encoding": "snappy", "content-type": "application/x-protobuf" };
  const answer = await fetch(`${server}/api/v1/write`, { method: "POST", headers, body });
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
}

describe("samples from a text file", () => {
  it("come in, go out as a block, and come in again from it", async () => {
    const { startMs, text } = oldWindow();
    const file = join(directory, "backfill.txt");
    writeFileSync(file, text);
    const blocks = join(directory, "blocks");
    const first = await serve("first");
    const sent = await run("import", `--url=${first}`, file);
    expect(sent).toMatchObject({ code: 0 });
    expect(sent.output).toContain("200 samples sent in 1 requests; all were accepted");
    await sendHistograms(first, startMs);
    const questions = [
      'h{kind="counter"}[4h]',
      'h{kind="floatEnded"}[4h]',
      "histogram_quantile(0.9, sum(rate(h[10m])))",
      'rate(http_requests_total{code="200"}[5m])',
      "sum_over_time(temperature[10m])",
      'count_over_time({__name__=~".+"}[4h])',
    ];
    const atMs = startMs + 99 * STEP_MS;
    const answers: string[] = [];
    for (const text of questions) answers.push(await query(first, text, atMs));
    // Nothing leaves before all is there.
    await programs[0]!.kill();
    await serve("first", `--export.blocks-path=${blocks}`);
    await expect.poll(() => readdirSync(blocks).length, { timeout: 90_000 }).toBe(2);

    const second = await serve("second");
    const again = await run("import", `--url=${second}`, blocks);
    expect(again).toMatchObject({ code: 0 });
    expect(again.output).toContain("all were accepted");
    for (const [i, text] of questions.entries()) {
      expect(await query(second, text, atMs)).toBe(answers[i]);
    }
    const late = await run("import", `--url=${second}`, blocks);
    expect(late.code).toBe(1);
    expect(late.output).toMatch(/samples of 1 requests were refused, first: 400/);
  }, 180_000);

  it("names file and line of what it cannot read", async () => {
    const file = join(directory, "bad.txt");
    writeFileSync(file, "up 1\n# EOF\n");
    const { code, output } = await run("import", file);
    expect(code).toBe(1);
    expect(output).toContain(`${file}: line 1, column 5: want a timestamp`);
  });
});
