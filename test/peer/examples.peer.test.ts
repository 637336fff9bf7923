/** The example configurations of Prometheus, read by its own checker. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../tidy/project-files.ts";
import { peerPath } from "./peer-programs.ts";
import { isInstalled } from "./running-process.ts";

function check(program: string, file: string) {
  const args = ["check", "config", file];
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
  });
  return { status, output: `${stdout}${stderr}` };
}

describe.skipIf(!isInstalled("promtool"))("examples for any Prometheus", () => {
  it.each(["examples/remote-read.yml", "compose/prometheus.yml"])("%s is accepted", (file) => {
    const { status, output } = check("promtool", file);
    expect(status, output).toBe(0);
  });
});

const promtool3 = peerPath("promtool");

describe.skipIf(!existsSync(promtool3))("examples for Prometheus 3 (skipped: no peer)", () => {
  it.each(["examples/remote-write-2.yml", "examples/remote-read.yml"])("%s is accepted", (file) => {
    const { status, output } = check(promtool3, file);
    expect(status, output).toBe(0);
  });
});
