/**
 * Elements made in one expression: el("p", { class: "soft" }, "text", child).
 *
 * Texts are always texts, never markup. A property that is a function is a listener ("onclick").
 */

type Value = string | number | boolean | null | undefined | ((event: never) => void);
export type Properties = Readonly<Record<string, Value>>;
export type Child = Node | string | null | undefined;

/** Makes an element. Boolean properties are attributes that are there or not. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) setProperty(element, key, value);
  for (const child of children) if (child !== null && child !== undefined) element.append(child);
  return element;
}

function setProperty(element: HTMLElement, key: string, value: Value): void {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") {
    element.addEventListener(key.slice(2), value as unknown as EventListener);
  } else element.setAttribute(key, value === true ? "" : String(value));
}

/** Replaces the text of an element when it has changed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A small square in a colour, for legends. */
export function swatch(colour: string): HTMLElement {
  const mark = el("i", { class: "swatch", "aria-hidden": "true" });
  mark.style.background = colour;
  return mark;
}

/** A group of buttons of which one is pressed. */
export function segments<Name extends string>(
  label: string,
  choices: readonly (readonly [Name, string])[],
  chosen: Name,
  onChoice: (name: Name) => void,
): HTMLElement {
  const buttons = choices.map(([name, text]) =>
    el(
      "button",
      {
        type: "button",
        "data-name": name,
        "aria-pressed": String(name === chosen),
        onclick: () => {
          showPressed(group, name);
          onChoice(name);
        },
      },
      text,
    ),
  );
  const group = el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons);
  return group;
}

/** Shows another button of such a group as pressed, without choosing it. */
export function showPressed(group: HTMLElement, name: string): void {
  for (const one of group.querySelectorAll<HTMLElement>("[data-name]")) {
    one.setAttribute("aria-pressed", String(one.dataset["name"] === name));
  }
}
