/**
 * A dashboard around its rows: identity, variables, annotations, links to the others.
 *
 * I1  The model is the classic one of schema version 41, which Grafana 11.6 and newer read.
 * I2  Panels are numbered from 1 in the order of the page, so the same source gives the same JSON.
 */
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { DATA_SOURCE, type Row } from "./panels.ts";

const SCHEMA_VERSION = 41;
export const TAG = "spandrel";

/** A dashboard as JSON. */
export type Board = dashboard.Dashboard;

export interface BoardParts {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  /** How far back it looks at first, such as "now-6h". */
  readonly from: string;
  readonly variables: readonly dashboard.QueryVariableBuilder[];
  readonly annotations: readonly dashboard.AnnotationQueryBuilder[];
  readonly rows: readonly Row[];
}

/** A variable whose values are those of a label. */
export function labelVariable(
  name: string,
  title: string,
  series: string,
  label: string,
): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(title)
    .datasource(DATA_SOURCE)
    .query({ query: `label_values(${series}, ${label})`, refId: "Values" })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);
}

/** Marks on all graphs at the times that the values of a query name, in milliseconds. */
export function timeMarks(
  name: string,
  expr: string,
  text: string,
  colour: string,
): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(expr)
    .titleFormat(name)
    .textFormat(text)
    .useValueForTime(true);
}

function links(): dashboard.DashboardLinkBuilder {
  return new dashboard.DashboardLinkBuilder("Spandrel")
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true);
}

/** Puts a dashboard together. */
export function board(parts: BoardParts): Board {
  const builder = new dashboard.DashboardBuilder(parts.title)
    .uid(parts.uid)
    .description(parts.about)
    .tags([TAG])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: parts.from, to: "now" })
    .refresh("30s")
    .link(links())
    .withVariable(
      new dashboard.DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"),
    );
  for (const variable of parts.variables) builder.withVariable(variable);
  for (const annotation of parts.annotations) builder.annotation(annotation);
  for (const { title, panels } of parts.rows) {
    builder.withRow(new dashboard.RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  const built = builder.build();
  (built.panels ?? []).forEach((panel, index) => {
    panel.id = index + 1;
  });
  return { ...built, id: null, schemaVersion: SCHEMA_VERSION };
}
