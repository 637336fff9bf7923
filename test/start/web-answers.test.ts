import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

/** What a process prints that runs `code` behind an import of the function. */
function printed(code: string): unknown {
  const path = new URL("../../src/start/web-answers.ts", import.meta.url).href;
  const text = `const { leaveFetchUnloaded } = await import(${JSON.stringify(path)});\n${code}`;
  const options = ["--import", "tsx", "--input-type=module", "--eval", text];
  const { stdout } = spawnSync(process.execPath, options, { encoding: "utf8" });
  return JSON.parse(stdout);
}

const ASK = `
  const before = process.moduleLoadList.length;
  const is = ({}) instanceof Response;
  const loaded = process.moduleLoadList.slice(before).some((name) => name.includes("undici"));
  console.log(JSON.stringify({ is, loaded }));`;

describe("asking whether something is a Response", () => {
  it("loads Node's fetch", () => {
    expect(printed(ASK)).toEqual({ is: false, loaded: true });
  });

  it("loads nothing once the name stands for a class of ours, and fetch works", () => {
    expect(printed(`leaveFetchUnloaded();${ASK}`)).toEqual({ is: false, loaded: false });
    const text = `leaveFetchUnloaded();
      const answer = await fetch("data:text/plain,5");
      console.log(JSON.stringify(Number(await answer.text())));`;
    expect(printed(text)).toBe(5);
  });
});
