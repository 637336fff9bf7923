/**
 * Settings of `spandrel heap replay`.
 */
import { type ConfigOf, flag } from "../config/flag-table.ts";
import { oneOf, optionalText } from "../config/value-kinds.ts";
import { GO_VERSIONS } from "../heap/go-rules.ts";

export const HEAP_REPLAY_FLAGS = {
  goVersion: flag(
    "go",
    oneOf([...GO_VERSIONS]),
    "1.26",
    "Go version whose size classes, append growth and span layout are followed.",
  ),
  allocationLog: flag(
    "alloc-log",
    optionalText("FILE", "a file"),
    "",
    "File that gets a line for each allocation, and is written anew.",
  ),
  pageDumps: flag(
    "page-dumps",
    optionalText("FILE", "a file"),
    "",
    "Recorded page heaps (NDJSON, gzip or plain) that predict the page of every span.",
  ),
} as const;

/** What `heap replay` was asked for. */
export type HeapReplayConfig = ConfigOf<typeof HEAP_REPLAY_FLAGS>;
