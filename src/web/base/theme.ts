/**
 * Light or dark: as the system has it until the reader chooses. Colours come from the style sheet,
 * so that canvas and page agree.
 */
const KEY = "spandrel.theme";

export type Theme = "dark" | "light";

const listeners = new Set<() => void>();
/** An element that nobody sees, whose colour is asked for. */
const probe = document.createElement("i");
probe.hidden = true;
const system = matchMedia("(prefers-color-scheme: dark)");

/** The theme now. */
export function theme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "dark" || chosen === "light") return chosen;
  return system.matches ? "dark" : "light";
}

/** Takes up the kept choice and follows the system. */
export function startTheme(): void {
  const kept = localStorage.getItem(KEY);
  if (kept === "dark" || kept === "light") document.documentElement.dataset["theme"] = kept;
  system.addEventListener("change", tellAll);
}

/** Changes to the other theme and keeps the choice. */
export function toggleTheme(): void {
  const other = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = other;
  localStorage.setItem(KEY, other);
  tellAll();
}

/** Calls back after each change of theme; the answer ends that. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellAll(): void {
  for (const listener of listeners) listener();
}

/** A colour of the style sheet as "#rrggbb", as it is in the theme now: colour("ink") is --ink. */
export function colour(name: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  const channels = getComputedStyle(probe).color.match(/\d+/g) ?? [];
  const digits = channels.slice(0, 3).map((value) => Number(value).toString(16).padStart(2, "0"));
  return `#${digits.join("")}`;
}
