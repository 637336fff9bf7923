/**
 * The parameter match[] of the series, label, federation and deletion routes, parsed and checked.
 *
 * Which words a fault gets differs by route, as in Prometheus: /series and the deletion name the
 * parameter, the others do not.
 */
import { TsdbError } from "../base/errors.ts";
import type { Matcher } from "../series/matcher.ts";
import { badParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { QueryPort } from "./query-port.ts";

const PARAMETER = "match[]";

type Fault = (what: string) => TsdbError;
const named: Fault = (what) => badParameter(PARAMETER, what);
const plain: Fault = (what) => new TsdbError("BAD_PARAMETER", what);

function parsed(queries: QueryPort, parameters: Parameters, fault: Fault): Matcher[][] {
  try {
    return parameters.all(PARAMETER).map((text) => queries.parseSelector(text));
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    throw fault(error.message);
  }
}

/** Refuses a request without selectors, before anything else is looked at. */
export function requireSelectors(parameters: Parameters): void {
  if (parameters.all(PARAMETER).length === 0) throw plain("no match[] parameter provided");
}

/** Refuses a selector whose matchers all match an absent label. */
function narrow(selectors: Matcher[][], fault: Fault): Matcher[][] {
  const narrows = (matchers: Matcher[]) => matchers.some((matcher) => !matcher.matches(""));
  if (selectors.every(narrows)) return selectors;
  throw fault("match[] must contain at least one non-empty matcher");
}

/** The selectors of a request, none when it has no match[]. Throws TsdbError BAD_PARAMETER. */
export function selectorsOf(queries: QueryPort, parameters: Parameters): Matcher[][] {
  return narrow(parsed(queries, parameters, plain), plain);
}

/** As selectorsOf, in the words of a route that needs at least one. */
export function namedSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  return narrow(parsed(queries, parameters, named), named);
}

/** Selectors that may match everything; one without any matcher matches nothing and is left out. */
export function wideSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  return parsed(queries, parameters, plain).filter((matchers) => matchers.length > 0);
}

/** As wideSelectors, in the words of a route that needs at least one. */
export function namedWideSelectors(queries: QueryPort, parameters: Parameters): Matcher[][] {
  const selectors = parsed(queries, parameters, named);
  return selectors.filter((matchers) => matchers.length > 0);
}
