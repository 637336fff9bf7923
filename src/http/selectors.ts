/**
 * The parameter match[] of the series, label and federation routes: selectors, parsed and checked.
 */
import { TsdbError } from "../base/errors.ts";
import type { Matcher } from "../series/matcher.ts";
import { badParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { QueryPort } from "./query-port.ts";

const PARAMETER = "match[]";

/** Every selector of a request, those that match everything included. */
function parsedSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  try {
    return parameters.all(PARAMETER).map((text) => queries.parseSelector(text));
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    throw badParameter(PARAMETER, error.message);
  }
}

/** Refuses a request without selectors. */
function required(selectors: Matcher[][]): Matcher[][] {
  if (selectors.length > 0) return selectors;
  throw new TsdbError("BAD_PARAMETER", "no match[] parameter provided");
}

/**
 * The selectors of a request, none when it has no match[]; each must have a matcher that does not
 * match an absent label. Throws TsdbError BAD_PARAMETER.
 */
export function selectorsOf(queries: QueryPort, parameters: Parameters): Matcher[][] {
  const selectors = parsedSelectors(queries, parameters);
  const narrows = (matchers: Matcher[]) => matchers.some((matcher) => !matcher.matches(""));
  if (selectors.every(narrows)) return selectors;
  throw badParameter(PARAMETER, "match[] must contain at least one non-empty matcher");
}

/** As selectorsOf, for a route that needs at least one. */
export function requiredSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  return required(selectorsOf(queries, parameters));
}

/** At least one selector, one that matches everything included: what deleting takes. */
export function anySelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  return required(parsedSelectors(queries, parameters));
}
