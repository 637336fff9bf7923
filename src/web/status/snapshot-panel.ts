/**
 * Snapshots, and a button that writes one now.
 *
 * Units: …Ms milliseconds since the epoch, …Seconds seconds.
 */
import type { StorageReply } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el, setText } from "../base/element.ts";
import { bytesText, countText, durationText, timeText } from "../base/figure-text.ts";
import { factList } from "./fact-list.ts";

const NOT_ALLOWED = "Needs --web.enable-admin-api.";

export class SnapshotPanel {
  readonly element: HTMLElement;
  private readonly facts = el("div", { class: "disk-facts" });
  private readonly button: HTMLButtonElement;
  private readonly outcome = el("p", { class: "soft", role: "status" });
  private readonly onWritten: () => void;
  private isAllowed = false;

  constructor(onWritten: () => void) {
    this.onWritten = onWritten;
    this.button = el(
      "button",
      { type: "button", class: "primary", onclick: () => void this.write() },
      "Snapshot now",
    );
    this.element = el(
      "section",
      { class: "panel disk", "aria-label": "snapshots" },
      el("div", { class: "panel-head" }, el("h2", {}, "Snapshots"), this.button),
      this.outcome,
      this.facts,
    );
  }

  show({ adminApi, snapshot }: StorageReply, nowMs: number): void {
    if (!adminApi && !this.isAllowed) setText(this.outcome, NOT_ALLOWED);
    this.isAllowed = adminApi;
    this.button.disabled = !adminApi;
    const age = durationText(nowMs - snapshot.lastTimeSeconds * 1000);
    const samples = Math.max(1, snapshot.lastSampleCount);
    const rows: [string, string][] = [
      ["written", countText(snapshot.writtenTotal)],
      ["failed", countText(snapshot.failedTotal)],
    ];
    if (snapshot.writtenTotal > 0) {
      rows.push(
        ["last", `${age} ago`],
        ["written at", timeText(snapshot.lastTimeSeconds * 1000)],
        ["size", bytesText(snapshot.lastBytes)],
        ["took", `${snapshot.lastDurationSeconds.toFixed(2)} s`],
        ["chunks", countText(snapshot.lastChunkCount)],
        ["samples", countText(snapshot.lastSampleCount)],
        ["a sample takes", `${(snapshot.lastBytes / samples).toFixed(2)} B`],
      );
    }
    this.facts.replaceChildren(factList(rows, "snapshot"));
  }

  private async write(): Promise<void> {
    this.button.disabled = true;
    setText(this.outcome, "Writing …");
    try {
      const { name } = await ask<{ name: string }>("/api/v1/admin/tsdb/snapshot", {
        method: "POST",
      });
      setText(this.outcome, `Written: ${name}`);
    } catch (error) {
      setText(this.outcome, `Not written: ${errorText(error)}`);
    }
    this.button.disabled = !this.isAllowed;
    this.onWritten();
  }
}
