/**
 * What a drill is started with: fields of the scenario and the policies. The names are those of
 * `spandrel drill`'s flags, and so are the defaults.
 */
import { el } from "../base/element.ts";

interface Field {
  readonly name: string;
  readonly label: string;
  readonly fallback: string;
  readonly hint: string;
}

const FIELDS: readonly Field[] = [
  { name: "series", label: "Series", fallback: "2000", hint: "series scraped" },
  { name: "hours", label: "Hours", fallback: "72", hint: "hours simulated in all" },
  {
    name: "restart-hour",
    label: "Restart at hour",
    fallback: "36",
    hint: "must be below the hours",
  },
  {
    name: "chunk-bytes-median",
    label: "Chunk bytes, median",
    fallback: "1900",
    hint: "of a full chunk",
  },
  {
    name: "chunk-bytes-sigma",
    label: "Chunk bytes, sigma",
    fallback: "0.35",
    hint: "of the logarithm",
  },
  {
    name: "scrape-interval",
    label: "Scrape interval",
    fallback: "15s",
    hint: "must divide an hour",
  },
  { name: "go-version", label: "Go version", fallback: "1.26", hint: "1.15 to 1.27" },
  { name: "gogc", label: "GOGC", fallback: "100", hint: "percent, or off" },
  { name: "seed", label: "Seed", fallback: "1", hint: "the same seed gives the same figures" },
];

export const STORY_POLICIES = [
  ...["exact+shuffled", "exact+time", "exact+time+copy", "grow+time"],
  ...["class+shuffled", "class+time", "exact+shuffled+compact"],
];
const CAPACITIES = [
  ["exact", "exact length"],
  ["grow", "as append grows"],
  ["oneshot", "one append"],
  ["class", "ingestion’s class"],
] as const;
const ORDERS = [
  ["shuffled", "shuffled"],
  ["time", "in time order"],
  ["series", "by series"],
] as const;
const EXTRAS = [
  ["exact+time+copy", "exact, time order, each read into a temporary buffer"],
  ["exact+shuffled+copy", "exact, shuffled, each read into a temporary buffer"],
  ["exact+shuffled+compact", "exact, shuffled, then compacted"],
] as const;

export class DrillForm {
  readonly element: HTMLFormElement;
  private readonly inputs = new Map<string, HTMLInputElement>();
  private readonly boxes = new Map<string, HTMLInputElement>();
  private readonly start = el("button", { class: "primary" }, "Start the drill");
  private readonly stop: HTMLButtonElement;

  constructor(onStart: () => void, onStop: () => void) {
    this.stop = el("button", { type: "button", onclick: onStop, disabled: true }, "Stop");
    this.element = el("form", { class: "panel drill-form", "aria-label": "what to drill" });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      onStart();
    });
    this.element.append(
      el("h2", {}, "A restart, drilled"),
      el(
        "p",
        { class: "soft" },
        "Days of ingestion on a simulated clock with a restart in the middle, once for each " +
          "way to restore. It runs beside this service and does not touch its data.",
      ),
      el("div", { class: "drill-fields" }, ...FIELDS.map((field) => this.field(field))),
      el("h3", {}, "How chunks are restored"),
      this.policyGrid(),
      el("div", { class: "row drill-actions" }, this.start, this.stop),
    );
  }

  /** Names and values as the service takes them. */
  get parameters(): Record<string, string> {
    const values: Record<string, string> = {};
    for (const [name, input] of this.inputs) values[name] = input.value.trim();
    const chosen = [...this.boxes].filter(([, box]) => box.checked).map(([name]) => name);
    values["policy"] = chosen.join(",");
    return values;
  }

  /** Fills the fields; what is missing gets its default. */
  fill(parameters: URLSearchParams): void {
    for (const { name, fallback } of FIELDS) {
      (this.inputs.get(name) as HTMLInputElement).value = parameters.get(name) ?? fallback;
    }
    const policies = parameters.get("policy")?.split(",") ?? STORY_POLICIES;
    for (const [name, box] of this.boxes) box.checked = policies.includes(name);
  }

  setRunning(isRunning: boolean): void {
    this.start.disabled = isRunning;
    this.stop.disabled = !isRunning;
  }

  private field({ name, label, fallback, hint }: Field): HTMLElement {
    const id = `drill-${name}`;
    const input = el("input", { id, name, value: fallback, required: true, autocomplete: "off" });
    this.inputs.set(name, input);
    return el("div", { title: hint }, el("label", { for: id }, label), input);
  }

  private box(name: string): HTMLInputElement {
    const box = el("input", { type: "checkbox", value: name, "aria-label": name });
    this.boxes.set(name, box);
    return box;
  }

  private policyGrid(): HTMLElement {
    const head = el(
      "tr",
      {},
      el("th", {}, "capacity"),
      ...ORDERS.map(([, text]) => el("th", {}, text)),
    );
    const rows = CAPACITIES.map(([capacity, text]) => {
      const cells = ORDERS.map(([order]) => el("td", {}, this.box(`${capacity}+${order}`)));
      return el("tr", {}, el("td", {}, text), ...cells);
    });
    const extras = EXTRAS.map(([name, text]) =>
      el("li", {}, el("label", {}, this.box(name), ` ${text}`)),
    );
    return el(
      "div",
      { class: "drill-policies" },
      el(
        "div",
        { class: "policy-table" },
        el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)),
      ),
      el("ul", {}, ...extras),
    );
  }
}
