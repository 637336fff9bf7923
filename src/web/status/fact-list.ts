/** Names and values as a list of facts; the value of a named figure can be found by it. */
import { el } from "../base/element.ts";

/** The list. `figurePrefix` makes data-figure of each name; without it there is none. */
export function factList(
  rows: readonly (readonly [string, string])[],
  figurePrefix = "",
): HTMLElement {
  const pairs = rows.map(([name, value]) => {
    const figure = figurePrefix === "" ? {} : { "data-figure": `${figurePrefix} ${name}` };
    return el("div", {}, el("dt", {}, name), el("dd", figure, value));
  });
  return el("dl", { class: "facts" }, ...pairs);
}
