/**
 * docs/operations.md lists exactly the routes that the server has.
 */
import { describe, expect, it } from "vitest";
import { buildServer } from "../../src/http/server.ts";
import { fakeParts } from "../http/fake-service.ts";
import { readProjectFile } from "../tidy/project-files.ts";

/** Paths of Fastify's printed tree: four columns deeper is a continuation of the line above. */
function pathsOfTree(tree: string): string[] {
  const paths: string[] = [];
  const parents: string[] = [];
  for (const line of tree.split("\n")) {
    const match = /^([│ ]*)[└├]── (\S+) \(/.exec(line);
    if (match === null) continue;
    const depth = match[1]!.length / 4;
    parents.length = depth;
    parents.push(match[2]!);
    paths.push(parents.join(""));
  }
  return paths;
}

function documentedPaths(): string[] {
  const text = readProjectFile("docs/operations.md").text;
  const section = /\n## Routes\n([\s\S]*?)\n## /.exec(text)?.[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `/"));
  return rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`(\/[^`]*)`/g)].map((m) => m[1]!));
}

describe("docs/operations.md", () => {
  it("lists every route, and no other", async () => {
    const app = await buildServer(fakeParts().parts);
    await app.ready();
    const paths = pathsOfTree(app.printRoutes({ commonPrefix: false }))
      .filter((path) => !path.endsWith("*"))
      .map((path) => path.replace(":name", "NAME"));
    await app.close();
    expect(documentedPaths().sort()).toEqual(paths.sort());
  });
});
