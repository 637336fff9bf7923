/**
 * A dashboard as Grafana reads it: plain JSON, its panels, and every expression that it asks.
 */
import type { Board } from "../../grafana/source/board.ts";
import { textOf } from "../../grafana/source/dashboards.ts";

interface Target {
  readonly datasource: unknown;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
}

export interface PlainPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
  readonly fieldConfig?: { readonly defaults?: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly includeAll?: boolean;
}

interface Annotation {
  readonly name: string;
  readonly expr?: string;
  readonly textFormat?: string;
}

export interface PlainDashboard {
  readonly uid: string;
  readonly id: null;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly PlainPanel[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
}

/** Where an expression is asked, and whether for one moment only. */
export interface AskedExpression {
  readonly where: string;
  readonly expr: string;
  /** What its series are called: text with {{labels}}. */
  readonly legend: string;
  readonly isInstant: boolean;
}

/** What is in the file. */
export function plainDashboard(dashboard: Board): PlainDashboard {
  return JSON.parse(textOf(dashboard)) as PlainDashboard;
}

/** Its panels without the headings. */
export function panelsOf({ panels }: PlainDashboard): PlainPanel[] {
  return panels.filter(({ type }) => type !== "row");
}

/** Every expression of its panels and annotations. */
export function expressionsOf(dashboard: PlainDashboard): AskedExpression[] {
  const asked = panelsOf(dashboard).flatMap(({ title, targets }) =>
    (targets ?? []).map(({ expr, instant, legendFormat }) => ({
      where: title,
      expr,
      legend: legendFormat ?? "",
      isInstant: instant === true,
    })),
  );
  const marks = dashboard.annotations.list.map(({ name, expr, textFormat }) => ({
    where: `annotation ${name}`,
    expr: expr ?? "",
    legend: textFormat ?? "",
    isInstant: false,
  }));
  return [...asked, ...marks];
}
