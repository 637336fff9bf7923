/**
 * The journal: what a crash would replay, how it is doing, what the start read from it.
 *
 * Units: …Bytes bytes, …Seconds seconds.
 */
import type { JournalState } from "../../http/api-types.ts";
import { el } from "../base/element.ts";
import { bytesText, countText } from "../base/figure-text.ts";
import { factList } from "./fact-list.ts";

const FAILING = "The journal cannot be written: writes are refused until it works again.";

export class JournalPanel {
  readonly element: HTMLElement;
  private readonly body = el("div", { class: "disk-facts" });

  constructor() {
    this.element = el(
      "section",
      { class: "panel disk", "aria-label": "journal" },
      el("div", { class: "panel-head" }, el("h2", {}, "Journal")),
      this.body,
    );
  }

  show(journal: JournalState): void {
    const { syncTotal, syncSeconds, damageTotal } = journal;
    const perSync = syncTotal === 0 ? "–" : `${((1000 * syncSeconds) / syncTotal).toFixed(1)} ms`;
    const facts = factList(
      [
        ["since the last snapshot", `${countText(journal.tailSampleCount)} samples`],
        ["files", countText(journal.segmentCount)],
        ["requests put in", countText(journal.recordTotal)],
        ["samples put in", countText(journal.sampleTotal)],
        ["bytes put in", bytesText(journal.byteTotal)],
        ["a sync takes", perSync],
        ["failed writes", countText(journal.failureTotal)],
        ["replayed at the start", `${countText(journal.replayedSampleTotal)} samples`],
        ["damage found", damageTotal === 0 ? "none" : countText(damageTotal)],
      ],
      "journal",
    );
    const warning = el("p", { class: "notice bad" }, FAILING);
    this.body.replaceChildren(...(journal.isFailing ? [warning, facts] : [facts]));
  }
}
