/** What a sender is answered at the limits of series and heap, by the program itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "spandrel-limits-"));
const running: Program[] = [];

afterEach(async () => {
  for (const program of running.splice(0)) await program.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function started(...flags: string[]): Promise<string> {
  const usual = ["serve", "--web.listen-address=127.0.0.1:0", `--storage.path=${folder}`];
  const program = new Program([...usual, "--self-scrape.interval=0", ...flags]);
  running.push(program);
  return program.ready();
}

async function write(origin: string, names: readonly string[], timeMs: number) {
  const encoder = new WriteRequestEncoder();
  for (const name of names) {
    encoder.beginSeries();
    encoder.label("__name__", name);
    encoder.sample(timeMs, 1);
    encoder.endSeries();
  }
  const body = new Uint8Array(literalSnappy(encoder.finish()));
  const answer = await fetch(`${origin}/api/v1/write`, { method: "POST", body });
  const retryAfter = answer.headers.get("retry-after");
  return { status: answer.status, text: await answer.text(), retryAfter };
}

async function countOf(origin: string, selector: string): Promise<number> {
  const query = encodeURIComponent(`count(last_over_time(${selector}[1h]))`);
  const answer = await fetch(`${origin}/api/v1/query?query=${query}`);
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

describe("at the limit of series", () => {
  it("samples of known series are stored, and the answer names the limit", async () => {
    const origin = await started("--storage.max-series=2");
    const nowMs = Date.now();
    expect((await write(origin, ["a", "b"], nowMs)).status).toBe(204);
    const answer = await write(origin, ["a", "b", "c", "d"], nowMs + 1);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("series limit reached: 2 samples");
    expect(answer.text).toContain("the limit is 2 series (--storage.max-series)");
    expect(answer.text).toContain("2 other samples of the request were stored");
    expect(await countOf(origin, '{__name__=~"a|b"}')).toBe(2);
    expect(await countOf(origin, '{__name__=~"c|d"}')).toBe(0);
  });
});

describe("at the limit of the heap", () => {
  it("nothing of the request is stored, and the sender is asked to wait", async () => {
    const origin = await started("--heap.limit=4MiB");
    const nowMs = Date.now();
    let refused = await write(origin, ["first"], nowMs);
    let accepted = 0;
    for (; refused.status === 204 && accepted < 1000; accepted++) {
      const names = Array.from({ length: 500 }, (_, i) => `s_${accepted}_${i}`);
      refused = await write(origin, names, nowMs);
    }
    expect(refused).toMatchObject({ status: 429, retryAfter: "10" });
    expect(refused.text).toMatch(/heap limit reached: \d+ bytes in use.*--heap\.limit/);
    expect(await countOf(origin, `{__name__=~"s_${accepted - 1}_.*"}`)).toBe(0);
    expect(await countOf(origin, `{__name__=~"s_${accepted - 2}_.*"}`)).toBe(500);
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toMatch(/^spandrel_heap_limit_refusals_total 1$/m);
  });
});
