import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { flagHelp } from "../../src/config/flag-text.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { run } from "../../src/drill/drill-command.ts";
import { DRILL_FLAGS, scenarioOf } from "../../src/drill/drill-flags.ts";
import type { DrillMessage } from "../../src/drill/drill-job.ts";
import { launchHere } from "../../src/drill/launch.ts";
import { DEFAULT_POLICIES, parsePolicies, policyName } from "../../src/drill/policies.ts";
import { Progress } from "../../src/drill/progress.ts";
import type { RunResult } from "../../src/drill/run-policy.ts";
import { DEFAULT_SCENARIO, expiryHour } from "../../src/drill/scenario.ts";
import { countingClock, smallDrill } from "./small-drill.ts";

const SHORT = [
  ...["--series=20", "--hours=10", "--restart-hour=5", "--scrape-interval=60s"],
  ...["--chunk-bytes-median=300", "--policy=exact+time"],
];

function drill(args: string[], stop?: AbortSignal) {
  const lines: string[] = [];
  const progress: string[] = [];
  const code = run(args, {
    out: (text) => lines.push(text),
    progress: (text) => progress.push(text),
    isTerminal: false,
    launch: launchHere(new MemoryDisk(1), countingClock()),
    stop,
  });
  return code.then((exitCode) => ({
    exitCode,
    out: lines.join("\n"),
    progress: progress.join(""),
  }));
}

function scenario(args: string[]) {
  return scenarioOf(readCommandLine(DRILL_FLAGS, args, {}).config);
}

describe("spandrel drill", () => {
  it("prints tables and conclusions", async () => {
    const { exitCode, out, progress } = await drill(SHORT);
    expect(exitCode).toBe(0);
    expect(out).toContain("20 series, 10 hours, restart at hour 5");
    expect(out).toContain("heap_inuse - heap_alloc (MiB)");
    expect(out).toMatch(/^exact\+time /m);
    expect(out).toContain("- Without a restart the gap lies between");
    expect(progress).toContain("exact+time done\n");
  });

  it("says the same again from the same seed, and other things from another", async () => {
    const first = await drill(SHORT);
    expect((await drill(SHORT)).out).toBe(first.out);
    expect((await drill([...SHORT, "--seed=2"])).out).not.toBe(first.out);
  });

  it("explains its flags", async () => {
    const { exitCode, out } = await drill(["--help"]);
    expect(exitCode).toBe(0);
    expect(out).toContain(flagHelp(DRILL_FLAGS));
  });

  it("refuses flags and words that it does not know with code 2", async () => {
    expect(await drill(["--sereis=3"])).toMatchObject({ exitCode: 2, out: "" });
    expect((await drill(["now"])).progress).toContain('unknown argument "now"');
    expect((await drill(["--policy=exact+random"])).progress).toContain("order one of time");
  });

  it("fails with code 1 when a receiver cannot be reached", async () => {
    const { exitCode, progress } = await drill([...SHORT, "--remote-write=http://127.0.0.1:1/w"]);
    expect(exitCode).toBe(1);
    expect(progress).toContain("remote write to http://127.0.0.1:1/w failed");
  });

  it("ends with code 130 when it is stopped", async () => {
    const stop = new AbortController();
    const ended = drill(SHORT, stop.signal);
    stop.abort("SIGINT");
    expect((await ended).exitCode).toBe(130);
  });
});

describe("flags of the drill", () => {
  it("have the drill of the documentation as defaults", () => {
    const { config } = readCommandLine(DRILL_FLAGS, [], {});
    expect(scenarioOf(config)).toEqual(DEFAULT_SCENARIO);
    expect(config.policies.map(policyName).join(",")).toBe(DEFAULT_POLICIES);
    expect(expiryHour(DEFAULT_SCENARIO)).toBe(66);
  });

  it("take several policies in one flag or in several", () => {
    const args = ["--policy=exact+time,grow+time", "--policy", "class+series+copy"];
    const { policies } = readCommandLine(DRILL_FLAGS, args, {}).config;
    expect(policies.map(policyName)).toEqual(["exact+time", "grow+time", "class+series+copy"]);
  });

  it.each([
    [["--hours=5", "--restart-hour=5"], "--restart-hour=5 is not below --hours=5"],
    [["--scrape-interval=7s"], "does not divide an hour"],
    [["--chunk-window=11m", "--scrape-interval=1m"], "does not divide half of"],
    [["--collect-every=20s"], "is no multiple of --scrape-interval=15s"],
    [["--scrape-interval=1m"], "chunks of at most 1440 bytes"],
    [["--operation-log"], "--operation-log needs --out"],
  ])("are refused together: %j", (args, words) => {
    expect(() => scenario(args)).toThrow(TsdbError);
    expect(() => scenario(args)).toThrow(words);
  });
});

describe("progress", () => {
  const policies = parsePolicies("exact+time,class+time")!;
  const hour = (name: string, at: number): DrillMessage => ({ kind: "hour", name, hour: at });
  const done = (name: string): DrillMessage => ({ kind: "run", result: { name } as RunResult });

  it("is one line on a terminal, written again and again", () => {
    const shown: string[] = [];
    const progress = new Progress(DEFAULT_SCENARIO, policies, true, (text) => shown.push(text));
    progress.tell(hour("no restart", 72));
    progress.tell(done("no restart"));
    progress.tell(hour("exact+time", 54));
    progress.end();
    expect(shown.at(-2)).toContain("[##################------------] 62%  exact+time h54");
    expect(shown.every((text) => text.startsWith("\r") && !text.includes("\n"))).toBe(true);
  });

  it("is a line for each finished run elsewhere", () => {
    const shown: string[] = [];
    const progress = new Progress(DEFAULT_SCENARIO, policies, false, (text) => shown.push(text));
    progress.tell(hour("no restart", 72));
    progress.tell(done("no restart"));
    progress.end();
    expect(shown).toEqual(["[###############---------------] 50%: no restart done\n"]);
  });

  it("is told of every hour of every run", async () => {
    const hours = new Map<string, number[]>();
    const scenario = { seriesCount: 5, hours: 9, restartHour: 6 };
    await smallDrill("exact+time", scenario, false, (message) => {
      if (message.kind !== "hour") return;
      hours.set(message.name, [...(hours.get(message.name) ?? []), message.hour]);
    });
    expect(hours.get("no restart")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(hours.get("exact+time")).toEqual([7, 8, 9]);
  });
});
