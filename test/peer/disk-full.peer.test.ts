/**
 * A disk that is really full: a small file system in memory, of which most is taken away and given
 * back while senders write. Needs the right to mount one.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { checkSenders } from "../crash/crash-check.ts";
import { CrashProcess } from "../crash/crash-process.ts";
import { CrashSender } from "../crash/crash-sender.ts";

const DISK_KIB = 4096;
const BALLAST_KIB = 3800;
const PATIENCE_MS = 30_000;

const directory = mkdtempSync(join(tmpdir(), "spandrel-full-"));
const mounted =
  spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_KIB}k`, "tmpfs", directory]).status === 0;

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > PATIENCE_MS) throw new Error(`it takes too long that ${what}`);
    await sleep(50);
  }
}

describe.skipIf(!mounted)("a disk that is full", () => {
  const program = join(import.meta.dirname, "..", "..", "dist", "main.js");
  const service = new CrashProcess([process.execPath, program], join(directory, "data"));

  afterAll(async () => {
    service.signal("SIGKILL");
    await service.end();
    spawnSync("umount", [directory]);
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(["always", "interval"])(
    "stops writes with 503, not queries, and loses nothing acknowledged (sync %s)",
    async (sync) => {
      const startedMs = Date.now();
      rmSync(join(directory, "data"), { recursive: true, force: true });
      const ballast = join(directory, "ballast");
      writeFileSync(ballast, new Uint8Array(BALLAST_KIB * 1024));
      const sender = new CrashSender(0);
      let isOver = false;
      let url = await service.start(`--journal.sync=${sync}`, "--snapshot.interval=0");
      const sending = sender.send(`${url}/api/v1/write`, () => isOver);
      await until(() => sender.refusedCount > 5, "writes are refused");
      const before = sender.acknowledged.length;
      expect(before).toBeGreaterThan(0);
      const answer = await fetch(`${url}/api/v1/query?query=count(crash)`);
      expect(answer.status).toBe(200);
      rmSync(ballast);
      await until(() => sender.acknowledged.length > before + 5, "writes are accepted again");
      isOver = true;
      await sending;
      service.signal("SIGKILL");
      await service.end();
      url = await service.start(`--journal.sync=${sync}`);
      expect(await checkSenders(url, [sender], startedMs)).toBeGreaterThan(0);
      service.signal("SIGTERM");
      await service.end();
    },
  );
});
