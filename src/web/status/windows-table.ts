/**
 * The windows that are held: what is in them, when they go, and what their going frees.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import type { HeapReply } from "../../http/api-types.ts";
import { el } from "../base/element.ts";
import { bytesText, clockText, countText, durationText, timeText } from "../base/figure-text.ts";

/** The table, or that there is nothing to show. */
export function windowsTable(windows: HeapReply["windows"], nowMs: number): HTMLElement {
  if (windows.length === 0) return el("p", { class: "soft" }, "No window holds a chunk yet.");
  const names = ["window", "chunks", "live", "dropped in", "frees"];
  const head = el("tr", {}, ...names.map((name) => el("th", {}, name)));
  const rows = windows.map(({ startMs, endMs, expiryMs, chunkCount, liveBytes, freedBytes }) =>
    el(
      "tr",
      { "data-chunks": chunkCount },
      el(
        "td",
        { title: timeText(startMs) },
        clockText(startMs),
        el("span", { class: "window-end" }, ` – ${clockText(endMs)}`),
      ),
      el("td", {}, countText(chunkCount)),
      el("td", {}, bytesText(liveBytes)),
      el("td", { title: timeText(expiryMs) }, durationText(expiryMs - nowMs)),
      el("td", {}, bytesText(freedBytes)),
    ),
  );
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows));
}
