import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../tidy/project-files.ts";
import { isInstalled } from "./running-process.ts";

function promtool(...args: string[]) {
  const cwd = join(PROJECT_ROOT, "examples");
  const { status, stdout, stderr } = spawnSync("promtool", args, { cwd, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

describe.skipIf(!isInstalled("promtool"))("examples/alerts.yml", () => {
  it("is accepted by promtool", () => {
    const { status, output } = promtool("check", "rules", "alerts.yml");
    expect(status, output).toBe(0);
  });

  it("fires when it should and is silent otherwise", () => {
    const { status, output } = promtool("test", "rules", "alerts.test.yml");
    expect(status, output).toBe(0);
  });
});
