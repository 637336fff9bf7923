/**
 * The purges to come: what heap_inuse and the gap will be after each, computed by the service from
 * the expiry of every chunk.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import type { HeapForecast } from "../../http/api-types.ts";
import { el, setText, swatch } from "../base/element.ts";
import { bytesText, clockText, countText, durationText } from "../base/figure-text.ts";

const HOUR_MS = 3_600_000;
const EMPTY = "Nothing is held yet, so there is nothing to purge.";

export class ForecastPanel {
  readonly element: HTMLElement;
  private readonly lead = el("p", { class: "lead" });
  private readonly rows = el("ol", { class: "forecast" });

  constructor() {
    this.element = el(
      "section",
      { class: "panel", "aria-label": "the next purges" },
      el("div", { class: "panel-head" }, el("h2", {}, "The next purges")),
      this.lead,
      el(
        "ul",
        { class: "legend" },
        el("li", {}, swatch("var(--alloc)"), "live data"),
        el("li", {}, swatch("var(--gap)"), "gap: what fragmentation keeps"),
      ),
      this.rows,
    );
  }

  show(forecast: HeapForecast | null, nowMs: number): void {
    const first = forecast?.purges[0];
    if (forecast === null || first === undefined || forecast.now.chunkCount === 0) {
      setText(this.lead, EMPTY);
      this.rows.replaceChildren();
      return;
    }
    const dropped = forecast.now.chunkCount - first.chunkCount;
    const wait = durationText(first.purgeTimeMs - nowMs);
    setText(
      this.lead,
      dropped === 0
        ? `In ${wait} a window turns. No chunk is old enough to be dropped by it.`
        : `In ${wait} ${countText(dropped)} chunks are dropped; ` +
            `the gap will be ${bytesText(first.unusedBytes)}.`,
    );
    const highest = Math.max(forecast.now.inuseBytes, 1);
    const points = [forecast.now, ...forecast.purges];
    this.rows.replaceChildren(
      ...points.map(({ afterMs, purgeTimeMs, allocBytes, unusedBytes }, i) => {
        const part = (bytes: number) => `${(100 * bytes) / highest}%`;
        const alloc = el("i", { class: "bar-alloc" });
        alloc.style.width = part(allocBytes);
        const gap = el("i", { class: "bar-gap" });
        gap.style.width = part(unusedBytes);
        return el(
          "li",
          { "data-gap": unusedBytes, "data-after": afterMs },
          el("span", { class: "when" }, i === 0 ? "now" : `+${afterMs / HOUR_MS} h`),
          el("time", { class: "soft" }, i === 0 ? "" : clockText(purgeTimeMs)),
          el("span", { class: "bar" }, alloc, gap),
          el("b", {}, bytesText(unusedBytes)),
        );
      }),
    );
  }
}
