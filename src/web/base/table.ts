/**
 * Tables that a phone shows as cards: each cell has the name of its column with it, which stands
 * above the cell where there is no room for columns.
 */
import { el } from "./element.ts";

/** A table in which a row of texts, or elements, stands for each thing. */
export function cardTable(
  names: readonly string[],
  rows: readonly (readonly (HTMLElement | string)[])[],
): HTMLTableElement {
  const head = el("tr", {}, ...names.map((name) => el("th", {}, name)));
  const lines = rows.map((cells) =>
    el("tr", {}, ...cells.map((cell, i) => el("td", { "data-name": names[i] }, cell))),
  );
  return el("table", { class: "cards" }, el("thead", {}, head), el("tbody", {}, ...lines));
}
