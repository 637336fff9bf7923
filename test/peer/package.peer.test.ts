/**
 * The npm package, packed, installed as a user would, and run: by hand and as systemd is told to.
 *
 * Needs npm with its registry, or a cache, in reach; the claims about the unit need systemd.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../tidy/project-files.ts";
import { developmentPackages } from "./development-packages.ts";
import { freePort } from "./free-port.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const READY_MS = 60_000;
/** Exposure as systemd counts it, 0 to 10: below 2 is "OK". */
const EXPOSURE_MAX = 2;

const folder = mkdtempSync(join(tmpdir(), "spandrel-package-"));
const prefix = join(folder, "installed");
const spandrel = join(prefix, "bin", "spandrel");
const manifest = readManifest(PROJECT_ROOT);
const { version } = manifest;

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The environment of a user: without what npm hands on to the programs that it starts. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
);

/** Runs a program to its end; fails with what it said. */
function run(program: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${status}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  run("npm", ["pack", "--pack-destination", folder], PROJECT_ROOT);
  const archive = join(folder, `spandrel-${version}.tgz`);
  const strict = ["--prefer-offline", "--no-audit", "--engine-strict"];
  run("npm", ["install", "--global", "--prefix", prefix, ...strict, archive]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the npm package", () => {
  it("holds what runs and what one reads, and no tests", () => {
    const listed = run("tar", ["-tzf", `spandrel-${version}.tgz`]).split("\n");
    const program = ["dist/main.js", "dist/program.cjs", "dist/program.cache"];
    for (const name of [...program, "README.md", "docs/flags.md", "examples/alerts.yml"]) {
      expect(listed).toContain(`package/${name}`);
    }
    expect(listed.filter((name) => /^package\/(?:test|src|bench\/.*\.ts)/.test(name))).toEqual([]);
  });

  it("is installed with the versions that it names, and with nothing for development", () => {
    const modules = join(prefix, "lib", "node_modules", "spandrel", "node_modules");
    for (const [name, wanted] of Object.entries(manifest.dependencies)) {
      const { version } = readManifest(join(modules, name));
      expect([name, version]).toEqual([name, wanted]);
    }
    for (const name of developmentPackages(manifest.devDependencies)) {
      expect(existsSync(join(modules, name)), name).toBe(false);
    }
  });

  it("is a command that knows its version", () => {
    expect(run(spandrel, ["--version"])).toBe(`spandrel ${version}\n`);
  });

  it("serves, and ends in order", async () => {
    const port = await freePort();
    const address = `--web.listen-address=127.0.0.1:${port}`;
    const args = ["serve", address, `--storage.path=${join(folder, "data")}`];
    const service = new RunningProcess(spandrel, args, { cwd: folder });
    const url = `http://127.0.0.1:${port}/-/ready`;
    await service.until("ready", READY_MS, () => fetchText(url));
    expect(await service.stop("SIGTERM"), service.output).toBe(0);
  });
});

describe.skipIf(!isInstalled("systemd-analyze"))("the systemd unit", () => {
  const unit = join(folder, "spandrel.service");

  beforeAll(() => {
    const text = readFileSync(join(PROJECT_ROOT, "deploy/systemd/spandrel.service"), "utf8");
    writeFileSync(unit, text.replaceAll("/opt/spandrel/", `${prefix}/`));
  });

  it("is one that systemd takes, with the installed command", () => {
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("leaves the service little of the system", () => {
    const security = ["security", "--offline=true", "--no-pager", unit];
    const last = run("systemd-analyze", security).trim().split("\n").at(-1) ?? "";
    const exposure = /: ([\d.]+) /.exec(last)?.[1];
    expect(Number(exposure), last).toBeLessThan(EXPOSURE_MAX);
  });
});
