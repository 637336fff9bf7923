/**
 * Settings of `spandrel import`.
 */
import { type ConfigOf, flag } from "../config/flag-table.ts";
import { optionalText, text } from "../config/value-kinds.ts";

export const IMPORT_FLAGS = {
  url: flag(
    "url",
    text("URL", "a URL"),
    "http://127.0.0.1:9201",
    "Server that gets the samples, by remote write. User and password may stand in the URL.",
  ),
  bearerTokenFile: flag(
    "bearer-token-file",
    optionalText("FILE", "a file"),
    "",
    "File with the bearer token to send along.",
  ),
} as const;

/** What `import` was asked for. */
export type ImportConfig = ConfigOf<typeof IMPORT_FLAGS>;
