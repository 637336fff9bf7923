/** Puts the series of a load command into a source. */
import { customHistograms } from "./custom-histograms.ts";
import type { MemorySource, StoredValue } from "./memory-source.ts";
import type { LoadCommand } from "./script.ts";
import { ScriptError } from "./script-error.ts";
import type { Item } from "./series-values.ts";

function storedValue(item: Item): StoredValue | null {
  switch (item.kind) {
    case "gap":
      return null;
    case "stale":
      return "stale";
    case "float":
      return item.value;
    case "histogram":
      return item.written.histogram.copy();
  }
}

function loadCustomHistograms(command: LoadCommand, source: MemorySource): void {
  try {
    for (const { labels, histograms } of customHistograms(command.series)) {
      for (const [index, histogram] of histograms) {
        source.append(labels, index * command.stepMs, histogram, 0);
      }
    }
  } catch (error) {
    throw new ScriptError(command.line, error instanceof Error ? error.message : String(error));
  }
}

export function load(command: LoadCommand, source: MemorySource): void {
  const starts = new Map(
    command.startTimes.map(({ labels, offsetsMs }) => [labels.key(), offsetsMs]),
  );
  for (const { labels, items } of command.series) {
    const offsets = starts.get(labels.key());
    items.forEach((item, index) => {
      const value = storedValue(item);
      if (value === null) return;
      const timeMs = index * command.stepMs;
      const offset = offsets?.[index] ?? null;
      source.append(labels, timeMs, value, offset === null ? 0 : timeMs + offset);
    });
  }
  if (command.withCustomHistograms) loadCustomHistograms(command, source);
}
