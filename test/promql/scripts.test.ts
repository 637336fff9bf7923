import { describe, expect, it } from "vitest";
import { labelHashReady } from "../../src/promql/evaluate/label-hash.ts";
import { allSignatures } from "../../src/promql/functions/signatures.ts";
import { parseScript } from "../../src/promql/promqltest/parse-script.ts";
import { runScript } from "../../src/promql/promqltest/run-script.ts";
import { OWN_FOLDER, SHARED_FOLDER, scriptFiles } from "./script-files.ts";

await labelHashReady;

/** What went wrong, one line an eval. */
function differences(text: string): string[] {
  return runScript(text)
    .filter(({ difference }) => difference !== null)
    .map(({ line, expression, difference }) => `line ${line}: ${expression}: ${difference}`);
}

const own = scriptFiles(OWN_FOLDER);

describe("the project's own scripts", () => {
  for (const { name, text } of own) {
    it(`pass: ${name}`, () => {
      expect(differences(text)).toEqual([]);
    });
  }

  const expressions = own
    .flatMap(({ text }) => parseScript(text))
    .flatMap((command) => (command.kind === "eval" ? [command.expression] : []));

  it("call every function", () => {
    const uncalled = [...allSignatures()].filter(
      ({ name }) => !expressions.some((text) => text.includes(`${name}(`)),
    );
    expect(uncalled.map(({ name }) => name)).toEqual([]);
  });

  it("use every aggregation", () => {
    const names =
      "sum avg min max count group stddev stdvar quantile topk bottomk count_values limitk";
    const unused = [...names.split(" "), "limit_ratio"].filter(
      (name) => !expressions.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
    );
    expect(unused).toEqual([]);
  });
});

const shared = scriptFiles(SHARED_FOLDER);

describe.skipIf(shared.length === 0)("Prometheus' scripts (skipped: folder not found)", () => {
  for (const { name, text } of shared) {
    it(`pass: ${name}`, () => {
      expect(differences(text)).toEqual([]);
    });
  }
});
