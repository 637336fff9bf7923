/**
 * Carries out a Dockerfile's steps without a container engine: each stage gets a folder as its root
 * file system, and every command runs there as an unprivileged user.
 *
 * I1  The build sees only what .dockerignore lets through.
 * I2  Nothing outside the given folder is written; commands run as user and group 65534 when the
 *     tests run as root, and as the tests' own user otherwise.
 *
 * What differs from an engine: there is no isolation, so absolute paths of the Dockerfile (its
 * folders, volumes and caches) are mapped into the stage's folder, the image's user is the
 * unprivileged one, and programs come from `PATH` with the image's Node first.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ignorePatterns, isIgnored } from "../packaging/docker-ignore.ts";
import {
  copyOf,
  environmentOf,
  parseDockerfile,
  type Stage,
  type Step,
} from "../packaging/dockerfile.ts";
import { PROJECT_ROOT, projectPaths, readProjectFile } from "../tidy/project-files.ts";

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** User and group that everything runs as: an option of child_process. */
export const unprivileged: { uid?: number; gid?: number } = isRoot
  ? { uid: NOBODY, gid: NOBODY }
  : {};

/**
 * How this machine's npm reaches its registry: the one thing that a build takes from outside, as it
 * would from an engine's own settings.
 */
function registrySettings(): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of ["registry", "cafile", "proxy", "https-proxy"]) {
    const { stdout } = spawnSync("npm", ["config", "get", name], { encoding: "utf8" });
    const value = (stdout ?? "").trim();
    if (!/^(?:null|undefined|)$/.test(value))
      settings[`npm_config_${name.replace("-", "_")}`] = value;
  }
  return settings;
}

/** One stage while its steps are carried out, and after. */
export interface BuiltStage {
  readonly stage: Stage;
  readonly root: string;
  /** Folder that commands start in, as the Dockerfile names it. */
  readonly workFolder: string;
}

/** Makes a folder that the unprivileged user owns. */
export function ownedFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  if (isRoot) chownSync(path, NOBODY, NOBODY);
  return path;
}

/** Copies what the build may see into `folder`. */
function copyContext(folder: string): void {
  const patterns = ignorePatterns(readProjectFile(".dockerignore").text);
  for (const path of projectPaths().filter((candidate) => !isIgnored(candidate, patterns))) {
    cpSync(join(PROJECT_ROOT, path), join(folder, path));
    chmodSync(join(folder, path), 0o644);
  }
  for (const path of [folder, dirname(folder)]) chmodSync(path, 0o755);
}

/** Builds an image's stages below one folder. */
export class ContainerBuild {
  readonly stages: BuiltStage[] = [];
  private readonly folder: string;
  private readonly programs: string;
  private readonly registry = registrySettings();
  private readonly containerPaths: readonly string[];

  /** `programs` is a folder with the image's node, put first in PATH. */
  constructor(folder: string, programs: string) {
    this.folder = folder;
    this.programs = programs;
    const steps = parseDockerfile(readProjectFile("Dockerfile").text).flatMap((s) => s.steps);
    this.containerPaths = steps.flatMap(absoluteFolders);
  }

  /** Carries out all stages; the last one is the image. */
  build(): BuiltStage {
    copyContext(ownedFolder(join(this.folder, "context")));
    for (const stage of parseDockerfile(readProjectFile("Dockerfile").text)) {
      const root = ownedFolder(join(this.folder, `stage-${stage.name}`));
      let workFolder = "/";
      for (const step of stage.steps) {
        if (step.keyword === "WORKDIR") workFolder = step.text;
        this.carryOut(step, { stage, root, workFolder });
      }
      this.stages.push({ stage, root, workFolder });
    }
    return this.stages.at(-1)!;
  }

  /** Text with the Dockerfile's absolute paths and its user mapped into the stage. */
  mapped(text: string, root: string): string {
    let result = text;
    for (const path of this.containerPaths) {
      const pattern = new RegExp(`(^|[\\s"'=:])${path}(?=[\\s"'/:]|$)`, "g");
      result = result.replace(pattern, `$1${root}${path}`);
    }
    const { uid = process.getuid?.(), gid = process.getgid?.() } = unprivileged;
    return result.replace(/\bnode:node\b/g, `${uid}:${gid}`);
  }

  /** Environment of a process in a stage. */
  environment(built: BuiltStage): Record<string, string> {
    const own = Object.entries(environmentOf(built.stage));
    return {
      PATH: `${this.programs}:/usr/local/bin:/usr/bin:/bin`,
      HOME: ownedFolder(join(this.folder, "home")),
      ...Object.fromEntries(own.map(([name, value]) => [name, this.mapped(value, built.root)])),
    };
  }

  private carryOut(step: Step, built: BuiltStage): void {
    if (step.keyword === "WORKDIR") ownedFolder(join(built.root, step.text));
    if (step.keyword === "COPY") this.copy(step, built);
    if (step.keyword !== "RUN") return;
    const cache = /target=([^,]+)/.exec(step.flags["mount"] ?? "")?.[1];
    if (cache !== undefined) ownedFolder(join(built.root, cache));
    this.command(step, built, "sh", ["-ec", this.mapped(step.text, built.root)]);
    // A cache mount is not part of the stage.
    if (cache !== undefined) rmSync(join(built.root, cache), { recursive: true, force: true });
  }

  private copy(step: Step, built: BuiltStage): void {
    const from = step.flags["from"];
    const origin = this.stages.find(({ stage }) => stage.name === from);
    const { sources, destination } = copyOf(step);
    const target = join(built.root, built.workFolder, destination);
    for (const source of sources) {
      const path = join(origin?.root ?? join(this.folder, "context"), source);
      const args = ["-R", "--preserve=mode", path, target];
      this.command(step, built, "cp", args);
    }
  }

  private command(step: Step, built: BuiltStage, program: string, args: string[]): void {
    const result = spawnSync(program, args, {
      cwd: join(built.root, built.workFolder),
      env: { ...this.environment(built), ...this.registry },
      encoding: "utf8",
      timeout: 240_000,
      ...unprivileged,
    });
    if (result.status === 0) return;
    throw new Error(
      `Dockerfile line ${step.line}: ${step.keyword} ${step.text}: exit ${result.status}\n` +
        `${result.stdout}${result.stderr}${result.error ?? ""}`,
    );
  }
}

/** Absolute folders that a step names: they exist in a container only. */
function absoluteFolders({ keyword, flags, text }: Step): string[] {
  if (keyword === "WORKDIR") return [text];
  if (keyword === "VOLUME") return JSON.parse(text) as string[];
  const cache = /target=([^,]+)/.exec(flags["mount"] ?? "")?.[1];
  return cache === undefined ? [] : [cache];
}
