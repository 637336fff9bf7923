import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Metrics } from "../../src/observe/metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { smallReading } from "../http/fake-reading.ts";
import { isInstalled } from "./running-process.ts";

describe.skipIf(!isInstalled("promtool"))("promtool check metrics", () => {
  it("finds nothing to say of /metrics", async () => {
    const requests = new RequestCounts();
    requests.count("/api/v1/write", 204);
    const build = { version: "1.2.3", revision: "abc", nodeVersion: "v20.0.0" };
    const input = await new Metrics(() => smallReading, requests, build).render();
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input });
    expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });
});
