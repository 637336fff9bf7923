import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { NewSpaceLimit } from "../../src/start/new-space.ts";

const MIB = 2 ** 20;

function looksAt(sizesMib: readonly number[]): number[] {
  const growths: number[] = [];
  let at = 0;
  const limit = new NewSpaceLimit({
    bytes: () => sizesMib[at]! * MIB,
    setGrowth: (factor) => growths.push(factor),
  });
  for (; at < sizesMib.length; at++) limit.look();
  return growths;
}

describe("the limit of V8's new space", () => {
  it("stops its growth at 8 MiB", () => {
    expect(looksAt([1, 2, 4])).toEqual([]);
    expect(looksAt([1, 2, 4, 8, 8, 16, 16])).toEqual([1]);
  });

  it("lets it grow again when V8 has made it smaller", () => {
    expect(looksAt([16, 1, 2, 8])).toEqual([1, 2, 1]);
  });

  it("is a flag that this V8 has", () => {
    const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
    expect(stdout).toContain("--semi-space-growth-factor");
  });

  it("is set without a word, and neither keeps the process alive nor breaks its memory", () => {
    const path = new URL("../../src/start/new-space.ts", import.meta.url).href;
    const code = `const { limitNewSpace } = await import(${JSON.stringify(path)});
      limitNewSpace();
      const kept = [];
      for (let turn = 0; turn < 40; turn++) {
        for (let i = 0; i < 20000; i++) kept[i] = { turn, i: [i] };
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (kept.some(({ turn, i }, at) => turn !== 39 || i[0] !== at)) process.exit(1);`;
    const options = ["--import", "tsx", "--input-type=module", "--eval", code];
    const { status, stdout, stderr } = spawnSync(process.execPath, options, { encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
