/**
 * The parameter match[] of the series, label and federation routes: selectors, parsed and checked.
 */
import { TsdbError } from "../base/errors.ts";
import type { Matcher } from "../series/matcher.ts";
import type { Parameters } from "./parameters.ts";
import type { QueryPort } from "./query-port.ts";

const PARAMETER = "match[]";

/** The selectors of a request, none when it has no match[]. Throws TsdbError BAD_PARAMETER. */
export function selectorsOf(queries: QueryPort, parameters: Parameters): Matcher[][] {
  try {
    return parameters.all(PARAMETER).map((text) => queries.parseSelector(text));
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    throw new TsdbError("BAD_PARAMETER", `invalid parameter "${PARAMETER}": ${error.message}`);
  }
}

/** As selectorsOf, for a route that needs at least one. */
export function requiredSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  const selectors = selectorsOf(queries, parameters);
  if (selectors.length > 0) return selectors;
  throw new TsdbError("BAD_PARAMETER", "no match[] parameter provided");
}
