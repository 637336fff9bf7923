/**
 * The Query view: a question in PromQL, its answer as graph, table or explanation, and an address
 * that asks it again.
 *
 * I1  One question at a time: a new one ends the one before, which the service then gives up.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import "../style/query.css";
import type { QueryReply } from "../../http/api-types.ts";
import { type Answer, ApiError, askWhole, errorText } from "../base/api.ts";
import { el, segments, setText, showPressed } from "../base/element.ts";
import type { LiveStream } from "../base/live.ts";
import { nowMs } from "../base/page-clock.ts";
import { keepParameters } from "../base/route.ts";
import type { Editor } from "./editor.ts";
import {
  fieldFault,
  formOf,
  type Question,
  RANGES,
  readQuestion,
  stepSeconds,
  type Tab,
  writeQuestion,
} from "./question.ts";
import { explanation, Graph, resultTable } from "./results.ts";

const TABS: readonly (readonly [Tab, string])[] = [
  ["graph", "Graph"],
  ["table", "Table"],
  ["explain", "Explain"],
];
const EXAMPLES = ["up", "sum by (job) (scrape_samples_scraped)", "go_memstats_heap_inuse_bytes"];

/** A local time as an input of type datetime-local has it, to the second. */
function localText(timeMs: number): string {
  const shifted = timeMs - new Date(timeMs).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 19);
}

class QueryView {
  readonly element = el("div", { class: "view query" });
  private readonly area: HTMLTextAreaElement;
  private readonly place = el("div", { class: "editor" });
  private readonly range: HTMLInputElement;
  private readonly end: HTMLInputElement;
  private readonly step: HTMLInputElement;
  private readonly run: HTMLButtonElement;
  private readonly tabs: HTMLElement;
  private readonly notes = el("div", { class: "notes", role: "status" });
  private readonly result = el("div", { class: "result" });
  private readonly summary = el("p", { class: "soft", role: "status" });
  private editor: Editor | null = null;
  private abort: AbortController | null = null;
  private graph: Graph | null = null;
  private tab: Tab;

  constructor(parameters: URLSearchParams) {
    const question = readQuestion(parameters);
    this.tab = question.tab;
    this.area = el("textarea", { rows: 2, "aria-label": "PromQL expression", spellcheck: "false" });
    this.area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      void this.ask();
    });
    this.place.append(this.area);
    this.range = el("input", { id: "query-range", list: "query-ranges", size: 5 });
    this.end = el("input", { id: "query-end", type: "datetime-local", step: 1 });
    this.step = el("input", { id: "query-step", size: 5, placeholder: "auto" });
    this.run = el(
      "button",
      { type: "button", class: "primary", onclick: () => void this.ask() },
      "Run",
    );
    this.tabs = segments("answer as", TABS, this.tab, (tab) => {
      this.tab = tab;
      void this.ask();
    });
    this.build();
    this.fill(question);
    void this.loadEditor();
    if (question.expression !== "") void this.ask();
  }

  destroy(): void {
    this.abort?.abort();
    this.graph?.destroy();
    this.editor?.destroy();
  }

  update(parameters: URLSearchParams): void {
    const question = readQuestion(parameters);
    this.fill(question);
    if (question.expression !== "") void this.ask();
  }

  private build(): void {
    const field = (label: string, input: HTMLElement, ...more: HTMLElement[]) =>
      el("div", { class: "field" }, el("label", { for: input.id }, label), input, ...more);
    const ranges = el("datalist", { id: "query-ranges" });
    ranges.append(...RANGES.map((range) => el("option", { value: range })));
    const now = el(
      "button",
      {
        type: "button",
        onclick: () => {
          this.end.value = "";
          void this.ask();
        },
      },
      "Now",
    );
    const copy = el(
      "button",
      { type: "button", onclick: () => void this.copyLink(copy) },
      "Copy link",
    );
    this.element.append(
      el(
        "section",
        { class: "panel", "aria-label": "question" },
        this.place,
        el(
          "div",
          { class: "query-controls" },
          this.tabs,
          field("Range", this.range),
          field("Step", this.step),
          field("End", this.end, now),
          ranges,
          el("div", { class: "query-run" }, copy, this.run),
        ),
      ),
      this.notes,
      el("section", { class: "panel", "aria-label": "answer" }, this.summary, this.result),
    );
    this.showExamples();
  }

  private showExamples(): void {
    const buttons = EXAMPLES.map((expression) =>
      el("button", { type: "button", onclick: () => this.askFor(expression) }, expression),
    );
    setText(this.summary, "Ask something, for instance:");
    this.result.replaceChildren(el("div", { class: "row examples" }, ...buttons));
  }

  private askFor(expression: string): void {
    this.setExpression(expression);
    void this.ask();
  }

  private fill({ expression, range, endMs, step, tab }: Question): void {
    this.tab = tab;
    showPressed(this.tabs, tab);
    this.setExpression(expression);
    this.range.value = range;
    this.end.value = endMs === null ? "" : localText(endMs);
    this.step.value = step;
  }

  private setExpression(expression: string): void {
    this.area.value = expression;
    if (this.editor !== null && this.editor.text !== expression) this.editor.setText(expression);
  }

  /** The question as the fields have it now. */
  private get question(): Question {
    return {
      expression: (this.editor?.text ?? this.area.value).trim(),
      range: this.range.value.trim() || "1h",
      endMs: this.end.value === "" ? null : new Date(this.end.value).getTime(),
      step: this.step.value.trim(),
      tab: this.tab,
    };
  }

  private async loadEditor(): Promise<void> {
    try {
      const { openEditor } = await import("./editor.ts");
      if (!this.place.isConnected && this.element.isConnected) return;
      this.editor = openEditor(this.place, this.area.value, () => void this.ask());
    } catch {
      setText(this.notes, "");
    }
  }

  private async ask(): Promise<void> {
    const { question } = this;
    keepParameters("query", writeQuestion(question));
    if (question.expression === "") {
      this.notes.replaceChildren();
      this.showExamples();
      return;
    }
    this.abort?.abort();
    const isRange = this.tab !== "table";
    const fault = isRange ? fieldFault(question) : "";
    if (fault !== "") {
      this.fail(new Error(fault));
      return;
    }
    const abort = new AbortController();
    this.abort = abort;
    this.run.disabled = true;
    setText(this.summary, "Asking …");
    try {
      const path = isRange ? "/api/v1/query_range" : "/api/v1/query";
      const answer = await askWhole<QueryReply>(path, {
        method: "POST",
        body: formOf(question, nowMs(), isRange),
        signal: abort.signal,
      });
      this.show(answer, question);
    } catch (error) {
      if (!abort.signal.aborted) this.fail(error);
    } finally {
      if (this.abort === abort) this.run.disabled = false;
    }
  }

  private fail(error: unknown): void {
    const kind = error instanceof ApiError ? `${error.errorType}: ` : "";
    this.notes.replaceChildren(el("p", { class: "notice bad" }, `${kind}${errorText(error)}`));
    setText(this.summary, "There is no answer.");
    this.clear();
  }

  private clear(): void {
    this.graph?.destroy();
    this.graph = null;
    this.result.replaceChildren();
  }

  private show({ data, warnings, infos }: Answer<QueryReply>, question: Question): void {
    this.notes.replaceChildren(
      ...warnings.map((text) => el("p", { class: "notice warn" }, text)),
      ...infos.map((text) => el("p", { class: "notice" }, text)),
    );
    this.clear();
    const count = Array.isArray(data.result) ? data.result.length : 0;
    const took = ((data.stats?.timings.evalTotalTime ?? 0) * 1000).toFixed(1);
    const step = this.tab === "graph" ? `, a point every ${stepSeconds(question)} s` : "";
    const series = data.resultType === "matrix" || data.resultType === "vector";
    setText(this.summary, series ? `${count} series in ${took} ms${step}` : `${took} ms`);
    if (this.tab === "explain") this.result.replaceChildren(explanation(data.stats));
    else if (this.tab === "table" || !series) this.result.replaceChildren(resultTable(data));
    else if (count === 0) {
      this.result.replaceChildren(
        el("p", { class: "soft" }, "No series has samples in this range."),
      );
    } else {
      this.graph = new Graph(data);
      this.result.replaceChildren(this.graph.element);
    }
  }

  private async copyLink(button: HTMLElement): Promise<void> {
    const endMs = this.question.endMs ?? Math.floor(nowMs() / 1000) * 1000;
    const parameters = writeQuestion({ ...this.question, endMs });
    const address = `${location.origin}/#query?${parameters}`;
    try {
      await navigator.clipboard.writeText(address);
      setText(button, "Copied");
    } catch {
      location.hash = `query?${parameters}`;
      setText(button, "In the address");
    }
    setTimeout(() => setText(button, "Copy link"), 2000);
  }
}

/** Made anew each time that the view is opened. */
export function openView(_live: LiveStream, parameters: URLSearchParams): QueryView {
  return new QueryView(parameters);
}
