/**
 * One chunk: whose it is, where it lies, what is in it.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes.
 */
import type { ChunkDetail } from "../../http/api-types.ts";
import { ask, errorText } from "../base/api.ts";
import { Chart } from "../base/chart.ts";
import { el } from "../base/element.ts";
import { bytesText, clockText, countText, timeText } from "../base/figure-text.ts";

const ORIGINS: Readonly<Record<string, string>> = {
  made: "made by ingestion",
  grown: "grown by ingestion",
  restored: "restored from a snapshot",
  moved: "moved by compaction",
};

function selectorOf(labels: Readonly<Record<string, string>>): string {
  const { __name__: name, ...rest } = labels;
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? (name ?? "{}") : `${name ?? ""}{${pairs.join(", ")}}`;
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1);
  return String(Number(value.toPrecision(4)));
}

function facts(rows: readonly (readonly [string, string])[]): HTMLElement {
  const pairs = rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", { class: "facts" }, ...pairs);
}

function detail(chunk: ChunkDetail): HTMLElement {
  const { labels, byteCount, capacityBytes, slotBytes, sampleCount } = chunk;
  const perSample = sampleCount === 0 ? "–" : `${(byteCount / sampleCount).toFixed(2)} B`;
  const selector = selectorOf(labels);
  const chart = new Chart({
    label: `samples of ${selector}`,
    heightPixels: 130,
    lines: [{ label: "value", colour: "accent" }],
    valueText: shortNumber,
  });
  const values = chunk.values.map((text) => {
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  });
  chart.setData([chunk.timesMs.map((timeMs) => timeMs / 1000), values]);
  const link = `#query?${new URLSearchParams({ expr: selector, range: "4h" })}`;
  return el(
    "div",
    { class: "chunk", "data-chunk": chunk.chunk },
    el("h3", {}, labels["__name__"] ?? "series without a name"),
    el(
      "ul",
      { class: "labels" },
      ...Object.entries(labels)
        .filter(([name]) => name !== "__name__")
        .map(([name, value]) => el("li", {}, el("span", { class: "soft" }, `${name} `), value)),
    ),
    chunk.isHistogram
      ? el("p", { class: "soft" }, "Samples are native histograms.")
      : chart.element,
    facts([
      ["samples", countText(sampleCount)],
      ["stream", `${countText(byteCount)} B`],
      ["slot", `${countText(slotBytes)} B (${bytesText(slotBytes - byteCount)} unused)`],
      ["capacity", `${countText(capacityBytes)} B`],
      ["a sample", perSample],
      ["window", `${clockText(chunk.windowStartMs)} – ${clockText(chunk.windowEndMs)}`],
      ["dropped", timeText(chunk.expiryMs)],
      ["origin", ORIGINS[chunk.origin] ?? chunk.origin],
      ["address", `0x${chunk.address.toString(16)}`],
    ]),
    el("a", { href: link }, "Ask for this series"),
  );
}

/** Puts a chunk into `place`, or why it cannot be shown. */
export async function showChunk(place: HTMLElement, chunk: number, address: number): Promise<void> {
  place.replaceChildren(el("p", { class: "soft" }, "Reading the chunk …"));
  try {
    const query = `chunk=${chunk}&address=${address}`;
    const answer = await ask<ChunkDetail>(`/api/v1/status/heap/chunk?${query}`);
    place.replaceChildren(detail(answer));
  } catch (error) {
    place.replaceChildren(el("p", { class: "notice bad" }, errorText(error)));
  }
}
