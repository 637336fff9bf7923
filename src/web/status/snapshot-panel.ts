/**
 * Snapshots and the last restore, and a button that writes a snapshot now.
 *
 * Units: …Ms milliseconds since the epoch, …Seconds seconds.
 */
import type { StorageReply } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el, setText } from "../base/element.ts";
import { bytesText, countText, durationText, timeText } from "../base/figure-text.ts";

const NOT_ALLOWED = "Needs --web.enable-admin-api.";

export class SnapshotPanel {
  readonly element: HTMLElement;
  private readonly facts = el("dl", { class: "facts" });
  private readonly restore = el("div", {});
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
      { class: "panel", "aria-label": "snapshots" },
      el("div", { class: "panel-head" }, el("h2", {}, "Snapshots"), this.button),
      this.outcome,
      this.facts,
      el("h3", {}, "Last restore"),
      this.restore,
    );
  }

  show({ adminApi, snapshot, restore }: StorageReply, nowMs: number): void {
    if (!adminApi && !this.isAllowed) setText(this.outcome, NOT_ALLOWED);
    this.isAllowed = adminApi;
    this.button.disabled = !adminApi;
    const age = durationText(nowMs - snapshot.lastTimeSeconds * 1000);
    const rows: [string, string][] = [
      ["written", countText(snapshot.writtenTotal)],
      ["failed", countText(snapshot.failedTotal)],
    ];
    if (snapshot.writtenTotal > 0) {
      rows.push(
        ["last", `${age} ago`],
        ["size", bytesText(snapshot.lastBytes)],
        ["took", `${snapshot.lastDurationSeconds.toFixed(2)} s`],
        ["chunks", countText(snapshot.lastChunkCount)],
        ["samples", countText(snapshot.lastSampleCount)],
      );
    }
    this.facts.replaceChildren(...rows.map(([name, value]) => fact(name, value)));
    this.restore.replaceChildren(restoreFacts(restore));
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

function fact(name: string, value: string): HTMLElement {
  return el("div", {}, el("dt", {}, name), el("dd", { "data-figure": `snapshot ${name}` }, value));
}

function restoreFacts(restore: StorageReply["restore"]): HTMLElement {
  if (restore === null)
    return el("p", { class: "soft" }, "This process began with nothing to restore.");
  const rows: [string, string][] = [
    ["at", timeText(restore.timeSeconds * 1000)],
    ["took", `${restore.durationSeconds.toFixed(2)} s`],
    ["capacity", restore.capacity],
    ["order", restore.order === "" ? "–" : restore.order],
    ["series", countText(restore.seriesCount)],
    ["chunks", countText(restore.chunkCount)],
    ["samples", countText(restore.sampleCount)],
    ["damage", restore.damageCount === 0 ? "none" : countText(restore.damageCount)],
  ];
  const pairs = rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", { class: "facts" }, ...pairs);
}
