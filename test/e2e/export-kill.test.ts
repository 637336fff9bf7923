/**
 * The program, killed by SIGKILL while it hands a window over as a block: a reader of blocks sees
 * none or a whole one, and the next start hands the window over and clears away what was left.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { NodeDisk } from "../../src/base/disk.ts";
import { BlockReader } from "../../src/block/block-reader.ts";
import { isUlid } from "../../src/block/ulid.ts";
import { KILL_MOMENTS, killFlag } from "./killed-at.ts";
import { Program } from "./program.ts";

const WINDOW_MS = 4 * 3600 * 1000;
const SAMPLES = 50;
const SERIES = ["a", "b", "ü"];
const directory = mkdtempSync(join(tmpdir(), "spandrel-export-kill-"));
const programs: Program[] = [];

afterAll(async () => {
  for (const program of programs) await program.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** Starts over `name`, exporting to `blocks` below it. */
function started(name: string, nodeOptions: string): Program {
  const program = new Program(
    [
      "serve",
      "--web.listen-address=127.0.0.1:0",
      `--storage.path=${join(directory, name)}`,
      `--export.blocks-path=${join(directory, name, "blocks")}`,
      "--self-scrape.interval=0",
      "--log.format=json",
    ],
    "main.ts",
    { NODE_OPTIONS: nodeOptions },
  );
  programs.push(program);
  return program;
}

/** Text of some series in a window that ended long ago. */
function oldWindow(): string {
  const startMs = Math.floor(Date.now() / WINDOW_MS - 2) * WINDOW_MS;
  const lines = Array.from({ length: SAMPLES }, (_, i) =>
    SERIES.map((place) => `m{place="${place}"} ${i} ${startMs / 1000 + 15 * i}`),
  );
  return `${lines.flat().join("\n")}\n# EOF\n`;
}

/** Series of the blocks that a reader of blocks finds. */
async function blocksIn(path: string): Promise<(string | undefined)[][]> {
  const disk = new NodeDisk();
  const found = readdirSync(path)
    .filter(isUlid)
    .map(async (name) => {
      const series = [...(await BlockReader.open(disk, join(path, name))).series()];
      return series.map(({ labels }) => labels[3]);
    });
  return Promise.all(found);
}

async function exported(path: string): Promise<void> {
  const list = () => JSON.parse(readFileSync(join(path, "exported.json"), "utf8"));
  while (list().windows.length === 0) await sleep(100);
}

describe("a service that is killed while it exports", () => {
  it.concurrent.each(KILL_MOMENTS)(
    "shows no half block and exports at its next start: %s",
    async (moment) => {
      const name = moment.replaceAll(" ", "-");
      const blocks = join(directory, name, "blocks");
      const first = started(name, killFlag(moment));
      const file = join(directory, `${name}.txt`);
      writeFileSync(file, oldWindow());
      const sent = new Program(["import", `--url=${await first.ready()}`, file]);
      programs.push(sent);
      expect([await sent.end(), sent.output]).toEqual([0, expect.any(String)]);
      expect(await first.end()).toBeNull();
      const left = readdirSync(blocks).filter((one) => one.endsWith(".tmp-for-creation"));
      const isRenamed = moment === "after the rename";
      expect(left).toHaveLength(isRenamed ? 0 : 1);
      expect(await blocksIn(blocks)).toEqual(isRenamed ? [SERIES] : []);
      const second = started(name, "");
      await second.ready();
      await exported(blocks);
      expect(await second.stop("SIGTERM")).toBe(0);
      expect(await blocksIn(blocks)).toEqual([SERIES]);
      expect(readdirSync(blocks).filter((one) => !isUlid(one))).toEqual(["exported.json"]);
    },
  );
});
