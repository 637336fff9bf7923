/**
 * The page: its head, and the view that the address names. Views are loaded when they are opened.
 */
import "./style/layout.css";
import "./style/panels.css";
import { errorText } from "./base/api.ts";
import { el, setText } from "./base/element.ts";
import { type LiveState, LiveStream } from "./base/live.ts";
import { readRoute } from "./base/route.ts";
import { startTheme, toggleTheme } from "./base/theme.ts";

/** A view that is open. */
interface View {
  readonly element: HTMLElement;
  destroy(): void;
  /** Takes up changed parameters; absent when the view is opened anew instead. */
  update?(parameters: URLSearchParams): void;
}

type OpenView = (live: LiveStream, parameters: URLSearchParams) => View;

interface ViewEntry {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<{ readonly openView: OpenView }>;
}

const VIEWS: readonly ViewEntry[] = [
  { name: "heap", title: "Heap", load: () => import("./heap/heap-view.ts") },
  { name: "drill", title: "Drill", load: () => import("./drill/drill-view.ts") },
  { name: "query", title: "Query", load: () => import("./query/query-view.ts") },
  { name: "status", title: "Status", load: () => import("./status/status-view.ts") },
];

const STATE_TEXTS: Readonly<Record<LiveState, string>> = {
  connecting: "connecting",
  live: "live",
  lost: "not reachable, trying again",
};

class Page {
  private readonly live = new LiveStream();
  private readonly main = document.querySelector("#main") as HTMLElement;
  private readonly links = new Map<string, HTMLElement>();
  private readonly state = el("span", { class: "state", role: "status" });
  private open: View | null = null;
  private openName = "";

  start(): void {
    startTheme();
    this.buildHead();
    this.live.listen({
      connection: (state) => this.showState(state, STATE_TEXTS[state]),
      heap: ({ state }) => {
        if (state !== "ready") this.showState("connecting", state);
        else this.showState("live", "live");
      },
    });
    this.live.start();
    addEventListener("hashchange", () => void this.show());
    // Not by its address: that is the view's.
    document.querySelector(".skip")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.main.focus();
    });
    void this.show();
  }

  private buildHead(): void {
    const links = VIEWS.map(({ name, title }) => {
      const link = el("a", { href: `#${name}` }, title);
      this.links.set(name, link);
      return link;
    });
    const themeButton = el(
      "button",
      { type: "button", class: "theme", "aria-label": "light or dark", onclick: toggleTheme },
      el("i", { class: "theme-mark", "aria-hidden": "true" }),
    );
    document
      .querySelector("#top")
      ?.replaceChildren(
        el(
          "a",
          { class: "brand", href: "#heap" },
          el("i", { class: "brand-mark", "aria-hidden": "true" }),
          "Spandrel",
        ),
        el("nav", { "aria-label": "views" }, ...links),
        el("div", { class: "top-end" }, this.state, themeButton),
      );
  }

  private showState(kind: LiveState, text: string): void {
    this.state.dataset["state"] = kind;
    setText(this.state, text);
  }

  private async show(): Promise<void> {
    const { view: name, parameters } = readRoute();
    const entry = VIEWS.find((view) => view.name === name) ?? (VIEWS[0] as ViewEntry);
    for (const [view, link] of this.links) {
      if (view === entry.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${entry.title} · Spandrel`;
    if (this.openName === entry.name && this.open?.update) {
      this.open.update(parameters);
      return;
    }
    this.open?.destroy();
    this.open = null;
    this.openName = entry.name;
    try {
      const { openView } = await entry.load();
      if (this.openName !== entry.name) return;
      this.open = openView(this.live, parameters);
      this.main.replaceChildren(
        el("h1", { class: "visually-hidden" }, entry.title),
        this.open.element,
      );
    } catch (error) {
      const text = `The view could not be loaded: ${errorText(error)}`;
      this.main.replaceChildren(el("p", { class: "notice bad" }, text));
    }
  }
}

new Page().start();
