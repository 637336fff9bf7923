import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

describe("growth of V8's heap", () => {
  it("is a flag that this V8 has", () => {
    const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
    expect(stdout).toContain("--heap-growing-percent");
  });

  it("is set without a word", () => {
    const path = new URL("../../src/start/heap-growth.ts", import.meta.url).href;
    const code = `const { growBetweenCollections } = await import(${JSON.stringify(path)});
      growBetweenCollections();`;
    const options = ["--import", "tsx", "--input-type=module", "--eval", code];
    const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
