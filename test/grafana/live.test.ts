/**
 * Every expression of our dashboards, and of the usual ones for Go programs, finds series in a
 * Spandrel that scraped itself.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DASHBOARDS } from "../../grafana/source/dashboards.ts";
import { expressionsOf, type PlainDashboard, plainDashboard } from "./dashboard-json.ts";
import { GO_EXPRESSIONS, GO_VARIABLES } from "./go-dashboards.ts";
import { ObservedService } from "./observed-service.ts";

const service = new ObservedService();
beforeAll(() => service.start());
afterAll(() => service.stop());

/** An expression as Grafana sends it. */
function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  const filled = text.replaceAll("$__rate_interval", "10s").replaceAll("$__range", "1h");
  return filled.replace(/\$([a-z]\w*)/g, (_all, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no variable ${name} in ${text}`);
    return value;
  });
}

/** Values that Grafana would choose: the first of each, all where all are allowed. */
async function chosenValues({ templating }: PlainDashboard): Promise<Map<string, string>> {
  const chosen = new Map<string, string>();
  for (const { name, query, includeAll } of templating.list) {
    if (typeof query === "string") continue;
    const [, series = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query.query) ?? [];
    const found = await service.labelValues(label, filledIn(series, chosen));
    expect(found, query.query).not.toEqual([]);
    const escaped = found.map((value) => value.replace(/[+()]/g, "\\\\$&"));
    chosen.set(name, includeAll ? `(${escaped.join("|")})` : found[0]!);
  }
  return chosen;
}

describe.each(DASHBOARDS.map((dashboard) => [dashboard.title, plainDashboard(dashboard)] as const))(
  "the dashboard %s",
  (_title, dashboard) => {
    it("finds series for all panels and annotations, with the labels of legends", async () => {
      const chosen = await chosenValues(dashboard);
      const faults: string[] = [];
      for (const { where, expr, legend, isInstant } of expressionsOf(dashboard)) {
        const found = await service.query(filledIn(expr, chosen), isInstant);
        if (found.length === 0) faults.push(`${where}: nothing for ${expr}`);
        for (const [, label = ""] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
          if (found.some(({ metric }) => metric[label] === undefined)) {
            faults.push(`${where}: no label ${label} in ${expr}`);
          }
        }
      }
      expect(faults).toEqual([]);
    });
  },
);

describe("dashboards for Go programs", () => {
  const selector = () => `job="spandrel-self",instance="${service.instance}"`;

  it("find a series for each of their expressions", async () => {
    const without: string[] = [];
    for (const text of GO_EXPRESSIONS) {
      const expr = filledIn(text.replaceAll("S}", `${selector()}}`), new Map());
      if ((await service.query(expr, false)).length === 0) without.push(text);
    }
    expect(without).toEqual([]);
  });

  it("find values for their variables", async () => {
    for (const [series, label] of GO_VARIABLES) {
      expect(await service.labelValues(label, series), series).not.toEqual([]);
    }
  });
});
