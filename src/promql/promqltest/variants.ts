/**
 * Further ways to ask an instant query of a script, which must give the same result.
 *
 * With `@ T` on every selector it may be evaluated at any time; as a range query from T-1m to T+1m
 * its middle step is the same.
 */
import { childrenOf, type Expression, type ParsedQuery } from "../ast.ts";

/** Functions whose result depends on the time of evaluation or of the sample. */
const UNSAFE_WITH_AT = new Set([
  "day_of_month",
  "day_of_week",
  "day_of_year",
  "days_in_month",
  "hour",
  "minute",
  "month",
  "predict_linear",
  "start_timestamp",
  "time",
  "timestamp",
  "year",
]);

/** Functions that look at the range of the query. */
const RANGE_FUNCTIONS = new Set(["end", "range", "start", "step"]);

function some(expression: Expression, found: (node: Expression) => boolean): boolean {
  return found(expression) || childrenOf(expression).some((child) => some(child, found));
}

function callsAny(root: Expression, names: ReadonlySet<string>): boolean {
  return some(root, (node) => node.kind === "call" && names.has(node.name));
}

/** Whether some selector stands at start() or end(). */
function hasEdge(root: Expression): boolean {
  return some(
    root,
    (node) => (node.kind === "vector-selector" || node.kind === "subquery") && node.atEdge !== null,
  );
}

function setAt(node: Expression, timeMs: number): void {
  if (node.kind === "vector-selector" || node.kind === "subquery") {
    node.atMs ??= timeMs;
    // Selectors inside a subquery with a fixed time stay as they are.
    if (node.kind === "subquery") return;
  }
  for (const child of childrenOf(node)) setAt(child, timeMs);
}

/** Puts `@ T` on the selectors of a freshly parsed query; false when that could change it. */
export function fixTime(query: ParsedQuery, timeMs: number): boolean {
  const { root } = query;
  if (callsAny(root, UNSAFE_WITH_AT) || callsAny(root, RANGE_FUNCTIONS) || hasEdge(root)) {
    return false;
  }
  setAt(root, timeMs);
  return true;
}

/** Times at which a query with fixed selectors is evaluated again. */
export function variantTimes(timeMs: number): number[] {
  if (timeMs === 0) return [-1000, 0, 1000];
  return [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs];
}

/** Whether a query may be asked as a range query too. */
export function hasRangeVariant(query: ParsedQuery): boolean {
  return !callsAny(query.root, RANGE_FUNCTIONS) && !hasEdge(query.root);
}
