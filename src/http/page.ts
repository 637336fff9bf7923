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
import type { EngineReading } from "../engine/engine-reading.ts";
import type { WindowStatus } from "../engine/service.ts";
import { addRoute } from "./api-routes.ts";
import { bytesText, countText, htmlText, percentText, timeText } from "./figure-text.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page-style.ts";
import type { ServerParts } from "./server-parts.ts";

type ClassReading = EngineReading["classes"][number];

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

function storeSection(reading: EngineReading, windowCount: number): string {
  const { store, samplesStoredTotal } = reading;
  return `<dl class="cards">
${card("series", countText(store.seriesCount))}
${card("samples", countText(store.sampleCount))}
${card("chunks", countText(store.chunkCount))}
${card("windows held", countText(windowCount))}
${card("samples stored since start", countText(samplesStoredTotal))}
${card("chunks expired", countText(store.purgedChunkTotal))}
</dl>`;
}

/** The heap as /metrics shows it: heap_alloc is that of go_memstats_heap_alloc_bytes. */
function heapSection({ goVersion, heap }: EngineReading): string {
  const { metricsAllocBytes: alloc, heapInuseBytes: inUse, heapIdleBytes: idle } = heap;
  const gap = inUse - alloc;
  const key = (name: string, kind: string, bytes: number) => {
    const share = percentText(bytes, heap.heapSysBytes);
    return `<li><i class="${kind}"></i> ${name} ${bytesText(bytes)} (${share})</li>`;
  };
  return `<h2>Simulated heap, Go ${htmlText(goVersion)}</h2>
${bar(alloc, gap, heap.heapSysBytes)}
<ul class="key">${key("heap_alloc", "used", alloc)}
${key("heap_inuse − heap_alloc", "unused", gap)}${key("heap_idle", "idle", idle)}</ul>
<dl class="cards">
${card("heap_alloc", bytesText(alloc))}
${card("heap_inuse", bytesText(inUse))}
${card("gap (inuse − alloc)", bytesText(gap))}
${card("heap_idle", bytesText(idle))}
${card("collections", countText(heap.gcCount))}
${card("next collection at", heap.gogcPercent === null ? "off" : bytesText(heap.nextGcBytes))}
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

function classRow({ sizeClass, slotBytes, spans, slotsUsed, slotsFree, ...rest }: ClassReading) {
  const used = slotsUsed * slotBytes;
  const name = sizeClass === 0 ? "large" : countText(slotBytes);
  const cells = [name, ...[spans, slotsUsed, slotsFree].map(countText)];
  const share = sizeClass === 0 ? "" : bar(used, rest.unusedBytes, used + rest.unusedBytes);
  cells.push(bytesText(rest.unusedBytes), share);
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function classesSection({ classes }: EngineReading): string {
  const names = ["class (bytes)", "spans", "slots used", "slots free", "unused", "used / unused"];
  const head = `<tr>${names.map((name) => `<th>${name}</th>`).join("")}</tr>`;
  const rows = classes.filter(({ spans }) => spans > 0).map(classRow);
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
  const windows = service.state === "restoring" ? [] : service.windows();
  const since = timeText(about.startTimeMs);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Spandrel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${PAGE_STYLE}</style></head>
<body><main>
<header><h1>Spandrel</h1><span>${htmlText(about.version)}</span>
<span id="state">${service.state}</span><span>since ${since}</span></header>
${storeSection(reading, windows.length)}
${heapSection(reading)}
${windowsSection(windows)}
${classesSection(reading)}
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
