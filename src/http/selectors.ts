/**
 * The parameter match[] of the series, label, federation and deletion routes, parsed and checked.
 *
 * Which words a fault gets differs by route, as in Prometheus: /series and the deletion name the
 * parameter, the others do not.
 */
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import type { Matcher } from "../series/matcher.ts";
import { badParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { QueryPort } from "./query-port.ts";

const PARAMETER = "match[]";

type Fault = (what: string) => TsdbError;
const named: Fault = (what) => badParameter(PARAMETER, what);
const plain: Fault = (what) => new TsdbError("BAD_PARAMETER", what);

/** Who asks: the request's parameters, and slices for the work on them. */
export interface SelectorRequest {
  readonly queries: QueryPort;
  readonly parameters: Parameters;
  readonly slices: Slices;
}

async function parsed(request: SelectorRequest, fault: Fault): Promise<Matcher[][]> {
  const { queries, parameters, slices } = request;
  const selectors: Matcher[][] = [];
  try {
    for (const text of parameters.all(PARAMETER)) {
      selectors.push(await queries.parseSelector(text, slices));
      if (slices.isOver()) await slices.next();
    }
    return selectors;
  } catch (error) {
    if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") throw error;
    throw fault(error.message);
  }
}

/** Refuses a damaged request and one without selectors, before anything else is looked at. */
export function requireSelectors(parameters: Parameters): void {
  parameters.requireWhole();
  if (parameters.all(PARAMETER).length === 0) throw plain("no match[] parameter provided");
}

/** Refuses a selector whose matchers all match an absent label. */
function narrow(selectors: Matcher[][], fault: Fault): Matcher[][] {
  const narrows = (matchers: Matcher[]) => matchers.some((matcher) => !matcher.matches(""));
  if (selectors.every(narrows)) return selectors;
  throw fault("match[] must contain at least one non-empty matcher");
}

/** The selectors of a request, none when it has no match[]. Throws TsdbError BAD_PARAMETER. */
export async function selectorsOf(request: SelectorRequest): Promise<Matcher[][]> {
  return narrow(await parsed(request, plain), plain);
}

/** As selectorsOf, in the words of a route that needs at least one. */
export async function namedSelectors(request: SelectorRequest): Promise<Matcher[][]> {
  return narrow(await parsed(request, named), named);
}

/** Selectors that may match everything; one without any matcher matches nothing and is left out. */
export async function wideSelectors(request: SelectorRequest): Promise<Matcher[][]> {
  return (await parsed(request, plain)).filter((matchers) => matchers.length > 0);
}

/** As wideSelectors, in the words of a route that needs at least one. */
export async function namedWideSelectors(request: SelectorRequest): Promise<Matcher[][]> {
  const selectors = await parsed(request, named);
  return selectors.filter((matchers) => matchers.length > 0);
}
