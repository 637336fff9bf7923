/**
 * The PromQL editor: CodeMirror with Prometheus' own language and completion, in a shadow tree so
 * that its styles are sheets of that tree and no inline style is needed.
 *
 * Loaded when the Query view is opened; until then, and when that fails, a text area stands there.
 */
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { PromQLExtension } from "@prometheus-io/codemirror-promql";
import { request } from "../base/api.ts";
import { el } from "../base/element.ts";

export interface Editor {
  readonly text: string;
  setText(text: string): void;
  focus(): void;
  destroy(): void;
}

const look = EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "14px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", padding: "8px 4px", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-selectionBackground": { background: "var(--accent-soft) !important" },
  ".cm-tooltip": {
    background: "var(--surface)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px !important" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--accent-soft) !important",
    color: "var(--ink) !important",
  },
  ".cm-lintRange-error, .cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
  },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--compaction)" },
  { tag: tags.function(tags.variableName), color: "var(--inuse)" },
  { tag: tags.labelName, color: "var(--released)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: tags.number, color: "var(--gap)" },
  { tag: tags.operator, color: "var(--muted)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

/** Puts an editor into `place`; `onRun` is called when Enter is pressed. */
export function openEditor(place: HTMLElement, text: string, onRun: () => void): Editor {
  const host = el("div", { class: "editor-host" });
  const root = host.attachShadow({ mode: "open" });
  const promql = new PromQLExtension().setComplete({
    remote: {
      url: location.origin,
      fetchFn: (input, init) => request(String(input), init),
      cache: { maxAge: 60_000 },
    },
  });
  const run = {
    key: "Enter",
    run: () => {
      onRun();
      return true;
    },
  };
  const newLine = {
    key: "Shift-Enter",
    run: defaultKeymap.find(({ key }) => key === "Enter")?.run,
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        look,
        history(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        placeholder("PromQL, such as sum by (job) (rate(http_requests_total[5m]))"),
        EditorView.contentAttributes.of({ "aria-label": "PromQL expression" }),
        promql.asExtension(),
        keymap.of([...completionKeymap, ...historyKeymap, ...lintKeymap]),
        Prec.high(
          keymap.of([
            ...completionKeymap,
            run,
            ...(newLine.run ? [{ key: newLine.key, run: newLine.run }] : []),
          ]),
        ),
        keymap.of(defaultKeymap),
      ],
    }),
  });
  place.replaceChildren(host);
  return {
    get text() {
      return view.state.doc.toString();
    },
    setText: (wanted) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
