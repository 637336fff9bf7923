/**
 * Style as a test: every rule of CONTRIBUTING.md that a machine can check, over the whole project.
 *
 * A failing claim lists each fault as `path:line: rule`. The tables are in tidy/rules.ts; that the
 * checkers find what they look for is tested beside them with planted faults.
 */
import { describe, expect, it } from "vitest";
import { codeWordFaults, modulePlaceFaults, textWordFaults } from "./tidy/code-words.ts";
import {
  fileLengthFaults,
  functionLengthFaults,
  headerFaults,
  lineFaults,
  nameFaults,
  switchedOffFaults,
} from "./tidy/file-shape.ts";
import {
  importCycles,
  importGraph,
  layerFaults,
  missingImports,
  unreachedFiles,
} from "./tidy/imports.ts";
import { addressed, type LockFile, missingOptional, unpinned } from "./tidy/lock-file.ts";
import { decisionFaults, linkFaults, quotedPathFaults } from "./tidy/markdown-links.ts";
import { existsInProject, readProjectFile, readProjectFiles } from "./tidy/project-files.ts";
import {
  CODE_WORDS,
  ENTRY_POINTS,
  LAYERS,
  MODULE_PLACES,
  SIMULATION_FILES,
  TEXT_WORDS,
} from "./tidy/rules.ts";

const code = readProjectFiles((path) =>
  /^(?:src|test|bench|grafana|deploy|proto)\/.*\.ts$/.test(path),
);
const source = code.filter((file) => file.path.startsWith("src/"));
const tests = code.filter((file) => file.path.startsWith("test/"));
const documents = readProjectFiles((path) => path.endsWith(".md"));
const isText =
  /\.(?:ts|mjs|js|json|md|ya?ml|proto|sh|css|html|svg|test)$|(?:^|\/)[^.]+$|\.ci\/run$/;
const texts = readProjectFiles((path) => isText.test(path) && path !== "package-lock.json");
const graph = importGraph(source);

describe("the layers of src/", () => {
  it("import only what lies below them", () => {
    expect(layerFaults(source, LAYERS)).toEqual([]);
  });

  it("have no files that load each other in a circle", () => {
    expect(importCycles(graph)).toEqual([]);
  });

  it("have no file that nothing imports", () => {
    expect(unreachedFiles(graph, [...ENTRY_POINTS, ...SIMULATION_FILES])).toEqual([]);
  });

  it("import only files that exist", () => {
    expect(missingImports(code, existsInProject)).toEqual([]);
  });

  it("keep each package and each system module in its place", () => {
    expect(modulePlaceFaults(source, MODULE_PLACES)).toEqual([]);
  });

  it("take time and chance from outside", () => {
    expect(codeWordFaults(source, CODE_WORDS)).toEqual([]);
  });
});

describe("a source file", () => {
  it("opens with a header that says what it is", () => {
    expect(headerFaults(source)).toEqual([]);
  });

  it("has at most 500 lines", () => {
    expect(fileLengthFaults(code)).toEqual([]);
  });

  it("has lines of at most 100 columns", () => {
    expect(lineFaults(code)).toEqual([]);
  });

  it("has functions of at most 70 lines", () => {
    expect(functionLengthFaults(code.filter((file) => !file.path.startsWith("test/")))).toEqual([]);
  });

  it("has a name that says what is inside", () => {
    expect(nameFaults(code.map((file) => file.path))).toEqual([]);
  });
});

describe("the project's text", () => {
  it("has no left-over marker and no word of how it was made", () => {
    expect(textWordFaults(texts, TEXT_WORDS)).toEqual([]);
  });

  it("switches no test off", () => {
    expect(switchedOffFaults(tests)).toEqual([]);
  });

  it("has links that lead somewhere", () => {
    expect(linkFaults(documents, existsInProject)).toEqual([]);
  });

  it("lists every decision, each under its own number", () => {
    expect(decisionFaults(documents, "docs/adr")).toEqual([]);
  });

  it("names only files that exist", () => {
    expect(quotedPathFaults(documents, existsInProject)).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock = JSON.parse(readProjectFile("package-lock.json").text) as LockFile;

  it("has every platform's optional packages", () => {
    expect(missingOptional(lock)).toEqual([]);
  });

  it("has the exact versions that package.json names", () => {
    expect(unpinned(JSON.parse(readProjectFile("package.json").text), lock)).toEqual([]);
  });

  it("names no download address", () => {
    expect(addressed(lock)).toEqual([]);
  });
});
