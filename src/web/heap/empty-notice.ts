/** What an empty heap shows: how to send it something. */
import { el } from "../base/element.ts";

/** A notice with the lines that belong into prometheus.yml. */
export function emptyHeapNotice(): HTMLElement {
  const url = `${location.origin}/api/v1/write`;
  return el(
    "div",
    { class: "notice" },
    el("h2", {}, "The heap is empty"),
    el("p", {}, "Nothing has been written yet. Let a Prometheus write here:"),
    el("pre", {}, `remote_write:\n  - url: ${url}`),
  );
}
