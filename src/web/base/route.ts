/**
 * Where the reader is: #view?name=value&…, so that every view and question has an address.
 */

export interface Route {
  readonly view: string;
  readonly parameters: URLSearchParams;
}

/** The present route; the first view when there is none. */
export function readRoute(): Route {
  const [view, query] = location.hash.slice(1).split("?", 2);
  return { view: view || "heap", parameters: new URLSearchParams(query ?? "") };
}

/** Sets the parameters of the present view without a step in the browser's history. */
export function keepParameters(view: string, parameters: URLSearchParams): void {
  const query = parameters.toString();
  history.replaceState(null, "", `#${view}${query === "" ? "" : `?${query}`}`);
}

/** The address of a route, for sharing. */
export function addressOf(view: string, parameters: URLSearchParams): string {
  return `${location.origin}${location.pathname}#${view}?${parameters}`;
}
