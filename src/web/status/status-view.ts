/**
 * The Status view: what is held and until when, who the series are, what is on disk, how the
 * service was started.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes, …Seconds seconds.
 */
import type { HeapReply, NamedCount, StorageReply } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el } from "../base/element.ts";
import { bytesText, countText, durationText, timeText } from "../base/figure-text.ts";
import { nowMs } from "../base/page-clock.ts";
import { JournalPanel } from "./journal-panel.ts";
import { RestorePanel } from "./restore-panel.ts";
import { SnapshotPanel } from "./snapshot-panel.ts";
import { windowsTable } from "./windows-table.ts";

const REFRESH_MS = 5000;
const TOP = 10;

/** GET /api/v1/status/tsdb, the parts that are shown. */
interface TsdbReply {
  readonly headStats: {
    readonly numSeries: number;
    readonly numLabelPairs: number;
    readonly chunkCount: number;
    readonly minTime: number;
    readonly maxTime: number;
  };
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

interface Information {
  readonly version: string;
  readonly goVersion: string;
  readonly startTime: string;
  readonly hostname: string;
  readonly GOGC: string;
  readonly storageRetention: string;
}

function pair(name: string, value: string, figure = ""): HTMLElement {
  return el(
    "div",
    {},
    el("dt", {}, name),
    el("dd", figure === "" ? {} : { "data-figure": figure }, value),
  );
}

function panel(title: string, ...children: (Node | null)[]): HTMLElement {
  return el("section", { class: "panel", "aria-label": title }, el("h2", {}, title), ...children);
}

function topList(
  title: string,
  entries: readonly NamedCount[],
  show: (n: number) => string,
): HTMLElement {
  const most = Math.max(1, ...entries.map(({ value }) => value));
  const rows = entries.map(({ name, value }) => {
    const bar = el("i", { class: "bar-alloc" });
    bar.style.width = `${(100 * value) / most}%`;
    return el(
      "li",
      {},
      el("span", { class: "top-name", title: name }, name),
      el("span", { class: "bar" }, bar),
      el("b", {}, show(value)),
    );
  });
  const none = el("p", { class: "soft" }, "Nothing yet.");
  return panel(title, rows.length === 0 ? none : el("ol", { class: "top-list" }, ...rows));
}

class StatusView {
  readonly element = el("div", { class: "view status" });
  private readonly abort = new AbortController();
  private readonly notice = el("div", { class: "notice-place", role: "status" });
  private readonly facts = el("dl", { class: "facts wide" });
  private readonly windows = el("div", { class: "scroll" });
  private readonly lists = el("div", { class: "grid" });
  private readonly flags = el("div", {});
  private readonly snapshots = new SnapshotPanel(() => void this.refresh());
  private readonly journal = new JournalPanel();
  private readonly restores = new RestorePanel();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const { origin } = location;
    this.element.append(
      this.notice,
      panel("Service", this.facts),
      el(
        "div",
        { class: "disk-grid" },
        panel("Windows held", this.windows),
        this.snapshots.element,
        this.journal.element,
      ),
      this.restores.element,
      this.lists,
      panel(
        "Where to point things",
        el(
          "dl",
          { class: "facts addresses" },
          pair("remote write", `${origin}/api/v1/write`),
          pair("Grafana data source (Prometheus)", origin),
          pair("scrape target", `${location.host} /metrics`),
        ),
      ),
      panel("Flags", this.flags),
    );
    void this.begin();
  }

  destroy(): void {
    this.abort.abort();
    clearTimeout(this.timer);
  }

  private async begin(): Promise<void> {
    await this.refresh();
    await this.showFlags().catch((error: unknown) => this.say(errorText(error)));
  }

  private say(text: string): void {
    this.notice.replaceChildren(text === "" ? "" : el("p", { class: "notice bad" }, text));
  }

  private async refresh(): Promise<void> {
    clearTimeout(this.timer);
    if (!document.hidden) {
      try {
        await this.read();
        this.say("");
      } catch (error) {
        if (!this.abort.signal.aborted) this.say(errorText(error));
      }
    }
    if (this.abort.signal.aborted) return;
    this.timer = setTimeout(() => void this.refresh(), REFRESH_MS);
  }

  private async read(): Promise<void> {
    const options = { signal: this.abort.signal };
    const [storage, heap, tsdb, runtime, build] = await Promise.all([
      ask<StorageReply>("/api/v1/status/storage", options),
      ask<HeapReply>("/api/v1/status/heap", options),
      ask<TsdbReply>(`/api/v1/status/tsdb?limit=${TOP}`, options),
      ask<Information>("/api/v1/status/runtimeinfo", options),
      ask<Information>("/api/v1/status/buildinfo", options),
    ]);
    this.showFacts(storage, tsdb, { ...runtime, ...build });
    this.windows.replaceChildren(windowsTable(heap.windows, nowMs()));
    this.snapshots.show(storage, nowMs());
    this.journal.show(storage.journal);
    this.restores.show(storage.restores);
    this.lists.replaceChildren(
      topList("Series by metric name", tsdb.seriesCountByMetricName, countText),
      topList("Series by label pair", tsdb.seriesCountByLabelValuePair, countText),
      topList("Values by label name", tsdb.labelValueCountByLabelName, countText),
      topList("Label bytes by name", tsdb.memoryInBytesByLabelName, bytesText),
    );
  }

  private showFacts(storage: StorageReply, { headStats }: TsdbReply, about: Information): void {
    const refused = storage.refused.filter(({ total }) => total > 0);
    const refusals = refused.map(({ reason, total }) => `${countText(total)} ${reason}`).join(", ");
    const started = Date.parse(about.startTime);
    this.facts.replaceChildren(
      pair("state", storage.state, "state"),
      pair("version", about.version),
      pair("rules of", about.goVersion.replace("go", "Go ")),
      pair("GOGC", about.GOGC),
      pair("up", durationText(nowMs() - started), "up"),
      pair("host", about.hostname),
      pair("retention", about.storageRetention),
      pair("series", countText(headStats.numSeries), "series"),
      pair("label pairs", countText(headStats.numLabelPairs), "label pairs"),
      pair("chunks", countText(headStats.chunkCount), "chunks"),
      pair("samples held", countText(storage.store.sampleCount), "samples"),
      pair("stored since start", countText(storage.samplesStoredTotal)),
      pair("refused", refusals === "" ? "none" : refusals),
      pair("newest sample", headStats.numSeries === 0 ? "–" : timeText(headStats.maxTime)),
    );
  }

  private async showFlags(): Promise<void> {
    const flags = await ask<Record<string, string>>("/api/v1/status/flags");
    const rows = Object.entries(flags).map(([name, value]) =>
      el(
        "tr",
        {},
        el("td", {}, el("code", {}, `--${name}`)),
        el("td", {}, value === "" ? "–" : value),
      ),
    );
    const body = el("tbody", {}, ...rows);
    const filter = el("input", {
      type: "search",
      placeholder: "filter",
      "aria-label": "filter flags",
      oninput: () => {
        for (const row of rows) row.hidden = !(row.textContent ?? "").includes(filter.value);
      },
    });
    const head = el("thead", {}, el("tr", {}, el("th", {}, "flag"), el("th", {}, "value")));
    const table = el("table", { class: "left" }, head, body);
    this.flags.replaceChildren(filter, el("div", { class: "scroll" }, table));
  }
}

/** Made anew each time that the view is opened. */
export function openView(): StatusView {
  return new StatusView();
}
