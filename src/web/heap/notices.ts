/**
 * What the Heap view has to say about itself: requests that fail, each until it succeeds again; a
 * restore that is under way; a heap that is empty, and how to send it something.
 *
 * I1  A fault stays until the same source has answered well, whatever others answer meanwhile.
 * I2  While data is restored that alone is told: requests are refused then.
 */
import { el } from "../base/element.ts";

/** What is asked again and again, each by itself. */
export type Source = "spans" | "record" | "status" | "moment";

export class Notices {
  readonly element = el("div", { class: "notice-place", role: "status" });
  private readonly faults = new Map<Source, string>();
  private isEmpty = false;
  private isRestoring = false;

  /** A source has failed. */
  fault(source: Source, text: string): void {
    this.faults.set(source, text);
    this.show();
  }

  /** A source has answered well. */
  well(source: Source): void {
    if (this.faults.delete(source)) this.show();
  }

  hasFault(source: Source): boolean {
    return this.faults.has(source);
  }

  setEmpty(isEmpty: boolean): void {
    if (isEmpty === this.isEmpty) return;
    this.isEmpty = isEmpty;
    this.show();
  }

  setRestoring(isRestoring: boolean): void {
    if (isRestoring === this.isRestoring) return;
    this.isRestoring = isRestoring;
    this.show();
  }

  private show(): void {
    this.element.replaceChildren(...this.notices());
  }

  private notices(): HTMLElement[] {
    if (this.isRestoring) {
      const text = "The service is restoring its data. The heap will show soon.";
      return [el("p", { class: "notice" }, text)];
    }
    const texts = [...new Set(this.faults.values())];
    if (texts.length > 0) return texts.map((text) => el("p", { class: "notice bad" }, text));
    return this.isEmpty ? [emptyNotice()] : [];
  }
}

/** The lines that belong into prometheus.yml. */
function emptyNotice(): HTMLElement {
  const url = `${location.origin}/api/v1/write`;
  return el(
    "div",
    { class: "notice" },
    el("h2", {}, "The heap is empty"),
    el("p", {}, "Nothing has been written yet. Let a Prometheus write here:"),
    el("pre", {}, `remote_write:\n  - url: ${url}`),
  );
}
