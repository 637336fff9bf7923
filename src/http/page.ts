/**
 * The page at /: what the store holds and how the simulated heap stands, rendered on the server.
 *
 * It loads nothing from elsewhere; no script but its own may run, which is allowed by its hash.
 *
 * Units: bytes and milliseconds as the readings have them.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { formatDuration } from "../base/duration.ts";
import type { WindowStatus } from "../engine/service.ts";
import type { ClassReading, EngineReading, HeapReading } from "../observe/engine-reading.ts";
import { addRoute } from "./api-routes.ts";
import { bytesText, countText, htmlText, percentText, timeText } from "./figure-text.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page-style.ts";
import type { ServerParts } from "./server-parts.ts";

const HTML_TYPE = "text/html; charset=utf-8";

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const CONTENT_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src ${hashOf(PAGE_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function card(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** A bar of used and unused parts of a whole; what is left shows as idle. */
function bar(used: number, unused: number, whole: number): string {
  const width = (part: number) => `${whole === 0 ? 0 : ((100 * part) / whole).toFixed(2)}%`;
  const parts = `<i class="used" style="width:${width(used)}"></i>`;
  return `<div class="bar">${parts}<i class="unused" style="width:${width(unused)}"></i></div>`;
}

function storeSection(reading: EngineReading, windows: readonly WindowStatus[]): string {
  return `<dl class="cards">
${card("series", countText(reading.seriesCount))}
${card("samples", countText(reading.sampleCount))}
${card("chunks", countText(reading.chunkCount))}
${card("windows held", countText(windows.length))}
${card("samples stored since start", countText(reading.samplesStoredTotal))}
${card("chunks expired", countText(reading.purgedChunkTotal))}
</dl>`;
}

function heapSection(heap: HeapReading): string {
  const gap = heap.inUseBytes - heap.objectBytes;
  const system = heap.inUseBytes + heap.idleBytes;
  const key = (name: string, kind: string, bytes: number) =>
    `<li><i class="${kind}"></i> ${name} ${bytesText(bytes)} (${percentText(bytes, system)})</li>`;
  return `<h2>Simulated heap, Go ${htmlText(heap.goVersion)}</h2>
${bar(heap.objectBytes, gap, system)}
<ul class="key">${key("heap_alloc", "used", heap.objectBytes)}
${key("heap_inuse − heap_alloc", "unused", gap)}${key("heap_idle", "idle", heap.idleBytes)}</ul>
<dl class="cards">
${card("heap_alloc", bytesText(heap.objectBytes))}
${card("heap_inuse", bytesText(heap.inUseBytes))}
${card("gap (inuse − alloc)", bytesText(gap))}
${card("heap_idle", bytesText(heap.idleBytes))}
${card("collections", countText(heap.cycleTotal))}
${card("next collection at", bytesText(heap.nextCycleBytes))}
</dl>`;
}

function windowsSection(windows: readonly WindowStatus[]): string {
  const rows = windows.map(({ startMs, endMs, chunkCount }) => {
    const cells = [timeText(startMs), formatDuration(endMs - startMs), countText(chunkCount)];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const head = "<tr><th>window from</th><th>length</th><th>chunks</th></tr>";
  return `<h2>Windows</h2>\n<div class="scroll"><table>${head}\n${rows.join("\n")}</table></div>`;
}

function classRow({ slotBytes, spanCount, slotsUsed, slotsFree, unusedBytes }: ClassReading) {
  const used = slotsUsed * slotBytes;
  const cells = [slotBytes, spanCount, slotsUsed, slotsFree].map((n) => `<td>${countText(n)}</td>`);
  const share = bar(used, unusedBytes, used + unusedBytes);
  return `<tr>${cells.join("")}<td>${bytesText(unusedBytes)}</td><td>${share}</td></tr>`;
}

function classesSection(heap: HeapReading): string {
  const names = ["class (bytes)", "spans", "slots used", "slots free", "unused", "used / unused"];
  const head = `<tr>${names.map((name) => `<th>${name}</th>`).join("")}</tr>`;
  const rows = heap.classes.filter(({ spanCount }) => spanCount > 0).map(classRow);
  return `<h2>Size classes in use</h2>
<div class="scroll"><table>${head}\n${rows.join("\n")}</table></div>`;
}

function linksSection(origin: string): string {
  const url = htmlText(origin);
  const link = (path: string) => `<a href="${path}">${path}</a>`;
  return `<h2>Where to point things</h2>
<p>Remote write URL <code>${url}/api/v1/write</code><br>
Grafana data source (type Prometheus) <code>${url}</code></p>
<p>${["/metrics", "/api/v1/status/tsdb", "/api/v1/status/flags"].map(link).join(" · ")}</p>`;
}

/** The page as it stands now; `origin` is the address under which it was asked for. */
export function pageHtml(parts: ServerParts, origin: string): string {
  const { about, service } = parts;
  const reading = parts.readEngine();
  const windows = service.windows();
  const since = timeText(about.startTimeMs);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Spandrel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${PAGE_STYLE}</style></head>
<body><main>
<header><h1>Spandrel</h1><span>${htmlText(about.version)}</span>
<span id="state">${service.state}</span><span>since ${since}</span></header>
${storeSection(reading, windows)}
${heapSection(reading.heap)}
${windowsSection(windows)}
${classesSection(reading.heap)}
${linksSection(origin)}
</main><script>${PAGE_SCRIPT}</script></body></html>
`;
}

/** Registers the route. */
export function addPageRoute(app: FastifyInstance, parts: ServerParts): void {
  addRoute(app, "/", ["GET", "HEAD"], (request, reply) => {
    reply.header("content-security-policy", CONTENT_POLICY);
    reply.header("x-content-type-options", "nosniff");
    const origin = `${request.protocol}://${request.headers.host ?? "localhost"}`;
    return reply.type(HTML_TYPE).send(pageHtml(parts, origin));
  });
}
