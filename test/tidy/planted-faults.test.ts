/**
 * Canaries: each checker is given a fault and must find it, at the right line. A checker that finds
 * nothing anywhere would pass every build.
 */
import { describe, expect, it } from "vitest";
import { codeWordFaults, modulePlaceFaults, textWordFaults } from "./code-words.ts";
import {
  fileLengthFaults,
  functionLengthFaults,
  headerFaults,
  lineFaults,
  nameFaults,
  switchedOffFaults,
} from "./file-shape.ts";
import {
  importCycles,
  importGraph,
  importsOf,
  layerFaults,
  missingImports,
  unreachedFiles,
} from "./imports.ts";
import { addressed, missingOptional, unpinned } from "./lock-file.ts";
import { anchorsOf, decisionFaults, linkFaults, quotedPathFaults } from "./markdown-links.ts";
import { projectFile } from "./project-files.ts";
import { CODE_WORDS, LAYERS, MODULE_PLACES, TEXT_WORDS } from "./rules.ts";

describe("the import checks", () => {
  const page = projectFile(
    "src/heap/page.ts",
    'import "../base/units.ts";\nimport "../http/a.ts";',
  );

  it("see every form of import", () => {
    const text = [
      'import a, { type B } from "./one.ts";',
      'import * as c from "./two.ts";',
      'import "./three.ts";',
      'export { d } from "./four.ts"; export * from "./five.ts";',
      'const e = await import("./six.ts");',
      'new Worker(new URL("./seven.ts", import.meta.url));',
      'const no = ["./not.ts", f("./not.ts"), `./not.ts`]; // import "./not.ts"',
    ].join("\n");
    const names = importsOf(text).map(({ specifier, line }) => `${specifier}:${line}`);
    expect(names).toEqual([
      "./one.ts:1",
      "./two.ts:2",
      "./three.ts:3",
      "./four.ts:4",
      "./five.ts:4",
      "./six.ts:5",
      "./seven.ts:6",
    ]);
  });

  it("find an import that points up", () => {
    expect(layerFaults([page], LAYERS)).toEqual([
      "src/heap/page.ts:2: heap may not import http (../http/a.ts)",
    ]);
  });

  it("let types through where only types may pass", () => {
    const text = [
      'import type { A } from "../b/a.ts";',
      'import { type B } from "../b/b.ts";',
      'export type { C } from "../b/c.ts";',
    ].join("\n");
    expect(layerFaults([projectFile("src/a/a.ts", text)], { a: ["b:types"], b: [] })).toEqual([
      "src/a/a.ts:2: a may not import b (../b/b.ts)",
    ]);
  });

  it("let a single file through where only that may pass", () => {
    const text = 'import { A } from "../b/a.ts";\nimport { B } from "../b/b.ts";';
    expect(layerFaults([projectFile("src/a/a.ts", text)], { a: ["src/b/a.ts"], b: [] })).toEqual([
      "src/a/a.ts:2: a may not import b (../b/b.ts)",
    ]);
  });

  it("find a layer that the table does not know", () => {
    expect(layerFaults([projectFile("src/extra/a.ts", "")], LAYERS)).toHaveLength(1);
  });

  it("find cycles, unreached files and missing files", () => {
    const files = [
      projectFile("src/main.ts", 'import "./base/a.ts";'),
      projectFile("src/base/a.ts", 'import "./b.ts";'),
      projectFile("src/base/b.ts", 'import "./a.ts";\nimport type { D } from "./d.ts";'),
      projectFile("src/base/c.ts", 'import "./gone.ts";'),
      projectFile("src/base/d.ts", 'import "./b.ts";'),
    ];
    const graph = importGraph(files);
    expect(importCycles(graph)).toEqual(["src/base/a.ts -> src/base/b.ts -> src/base/a.ts"]);
    expect(unreachedFiles(graph, ["src/main.ts"])).toEqual(["src/base/c.ts"]);
    const exists = (path: string) => files.some((file) => file.path === path);
    expect(missingImports(files, exists)).toEqual(["src/base/c.ts:1: ./gone.ts does not exist"]);
  });
});

describe("the word checks", () => {
  it("find clocks and chance in code, not in comments or strings", () => {
    const file = projectFile(
      "src/heap/a.ts",
      '// Date.now\nconst a = "Math.random";\nconst b = Date.now();\nconst c = new Date();\n' +
        "const d = new Date(0);\nconst e = Math.random();",
    );
    const clocks = "src/base/clock.ts, src/web/base/page-clock.ts";
    expect(codeWordFaults([file], CODE_WORDS)).toEqual([
      `src/heap/a.ts:3: Date.now is for ${clocks} only`,
      `src/heap/a.ts:4: new Date() is for ${clocks} only`,
      "src/heap/a.ts:6: Math.random is for src/base/prng.ts only",
    ]);
  });

  it("find a module outside its place", () => {
    const text = 'import "node:fs/promises";\nimport "@fastify/static";\nimport "prom-client";';
    expect(modulePlaceFaults([projectFile("src/engine/a.ts", text)], MODULE_PLACES)).toHaveLength(
      3,
    );
    expect(modulePlaceFaults([projectFile("src/base/disk.ts", text)], MODULE_PLACES)).toEqual([
      'src/base/disk.ts:2: "@fastify/static" is for src/http/ only',
      'src/base/disk.ts:3: "prom-client" is for src/observe/, src/observe.ts only',
    ]);
  });

  it("find left-over markers and words of the making", () => {
    const marker = ["FIX", "ME"].join("");
    const file = projectFile("docs/a.md", `fine\n${marker} later\nas the sub${""}agent said`);
    expect(textWordFaults([file], TEXT_WORDS).map((fault) => fault.split(" ")[0])).toEqual([
      "docs/a.md:2:",
      "docs/a.md:3:",
    ]);
  });

  it("find tests that are switched off", () => {
    const only = ["it", "only("].join(".");
    expect(switchedOffFaults([projectFile("test/a.test.ts", `${only}"x")`)])).toHaveLength(1);
  });
});

describe("the shape checks", () => {
  it("want a header", () => {
    const faults = (text: string) => headerFaults([projectFile("src/a.ts", text)]).length;
    expect(faults("const a = 1;")).toBe(1);
    expect(faults("/** */\nconst a = 1;")).toBe(1);
    expect(faults("/** What a is. */\nconst a = 1;\n")).toBe(1);
    expect(faults("/** What it is. */\nimport a from 'b';\n")).toBe(0);
    expect(faults("/**\n * What it is.\n */\nconst a = 1;\n")).toBe(0);
    expect(faults("#!/usr/bin/env node\n/**\n * What it is.\n */\n")).toBe(0);
  });

  it("bound lines, functions and files", () => {
    const wide = projectFile("src/a.ts", `${"é".repeat(100)}\n${"é".repeat(101)}`);
    expect(lineFaults([wide])).toEqual(["src/a.ts:2: 101 columns; at most 100"]);
    const long = projectFile("src/a.ts", `\nfunction f() {${"\n".repeat(70)}}`);
    expect(functionLengthFaults([long])).toEqual([
      "src/a.ts:2: function f has 71 lines; at most 70",
    ]);
    expect(fileLengthFaults([projectFile("src/a.ts", "a;\n".repeat(500))])).toEqual([]);
    expect(fileLengthFaults([projectFile("src/a.ts", "a;\n".repeat(501))])).toHaveLength(1);
  });

  it("refuse drawers", () => {
    const names = ["src/heap/utils.ts", "src/common/a.ts", "src/http/index.ts", "src/A.ts"];
    expect(nameFaults(names)).toHaveLength(names.length);
    expect(nameFaults(["src/heap/go-heap.ts", "test/heap/go-heap.model.test.ts"])).toEqual([]);
  });
});

describe("the document checks", () => {
  const other = projectFile("docs/b.md", "# Two words, *really*\n## Two words, really");
  const exists = (path: string) => ["docs/b.md", "src/main.ts", "README.md"].includes(path);

  it("find dead links and dead anchors", () => {
    const text = [
      "[a](b.md) [b](c.md) [c](https://example.org/x) [d](../README.md)",
      "[e](b.md#two-words-really-1) [f](b.md#three)",
      "```\n[g](gone.md)\n```",
      "[h]: gone.md",
    ].join("\n");
    expect(linkFaults([projectFile("docs/a.md", text), other], exists)).toEqual([
      "docs/a.md:1: link to c.md leads nowhere",
      "docs/a.md:2: docs/b.md has no heading for #three",
      "docs/a.md:6: link to gone.md leads nowhere",
    ]);
    expect([...anchorsOf(other)]).toEqual(["two-words-really", "two-words-really-1"]);
  });

  it("find paths that do not exist", () => {
    const file = projectFile("docs/a.md", "`src/main.ts` and `src/gone.ts`, `src/*.ts`, `src/`");
    expect(quotedPathFaults([file], exists)).toEqual(["docs/a.md:1: `src/gone.ts` does not exist"]);
  });
});

describe("the decision check", () => {
  it("finds pages that are not listed, badly named or share a number", () => {
    const files = [
      projectFile("docs/adr/README.md", "[1](0001-a.md) [3](0001-c.md)"),
      projectFile("docs/adr/0001-a.md", ""),
      projectFile("docs/adr/0001-c.md", ""),
      projectFile("docs/adr/0002-b.md", ""),
      projectFile("docs/adr/Three.md", ""),
      projectFile("docs/other.md", ""),
    ];
    expect(decisionFaults(files, "docs/adr").map((fault) => fault.split(":")[0])).toEqual([
      "docs/adr/0001-c.md",
      "docs/adr/0002-b.md",
      "docs/adr/Three.md",
    ]);
  });
});

describe("the lock file checks", () => {
  it("find an optional package that is not locked", () => {
    const lock = {
      packages: {
        "": {},
        "node_modules/a": { optionalDependencies: { "a-linux": "1.0.0", "a-darwin": "1.0.0" } },
        "node_modules/a/node_modules/a-linux": {},
      },
    };
    expect(missingOptional(lock)).toEqual([
      "package-lock.json:1: a-darwin, optional in node_modules/a, is not locked",
    ]);
  });

  it("look for it where Node would: here, then outward", () => {
    const lock = {
      packages: {
        "node_modules/@s/a/node_modules/b": { optionalDependencies: { c: "1", d: "1", e: "1" } },
        "node_modules/@s/a/node_modules/b/node_modules/c": {},
        "node_modules/@s/a/node_modules/d": {},
        "node_modules/e": {},
      },
    };
    expect(missingOptional(lock)).toEqual([]);
  });

  it("find ranges, other versions and addresses", () => {
    const lock = { packages: { "node_modules/a": { version: "1.0.1", resolved: "somewhere" } } };
    expect(unpinned({ dependencies: { a: "^1.0.0" } }, lock)).toHaveLength(1);
    expect(unpinned({ devDependencies: { a: "1.0.0" } }, lock)).toHaveLength(1);
    expect(unpinned({ dependencies: { a: "1.0.1" } }, lock)).toEqual([]);
    expect(addressed(lock)).toHaveLength(1);
  });
});
