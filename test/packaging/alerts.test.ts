/**
 * The alerts name metrics that there are, and each has a case. test/peer runs the cases.
 */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DEFINED_METRICS } from "../../src/observe/metrics.ts";
import { existsInProject, readProjectFile } from "../tidy/project-files.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface CaseFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { alertname: string; exp_alerts?: readonly unknown[] }[];
  }[];
}

const { groups } = parse(readProjectFile("examples/alerts.yml").text) as {
  groups: { rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const cases = (parse(readProjectFile("examples/alerts.test.yml").text) as CaseFile).tests.flatMap(
  (test) => test.alert_rule_test,
);

describe("examples/alerts.yml", () => {
  it("asks for metrics that are exposed", () => {
    const known = new Set(DEFINED_METRICS.map(({ name }) => name));
    const named = rules.flatMap(({ expr }) => expr.match(/\b(?:spandrel|go)_\w+/g) ?? []);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(rules.length);
  });

  it("has a case in which each alert fires, and one in which it does not", () => {
    for (const { alert } of rules) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      expect(
        own.some((one) => one.exp_alerts !== undefined),
        alert,
      ).toBe(true);
      expect(
        own.some((one) => one.exp_alerts === undefined),
        alert,
      ).toBe(true);
    }
  });

  it("says how bad it is and what to do", () => {
    for (const { alert, labels, annotations } of rules) {
      expect(["info", "warning", "critical"], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/\.$/);
      expect(annotations.description, alert).toMatch(/\.$/);
    }
  });

  it("names documents that exist", () => {
    for (const { annotations } of rules) {
      for (const [path] of annotations.description.matchAll(/docs\/[\w/.-]+\.md/g)) {
        expect(existsInProject(path)).toBe(true);
      }
    }
  });
});
