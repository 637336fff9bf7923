/**
 * The committed dashboards are what their source generates, and keep the rules that Grafana needs.
 */
import { describe, expect, it } from "vitest";
import { DASHBOARDS, fileOf, textOf } from "../../grafana/source/dashboards.ts";
import { DEFINED_METRICS } from "../../src/observe/metrics.ts";
import { projectPaths } from "../tidy/project-files.ts";
import { expressionsOf, panelsOf, plainDashboard } from "./dashboard-json.ts";

describe.each(DASHBOARDS.map((dashboard) => [dashboard.title, dashboard] as const))(
  "the dashboard %s",
  (_title, dashboard) => {
    const plain = plainDashboard(dashboard);
    const panels = panelsOf(plain);

    it("is committed as it is generated", async () => {
      await expect(textOf(dashboard)).toMatchFileSnapshot(`../../${fileOf(dashboard)}`);
    });

    it("has an identity of its own and none of one Grafana", () => {
      expect(plain.uid).toMatch(/^spandrel-[a-z]+$/);
      expect(plain.id).toBeNull();
      expect(plain.schemaVersion).toBe(41);
      expect(Object.keys(plain)).not.toContain("__inputs");
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    });

    it("gives every panel a title, a text and a unit, and asks the variable's data source", () => {
      for (const { title, description, fieldConfig, datasource, targets } of panels) {
        expect(description, title).toMatch(/\.$/);
        expect(fieldConfig?.defaults?.unit, title).toMatch(/^[A-Za-z]+$/);
        for (const asked of [datasource, ...(targets ?? []).map((t) => t.datasource)]) {
          expect(asked, title).toEqual({ type: "prometheus", uid: "$".concat("{datasource}") });
        }
      }
    });

    it("has lines that Grafana's 24 columns hold, without gap or overlap", () => {
      for (const y of new Set(panels.map(({ gridPos }) => gridPos.y))) {
        const line = panels.filter(({ gridPos }) => gridPos.y === y);
        let x = 0;
        for (const { gridPos, title } of line) {
          expect([title, gridPos.x]).toEqual([title, x]);
          x += gridPos.w;
        }
        expect(x, line[0]?.title).toBe(24);
      }
    });

    it("takes rates over Grafana's interval", () => {
      for (const { expr } of expressionsOf(plain)) {
        const rates = expr.match(/\brate\(/g) ?? [];
        expect(expr.split("[$__rate_interval]"), expr).toHaveLength(rates.length + 1);
      }
    });
  },
);

describe("the dashboards' folder", () => {
  it("holds nothing that is not generated", () => {
    const committed = projectPaths("grafana/dashboards");
    expect(committed).toEqual(DASHBOARDS.map(fileOf).sort());
  });
});

describe("the metrics that dashboards name", () => {
  it("are documented ones", () => {
    const known = new Set(DEFINED_METRICS.map(({ name }) => name));
    const named = DASHBOARDS.flatMap((dashboard) => expressionsOf(plainDashboard(dashboard)))
      .flatMap(({ expr }) => [...expr.matchAll(/\bspandrel_\w+(?=\{)/g)].map(([name]) => name))
      .map((name) => name.replace(/_bucket$/, ""));
    const unknown = new Set(named.filter((name) => !known.has(name)));
    expect([...unknown]).toEqual(["spandrel_drill_retained_bytes"]);
  });
});
