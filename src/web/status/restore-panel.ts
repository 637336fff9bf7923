/**
 * The restores of this process, the last one first: from what, how, and how long it took.
 *
 * Units: …Seconds seconds, times since the epoch.
 */
import type { StorageReply } from "../../http/api-types.ts";
import { el } from "../base/element.ts";
import { countText, timeText } from "../base/figure-text.ts";
import { cardTable } from "../base/table.ts";

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
    const rows = restores
      .toReversed()
      .map((one) => [
        timeText(one.timeSeconds * 1000),
        `${one.durationSeconds.toFixed(2)} s`,
        one.capacity,
        one.order === "" ? "–" : one.order,
        ...[one.seriesCount, one.chunkCount, one.sampleCount].map(countText),
        one.damageCount === 0 ? "none" : countText(one.damageCount),
      ]);
    this.body.replaceChildren(cardTable(NAMES, rows));
  }
}
