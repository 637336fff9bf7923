/**
 * The restores of this process, the last one first: from what, how, and how long it took.
 *
 * Units: …Seconds seconds, times since the epoch.
 */
import type { StorageReply } from "../../http/api-types.ts";
import { el } from "../base/element.ts";
import { countText, timeText } from "../base/figure-text.ts";

const NAMES = ["at", "took", "capacity", "order", "series", "chunks", "samples", "damage"];
const NONE = "This process began with nothing to restore.";

export class RestorePanel {
  readonly element: HTMLElement;
  private readonly body = el("div", { class: "scroll" });

  constructor() {
    this.element = el(
      "section",
      { class: "panel", "aria-label": "restores" },
      el("h2", {}, "Restores of this process"),
      this.body,
    );
  }

  show(restores: StorageReply["restores"]): void {
    if (restores.length === 0) {
      this.body.replaceChildren(el("p", { class: "soft" }, NONE));
      return;
    }
    const head = el("tr", {}, ...NAMES.map((name) => el("th", {}, name)));
    const rows = restores.toReversed().map((one) => {
      const texts = [
        timeText(one.timeSeconds * 1000),
        `${one.durationSeconds.toFixed(2)} s`,
        one.capacity,
        one.order === "" ? "–" : one.order,
        ...[one.seriesCount, one.chunkCount, one.sampleCount].map(countText),
        one.damageCount === 0 ? "none" : countText(one.damageCount),
      ];
      return el("tr", {}, ...texts.map((text) => el("td", {}, text)));
    });
    this.body.replaceChildren(
      el("table", {}, el("thead", {}, head), el("tbody", { class: "restores" }, ...rows)),
    );
  }
}
