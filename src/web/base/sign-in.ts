/**
 * The dialog that asks for a user and password, or for a token. One at a time: requests that are
 * refused meanwhile wait for the same answer.
 */
import { el } from "./element.ts";

let open: Promise<string | null> | null = null;

/** The value of an Authorization header; null when the dialog was closed without one. */
export function askForCredentials(): Promise<string | null> {
  open ??= ask().finally(() => {
    open = null;
  });
  return open;
}

function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function ask(): Promise<string | null> {
  return new Promise((resolve) => {
    const user = el("input", { id: "sign-in-user", name: "username", autocomplete: "username" });
    const password = el("input", {
      id: "sign-in-password",
      type: "password",
      name: "password",
      autocomplete: "current-password",
    });
    const dialog = el(
      "dialog",
      { class: "sign-in", "aria-labelledby": "sign-in-title" },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "sign-in-title" }, "Sign in"),
        el(
          "p",
          { class: "soft" },
          "This service asks who you are. Leave the user empty to give a token.",
        ),
        el("label", { for: "sign-in-user" }, "User"),
        user,
        el("label", { for: "sign-in-password" }, "Password or token"),
        password,
        el(
          "div",
          { class: "row end" },
          el("button", { type: "button", onclick: () => dialog.close("") }, "Cancel"),
          el("button", { class: "primary", value: "typed" }, "Sign in"),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      const typed = dialog.returnValue === "typed" && password.value !== "";
      dialog.remove();
      if (!typed) resolve(null);
      else if (user.value === "") resolve(`Bearer ${password.value}`);
      else resolve(basic(user.value, password.value));
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
