/**
 * The cluster's files, read by the programs that they are for.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../tidy/project-files.ts";
import { isInstalled } from "./running-process.ts";

const folder = mkdtempSync(join(tmpdir(), "spandrel-cluster-"));

function run(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

beforeAll(() => {
  const script = "deploy/cluster/source/write-cluster.ts";
  const nodes = [1, 2, 3, 4].map((i) => `node-${i}=zone-${i % 3}=127.0.0.1:${9210 + i}`);
  const { status, output } = run("npx", ["tsx", script, folder, ...nodes]);
  expect(status, output).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!isInstalled("promtool"))("Prometheus' files of a cluster", () => {
  it("are accepted by promtool", () => {
    for (const name of ["prometheus-read.yml", "prometheus-alone.yml", "scrape.yml"]) {
      const { status, output } = run("promtool", ["check", "config", join(folder, name)]);
      expect(status, output).toBe(0);
    }
  });
});

describe.skipIf(!isInstalled("vmagent"))("vmagent's files of a cluster", () => {
  it("are accepted by vmagent", () => {
    const flags = readFileSync(join(folder, "vmagent.flags"), "utf8").trim().split("\n");
    const scrape = `-promscrape.config=${join(folder, "scrape.yml")}`;
    const { status, output } = run("vmagent", ["-dryRun", scrape, ...flags]);
    expect(status, output).toBe(0);
  });
});
