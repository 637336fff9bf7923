/**
 * The systemd unit and its settings agree with the code; test/peer asks systemd itself.
 */
import { describe, expect, it } from "vitest";
import { environmentName } from "../../src/config/flag-table.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { readProjectFile } from "../tidy/project-files.ts";

const unit = readProjectFile("deploy/systemd/spandrel.service").lines.filter((line) =>
  /^[A-Z]\w*=/.test(line),
);
const settings = readProjectFile("deploy/systemd/spandrel.env").lines.filter((line) =>
  /^[A-Z]/.test(line),
);

/** Values of a key, in order. */
function valuesOf(key: string): string[] {
  return unit
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

const pairs = [...valuesOf("Environment"), ...settings].map((line) => line.split("=") as string[]);
const environment = Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, value]));

describe("deploy/systemd", () => {
  it("sets only what Spandrel reads, to allowed values", () => {
    const known = Object.values(SERVE_FLAGS).map(({ flag }) => environmentName(flag));
    const own = Object.keys(environment).filter((name) => name.startsWith("SPANDREL_"));
    expect(known).toEqual(expect.arrayContaining(own));
    const { config } = readCommandLine(SERVE_FLAGS, [], environment);
    expect(config.storagePath).toBe(`/var/lib/${valuesOf("StateDirectory")[0]}`);
    expect(config.listenAddress.host).toBe("127.0.0.1");
    expect(config.heapLimitBytes).toBeGreaterThan(0);
  });

  it("starts the command that the package installs", () => {
    const { bin } = JSON.parse(readProjectFile("package.json").text) as {
      bin: Record<string, string>;
    };
    const [program = "", ...words] = valuesOf("ExecStart")[0]!.split(" ");
    expect(Object.keys(bin)).toContain(program.split("/").at(-1));
    expect(words).toEqual(["serve"]);
  });

  it("stops with SIGTERM, with time for a last snapshot, and does not repeat a bad setting", () => {
    expect(valuesOf("KillSignal")).toEqual(["SIGTERM"]);
    expect(valuesOf("TimeoutStopSec")).toEqual(["5min"]);
    expect(valuesOf("RestartPreventExitStatus")).toEqual(["2"]);
  });
});

describe("the command of the package", () => {
  it("can be started as a program", () => {
    expect(readProjectFile("src/main.ts").lines[0]).toBe("#!/usr/bin/env node");
  });
});
