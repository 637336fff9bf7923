/**
 * The image's recipe agrees with the code: files, flags, ports, folders. No container engine is
 * needed; test/peer carries the steps out.
 */
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { environmentName } from "../../src/config/flag-table.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { SERVE_FLAGS } from "../../src/config/serve-flags.ts";
import { existsInProject, projectPaths, readProjectFile } from "../tidy/project-files.ts";
import { ignorePatterns, isIgnored } from "./docker-ignore.ts";
import { copyOf, environmentOf, execForm, lastStep, parseDockerfile } from "./dockerfile.ts";

const text = readProjectFile("Dockerfile").text;
const stages = parseDockerfile(text);
const final = stages.at(-1)!;
const environment = environmentOf(final);
const ignored = ignorePatterns(readProjectFile(".dockerignore").text);
const variables = new Set(Object.values(SERVE_FLAGS).map(({ flag }) => environmentName(flag)));

/** The source that compiles to a file in dist/. */
const sourceOf = (compiled: string) => compiled.replace(/^dist\//, "src/").replace(/\.js$/, ".ts");

describe("the Dockerfile", () => {
  it("has no fault that the linter knows", () => {
    expect(validate(text).map(({ message, range }) => `${range.start.line}: ${message}`)).toEqual(
      [],
    );
  });

  it("builds and runs on the Node version that CI tests", () => {
    const major = /node24_version=(\d+)\./.exec(readProjectFile(".ci/run").text)?.[1];
    expect(stages.map((stage) => stage.image)).toEqual(
      stages.map(() => `node:${major}-bookworm-slim`),
    );
  });

  it("copies only files that exist and that .dockerignore lets through", () => {
    const paths = projectPaths();
    const missing = stages
      .flatMap((stage) => stage.steps)
      .filter((step) => step.keyword === "COPY" && step.flags["from"] === undefined)
      .flatMap((step) => copyOf(step).sources)
      .filter((source) => {
        const below = paths.filter((path) => path === source || path.startsWith(`${source}/`));
        return below.length === 0 || below.some((path) => isIgnored(path, ignored));
      });
    expect(missing).toEqual([]);
  });

  it("copies every file that the build reads", () => {
    const copied = stages[0]!.steps
      .filter((step) => step.keyword === "COPY")
      .flatMap((step) => copyOf(step).sources);
    const manifest = JSON.parse(readProjectFile("package.json").text);
    const config = /-p (\S+)/.exec(manifest.scripts.build)?.[1] ?? "";
    const parent = JSON.parse(readProjectFile(config).text).extends.replace("./", "");
    expect(copied).toEqual(expect.arrayContaining([config, parent, "src", "package-lock.json"]));
  });

  it("copies from earlier stages only", () => {
    const names = new Set(stages.map((stage) => stage.name));
    for (const { flags, line } of stages.flatMap((stage) => stage.steps)) {
      if (flags["from"] !== undefined) expect(names, `line ${line}`).toContain(flags["from"]);
    }
  });

  it("starts the service as a plain user, in exec form, and stops it with SIGTERM", () => {
    const [program, file = "", ...args] = execForm(lastStep(final, "CMD"));
    expect(program).toBe("node");
    expect(existsInProject(sourceOf(file)), file).toBe(true);
    expect(args[0]).toBe("serve");
    expect(() => readCommandLine(SERVE_FLAGS, args.slice(1), environment)).not.toThrow();
    expect(lastStep(final, "USER").text).toBe("node");
    expect(lastStep(final, "STOPSIGNAL").text).toBe("SIGTERM");
  });

  it("sets only variables that the service reads", () => {
    const own = Object.keys(environment).filter((name) => name.startsWith("SPANDREL_"));
    expect(own.filter((name) => !variables.has(name))).toEqual([]);
  });

  it("listens where it says, and keeps its data in the volume", () => {
    const { config } = readCommandLine(SERVE_FLAGS, [], environment);
    expect(config.listenAddress.host).toBe("0.0.0.0");
    expect(lastStep(final, "EXPOSE").text).toBe(String(config.listenAddress.port));
    expect(JSON.parse(lastStep(final, "VOLUME").text)).toEqual([config.storagePath]);
    const makesData = final.steps.some(
      ({ keyword, text: command }) =>
        keyword === "RUN" &&
        command === `mkdir ${config.storagePath} && chown node:node ${config.storagePath}`,
    );
    expect(makesData).toBe(true);
  });

  it("asks the service for its health, with options that Podman 4 knows too", () => {
    const check = lastStep(final, "HEALTHCHECK");
    const [program, file = ""] = execForm(check);
    expect(program).toBe("node");
    expect(existsInProject(sourceOf(file)), file).toBe(true);
    const known = ["interval", "timeout", "start-period", "retries"];
    expect(Object.keys(check.flags).filter((flag) => !known.includes(flag))).toEqual([]);
  });
});

describe(".dockerignore", () => {
  it("follows Docker's rules", () => {
    const patterns = ignorePatterns("# comment\n*\n!src\nsrc/**/*.log\n!/package.json\n");
    expect(isIgnored("docs/a.md", patterns)).toBe(true);
    expect(isIgnored("src/heap/a.ts", patterns)).toBe(false);
    expect(isIgnored("src/heap/a.log", patterns)).toBe(true);
    expect(isIgnored("src/a.log", patterns)).toBe(true);
    expect(isIgnored("package.json", patterns)).toBe(false);
  });

  it("keeps everything out that the Dockerfile does not copy", () => {
    const kept = projectPaths().filter((path) => !isIgnored(path, ignored));
    const copied = stages[0]!.steps
      .filter((step) => step.keyword === "COPY")
      .flatMap((step) => copyOf(step).sources);
    const extra = kept.filter(
      (path) => !copied.some((source) => path === source || path.startsWith(`${source}/`)),
    );
    expect(extra).toEqual([]);
    for (const path of [".git/HEAD", "node_modules/a/b.js", "data/x", ".env"]) {
      expect(isIgnored(path, ignored), path).toBe(true);
    }
  });
});
