/**
 * A drill's result as files: the curves as CSV, and a picture with chart and summary as PNG.
 */
import type { DrillReport } from "../../http/api-types.ts";
import { askBytes } from "../base/api.ts";
import { colour } from "../base/theme.ts";
import { runColour } from "./drill-charts.ts";

const MARGIN = 28;
const LINE = 22;
const WIDTH = 1200;
const REVOKE_MS = 10_000;

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}

/** Saves the curves as the command line writes them. */
export async function saveCsv(): Promise<void> {
  const bytes = await askBytes("/api/v1/drill/curves.csv");
  save(new Blob([bytes], { type: "text/csv" }), "spandrel-drill-curves.csv");
}

function wrapped(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (context.measureText(longer).width > width && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Saves a picture: what was drilled, the chart, its legend, what it shows. */
export async function savePng(report: DrillReport, chart: HTMLCanvasElement): Promise<void> {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) return;
  const font = "14px system-ui, sans-serif";
  context.font = font;
  const inner = WIDTH - 2 * MARGIN;
  const texts = report.conclusions
    .slice(0, 6)
    .flatMap((text) => wrapped(context, `• ${text}`, inner));
  const chartHeight = (chart.height / chart.width) * inner;
  const legendRows = Math.ceil(report.runs.length / 4);
  canvas.width = WIDTH;
  canvas.height = MARGIN * 3 + LINE * (3 + legendRows + texts.length) + chartHeight;
  context.fillStyle = colour("surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colour("ink");
  context.font = "600 20px system-ui, sans-serif";
  const { scenario } = report;
  const title = `Restart drill: ${scenario["seriesCount"]} series, Go ${scenario["goVersion"]}`;
  context.fillText(title, MARGIN, MARGIN + 14);
  context.font = font;
  let y = MARGIN + LINE * 1.5;
  context.drawImage(chart, MARGIN, y, inner, chartHeight);
  y += chartHeight + LINE;
  report.runs.forEach(({ name }, i) => {
    const x = MARGIN + (i % 4) * (inner / 4);
    const top = y + Math.floor(i / 4) * LINE;
    context.fillStyle = runColour(i);
    context.fillRect(x, top - 10, 11, 11);
    context.fillStyle = colour("ink");
    context.fillText(name, x + 17, top);
  });
  y += (legendRows + 0.6) * LINE;
  for (const text of texts) {
    context.fillText(text, MARGIN, y);
    y += LINE;
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob !== null) save(blob, "spandrel-drill.png");
}
