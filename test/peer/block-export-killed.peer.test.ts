/**
 * The built program, killed by SIGKILL in the thread that writes a block: promtool, which reads a
 * directory as Prometheus does, lists no half block, and after the next start one whole block.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { KILL_MOMENTS, killFlag } from "../e2e/killed-at.ts";
import { sealedEndMs, sealedStartMs } from "./exported-blocks.ts";
import { freePort } from "./free-port.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const SAMPLES = 400;
const SERIES = 5;
const LIMIT_MS = 60_000;

function text(): string {
  const lines: string[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    const seconds = sealedStartMs / 1000 + 15 * i;
    for (let s = 0; s < SERIES; s++) lines.push(`m{s="${s}"} ${i * s} ${seconds}`);
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

/** Blocks that promtool lists: start, end, samples, chunks, series of each. */
function listed(blocks: string): string[][] {
  const output = execFileSync("promtool", ["tsdb", "list", blocks], { encoding: "utf8" });
  const rows = output.trim().split("\n").slice(1);
  return rows.map((row) => row.split(/\s+/)).map((row) => [...row.slice(1, 3), ...row.slice(4, 7)]);
}

describe.runIf(isInstalled("promtool"))("a service that is killed while it exports", () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-export-killed-"));
  const running: RunningProcess[] = [];

  afterAll(async () => {
    for (const one of running) await one.stop("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });

  /** Starts over `store`; the process and its URL. */
  async function started(store: string, ...nodeFlags: string[]) {
    const address = `127.0.0.1:${await freePort()}`;
    const flags = [`--storage.path=${store}`, `--export.blocks-path=${store}/blocks`];
    const own = ["dist/main.js", "serve", `--web.listen-address=${address}`, ...flags];
    const service = new RunningProcess(process.execPath, [...nodeFlags, ...own]);
    running.push(service);
    await service.until("ready", LIMIT_MS, () => fetchText(`http://${address}/-/ready`));
    return { service, url: `http://${address}` };
  }

  for (const moment of KILL_MOMENTS) {
    it(`shows promtool no half block and exports at its next start: ${moment}`, async () => {
      const store = join(directory, moment.replaceAll(" ", "-"));
      const file = `${store}.txt`;
      writeFileSync(file, text());
      const first = await started(store, killFlag(moment));
      execFileSync(process.execPath, ["dist/main.js", "import", `--url=${first.url}`, file]);
      await new Promise((resolve) => first.service.child.once("close", resolve));
      expect(first.service.child.signalCode).toBe("SIGKILL");
      const blocks = join(store, "blocks");
      const whole = [sealedStartMs, sealedEndMs, SAMPLES * SERIES, SERIES, SERIES].map(String);
      expect(listed(blocks)).toEqual(moment === "after the rename" ? [whole] : []);
      const { service } = await started(store);
      const isListed = async () => listed(blocks).length === 1 || undefined;
      await service.until("block", LIMIT_MS, isListed);
      await service.stop();
      expect(listed(blocks)).toEqual([whole]);
      expect(readdirSync(blocks)).toHaveLength(2);
    });
  }
});
