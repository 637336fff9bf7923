import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { command, runCommandLine } from "../../src/cli/command.ts";
import { flag } from "../../src/config/flag-table.ts";
import { wholeNumber } from "../../src/config/value-kinds.ts";

const flags = { count: flag("count", wholeNumber(1, 9), "3", "How many.") };
const runs: string[] = [];

const commands = [
  command({
    name: "serve",
    summary: "Runs the service.",
    words: "",
    flags,
    run: async ({ count }) => {
      runs.push(`serve ${count}`);
      return 0;
    },
  }),
  command({
    name: "heap replay",
    summary: "Replays a trace.",
    words: "FILE",
    flags,
    run: async ({ count }, words) => {
      runs.push(`replay ${count} ${words.join()}`);
      if (words.length === 0) throw new TsdbError("TRACE_INVALID", "no file");
      return 0;
    },
  }),
];

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  runs.length = 0;
  let out = "";
  let error = "";
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      error += text;
    },
  };
  const code = await runCommandLine(commands, "1.2.3", args, {}, terminal);
  return { code, out, error };
}

describe("the command line", () => {
  it("runs the first command when none is named", async () => {
    expect((await run()).code).toBe(0);
    expect(runs).toEqual(["serve 3"]);
    await run("--count=5");
    expect(runs).toEqual(["serve 5"]);
  });

  it("finds commands of several words and hands on the rest", async () => {
    await run("heap", "replay", "a.trace", "--count", "7");
    expect(runs).toEqual(["replay 7 a.trace"]);
  });

  it("shows the commands, the flags of one, and the version", async () => {
    expect((await run("--help")).out).toContain("heap replay       Replays a trace.");
    expect((await run("heap", "replay", "--help")).out).toContain("[flags] FILE");
    expect((await run("serve", "-h")).out).toContain("--count=NUMBER");
    expect((await run("--version")).out).toBe("spandrel 1.2.3");
    expect(runs).toEqual([]);
  });

  it("exits 2 for what it does not know", async () => {
    expect(await run("drill")).toEqual({
      code: 2,
      out: "",
      error: "spandrel: unknown command drill: want one of serve, heap replay",
    });
    expect((await run("serve", "now")).error).toBe('spandrel: unknown argument "now"');
    expect((await run("serve", "--count=10")).code).toBe(2);
  });

  it("exits 1 for a command that failed", async () => {
    expect(await run("heap", "replay")).toEqual({ code: 1, out: "", error: "spandrel: no file" });
  });
});
