/**
 * The few kinds of panel that the dashboards are made of, with one look each.
 *
 * I1  Every panel asks the data source that the variable `datasource` names, has a title, a
 *     description and a unit.
 * I2  The width of a panel is in columns (24 to a line), its height in rows of Grafana's grid.
 */
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's way to name a variable.
export const DATA_SOURCE = { type: "prometheus", uid: "${datasource}" };

const GRAPH_ROWS = 8;
const STAT_ROWS = 4;
const TABLE_ROWS = 10;

/** A query: the expression, and what its series are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What every panel says of itself. */
export interface Shown {
  readonly title: string;
  readonly about: string;
  readonly unit: string;
  readonly columns: number;
  readonly queries: readonly Query[];
}

/** Values from which on a figure is orange, and red. */
export type Alarm = readonly [orange: number, red: number];

/** A dashboard's line of panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Panel =
  | timeseries.PanelBuilder
  | stat.PanelBuilder
  | bargauge.PanelBuilder
  | heatmap.PanelBuilder
  | table.PanelBuilder;

function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function query({ expr, legend }: Query, index: number): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .refId(refId(index))
    .datasource(DATA_SOURCE)
    .expr(expr)
    .legendFormat(legend);
}

/** Fills in what all panels have, with queries over the time range or of its end. */
function fill<Builder extends Panel>(
  builder: Builder,
  { title, about, unit, columns, queries }: Shown,
  rows: number,
  isInstant = false,
): Builder {
  builder.title(title).description(about).unit(unit).datasource(DATA_SOURCE);
  builder.span(columns).height(rows);
  queries.forEach((each, index) => {
    const asked = query(each, index);
    builder.withTarget(isInstant ? asked.instant() : asked.range());
  });
  return builder;
}

function colours(alarm: Alarm | null): dashboard.ThresholdsConfigBuilder {
  const [orange, red] = alarm ?? [null, null];
  const steps: dashboard.Threshold[] = [{ value: null, color: "green" }];
  if (orange !== null) steps.push({ value: orange, color: "orange" });
  if (red !== null) steps.push({ value: red, color: "red" });
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps);
}

/** Lines over time. */
export function lines(shown: Shown): timeseries.PanelBuilder {
  return fill(new timeseries.PanelBuilder(), shown, GRAPH_ROWS)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .axisSoftMin(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
}

/** Areas over time, one upon the other, as shares of their sum. */
export function shares(shown: Shown): timeseries.PanelBuilder {
  const stacked = new common.StackingConfigBuilder().mode(common.StackingMode.Percent).group("A");
  return lines(shown).stacking(stacked).fillOpacity(60).lineWidth(0);
}

/** The newest value, large. */
export function figure(shown: Shown, alarm: Alarm | null = null): stat.PanelBuilder {
  return fill(new stat.PanelBuilder(), shown, STAT_ROWS)
    .thresholds(colours(alarm))
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .noValue("none");
}

/** The name of the series that is there, large. */
export function word(shown: Shown): stat.PanelBuilder {
  return fill(new stat.PanelBuilder(), shown, STAT_ROWS, true)
    .thresholds(colours(null))
    .textMode(common.BigValueTextMode.Name)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.None)
    .noValue("none");
}

/** Values of the end of the time range as bars beside each other. */
export function bars(shown: Shown): bargauge.PanelBuilder {
  return fill(new bargauge.PanelBuilder(), shown, GRAPH_ROWS, true)
    .thresholds(colours(null))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .showUnfilled(true)
    .min(0);
}

/** One line for each series, its colour the value: for many series at once. */
export function heatMap(shown: Shown): heatmap.PanelBuilder {
  return fill(new heatmap.PanelBuilder(), shown, TABLE_ROWS)
    .calculate(false)
    .cellGap(0)
    .cellValues(new heatmap.CellValuesBuilder().unit(shown.unit))
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .steps(64),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().axisPlacement(common.AxisPlacement.Left))
    .tooltip(new heatmap.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single))
    .showLegend();
}

/** A column of a table: a query, and the unit of its values. */
export interface Column extends Query {
  readonly unit: string;
}

/** A table of the end of the time range: a row for each value of a label, a column a query. */
export function byLabel(
  label: string,
  shown: Omit<Shown, "queries" | "unit">,
  queries: readonly Column[],
): table.PanelBuilder {
  const builder = fill(new table.PanelBuilder(), { ...shown, queries, unit: "short" }, TABLE_ROWS);
  builder.targets(
    queries.map((each, index) =>
      query(each, index).instant().format(prometheus.PromQueryFormat.Table),
    ),
  );
  builder.withTransformation({ id: "joinByField", options: { byField: label, mode: "outer" } });
  const kept = [label, ...queries.map((_, index) => `Value #${refId(index)}`)];
  builder.withTransformation({ id: "filterFieldsByName", options: { include: { names: kept } } });
  queries.forEach(({ legend, unit }, index) => {
    builder.overrideByName(`Value #${refId(index)}`, [
      { id: "displayName", value: legend },
      { id: "unit", value: unit },
    ]);
  });
  const first = new common.TableSortByFieldStateBuilder()
    .displayName(queries[0]!.legend)
    .desc(true);
  return builder.sortBy([first]);
}
