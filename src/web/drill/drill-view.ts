/**
 * The Drill view: what to drill, how far it is, what came of it.
 *
 * I1  The address holds what the form holds, so that it starts the same drill somewhere else.
 */
import "../style/drill.css";
import type { DrillReport, DrillStatus } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { el, setText, swatch } from "../base/element.ts";
import { bytesText } from "../base/figure-text.ts";
import type { LiveStream } from "../base/live.ts";
import { addressOf, keepParameters } from "../base/route.ts";
import { cardTable } from "../base/table.ts";
import { DrillCharts, runColour } from "./drill-charts.ts";
import { saveCsv, savePng } from "./drill-export.ts";
import { DrillForm } from "./drill-form.ts";
import { DrillMaps } from "./drill-maps.ts";

const NONE_YET =
  "No drill has been run by this process yet. The defaults take about half a minute.";

function figureTable({ figures }: DrillReport): HTMLElement {
  const names = [
    ...["run", "gap before", "highest gap", "at hour", "times normal", "wasted, MiB × h"],
    ...["inuse climbs", "windows a span", "restore"],
  ];
  const rows = figures.map((one, i) => [
    el("span", { "data-run": one.name }, swatch(runColour(i)), one.name),
    bytesText(one.gapBeforeBytes),
    bytesText(one.gapPeakBytes),
    String(one.gapPeakHour),
    one.gapRatio.toFixed(2),
    (one.wastedByteHours / 2 ** 20).toFixed(1),
    `${one.climbHours} h`,
    one.windowsPerSpan.toFixed(2),
    one.restoreSeconds === null ? "–" : `${one.restoreSeconds.toFixed(2)} s`,
  ]);
  return el(
    "section",
    { class: "panel", "aria-label": "figures" },
    el("h2", {}, "Figures"),
    el("div", { class: "scroll" }, cardTable(names, rows)),
  );
}

class DrillView {
  readonly element = el("div", { class: "view drill" });
  private readonly form: DrillForm;
  private readonly notice = el("div", { class: "notice-place", role: "status" });
  private readonly progress = el("section", {
    class: "panel",
    hidden: true,
    "aria-label": "progress",
  });
  private readonly outcome = el("div", { class: "view" });
  private readonly stopListening: () => void;
  private charts: DrillCharts | null = null;
  private maps: DrillMaps | null = null;
  /** The drill whose report was asked for last: two tellings of one end ask once. */
  private asked = 0;

  constructor(live: LiveStream, parameters: URLSearchParams) {
    this.form = new DrillForm(
      () => void this.start(),
      () => void this.stop(),
    );
    this.form.fill(parameters);
    this.element.append(this.form.element, this.notice, this.progress, this.outcome);
    this.stopListening = live.listen({ drill: (status) => this.onStatus(status as DrillStatus) });
    void this.begin();
  }

  destroy(): void {
    this.stopListening();
    this.charts?.destroy();
    this.maps?.destroy();
  }

  update(parameters: URLSearchParams): void {
    this.form.fill(parameters);
  }

  private async begin(): Promise<void> {
    try {
      const status = await ask<DrillStatus>("/api/v1/drill");
      if (status.state === "idle")
        this.outcome.replaceChildren(el("p", { class: "soft" }, NONE_YET));
      if (status.seriesMax === 0)
        this.say("Drills are switched off: --web.drill-max-series=0.", "");
      this.onStatus(status);
    } catch (error) {
      this.say(errorText(error));
    }
  }

  private say(text: string, kind = "bad"): void {
    this.notice.replaceChildren(text === "" ? "" : el("p", { class: `notice ${kind}` }, text));
  }

  private async start(): Promise<void> {
    const { parameters } = this.form;
    keepParameters("drill", new URLSearchParams(parameters));
    this.say("");
    if (parameters["policy"] === "") {
      this.say("Choose at least one way to restore.");
      return;
    }
    try {
      const body = new URLSearchParams(parameters);
      this.onStatus(await ask<DrillStatus>("/api/v1/drill", { method: "POST", body }));
    } catch (error) {
      this.say(errorText(error));
    }
  }

  private async stop(): Promise<void> {
    await ask("/api/v1/drill/stop", { method: "POST" }).catch((error: unknown) =>
      this.say(errorText(error)),
    );
  }

  private onStatus(status: DrillStatus): void {
    const isRunning = status.state === "running";
    this.form.setRunning(isRunning);
    this.progress.hidden = !isRunning;
    if (isRunning) this.showProgress(status);
    if (status.state === "failed") this.say(`The drill failed: ${status.error ?? ""}`);
    if (status.state === "stopped") this.say("The drill was stopped.", "");
    if (status.state === "done" && status.number !== this.asked)
      void this.showReport(status.number);
  }

  private showProgress({ part, runs, hours }: DrillStatus): void {
    const percent = Math.floor(100 * part);
    const bar = (share: number) => {
      const inner = el("i", { class: "bar-alloc" });
      inner.style.width = `${100 * share}%`;
      return el("span", { class: "bar" }, inner);
    };
    const rows = runs.map(({ name, fromHour, hour, isDone }) =>
      el(
        "li",
        {},
        el("span", { class: "top-name" }, name),
        bar((hour - fromHour) / Math.max(1, hours - fromHour)),
        el("b", {}, isDone ? "done" : hour > fromHour ? `hour ${hour}` : "waits"),
      ),
    );
    this.progress.replaceChildren(
      el("div", { class: "panel-head" }, el("h2", {}, "Drilling"), el("b", {}, `${percent} %`)),
      bar(part),
      el("ol", { class: "top-list" }, ...rows),
    );
  }

  private async showReport(number: number): Promise<void> {
    this.asked = number;
    try {
      const report = await ask<DrillReport>("/api/v1/drill/report");
      if (this.asked === number) this.show(report);
    } catch (error) {
      if (this.asked === number) this.asked = 0;
      this.say(errorText(error));
    }
  }

  private show(report: DrillReport): void {
    this.charts?.destroy();
    this.maps?.destroy();
    const charts = new DrillCharts(report);
    this.charts = charts;
    this.maps = new DrillMaps(report);
    const said = el("p", { class: "soft", role: "status" });
    const button = (text: string, onclick: () => void) =>
      el("button", { type: "button", onclick }, text);
    const exports = el(
      "div",
      { class: "row" },
      button("Save PNG", () => {
        if (charts.canvas !== null) void savePng(report, charts.canvas);
      }),
      button(
        "Save CSV",
        () => void saveCsv().catch((error: unknown) => this.say(errorText(error))),
      ),
      button("Copy link", () => void this.copyLink(report, said)),
    );
    this.outcome.replaceChildren(
      el(
        "section",
        { class: "panel", "aria-label": "what it shows", "data-drill": report.number },
        el("div", { class: "panel-head" }, el("h2", {}, "What it shows"), exports),
        said,
        el("ul", { class: "conclusions" }, ...report.conclusions.map((text) => el("li", {}, text))),
      ),
      charts.element,
      this.maps.element,
      figureTable(report),
    );
  }

  private async copyLink({ parameters }: DrillReport, said: HTMLElement): Promise<void> {
    const address = addressOf("drill", new URLSearchParams(parameters));
    try {
      await navigator.clipboard.writeText(address);
      setText(said, "The link is copied: opened anywhere, it fills the form for the same drill.");
    } catch {
      keepParameters("drill", new URLSearchParams(parameters));
      setText(said, "The link is in the address bar.");
    }
  }
}

/** Made anew each time that the view is opened. */
export function openView(live: LiveStream, parameters: URLSearchParams): DrillView {
  return new DrillView(live, parameters);
}
