/** What a service says when others than its own machine can reach it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Program } from "./program.ts";

const directory = mkdtempSync(join(tmpdir(), "spandrel-reach-"));
const webConfig = join(directory, "web.yml");
// The hash of "secret", at the lowest cost.
const HASH = "$2b$04$TN6mjDQGf3xImArVEHT5y.iOVsvGB3GZWnrRxWYvMC9Yr/VW8RzVK";
writeFileSync(webConfig, `basic_auth_users:\n  reader: ${HASH}\n`);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Messages of level "warn" of a service at an address. */
async function warningsAt(host: string, ...flags: string[]): Promise<unknown[]> {
  const data = mkdtempSync(join(directory, "data-"));
  const program = new Program([
    ...["serve", `--web.listen-address=${host}:0`, `--storage.path=${data}`],
    ...["--log.format=json", ...flags],
  ]);
  const isListening = () => program.output.includes("listens on port");
  await expect.poll(isListening).toBe(true);
  await program.stop("SIGTERM");
  return program
    .lines()
    .filter((line) => line["level"] === "warn" || line["level"] === 40)
    .map((line) => line["msg"]);
}

it("warns once, and only where others can reach what is not guarded", async () => {
  expect(await warningsAt("127.0.0.1")).toEqual([]);
  const [open, ...more] = await warningsAt("0.0.0.0");
  expect(open).toContain("there is no authentication: anybody who can connect may read and write");
  expect(more).toEqual([]);
  const [plain] = await warningsAt("0.0.0.0", `--web.config.file=${webConfig}`);
  expect(plain).toContain("there is no TLS: passwords and tokens can be read on the way");
});
