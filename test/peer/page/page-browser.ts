/**
 * A browser that looks at the page, and what is asked of every view: no error in its console,
 * nothing from elsewhere, readable text.
 */
import { type Browser, chromium, type Page } from "playwright-core";

const ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
}

/** What went wrong on a page: errors of scripts and policies, requests to elsewhere. */
export function watchFaults(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    const isRefusal = /status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !isRefusal) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(origin)) {
      faults.push(`asks elsewhere: ${request.url()}`);
    }
  });
  return faults;
}

/** How many pixels of a canvas are drawn on. */
export function drawnPixels(page: Page, canvas: string): Promise<number> {
  return page.$eval<number, HTMLCanvasElement>(canvas, (element) => {
    const { width, height } = element;
    const { data } = element.getContext("2d")!.getImageData(0, 0, width, height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  });
}

/** Texts whose contrast is below WCAG AA, each with its ratio. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = ([red = 0, green = 0, blue = 0]: number[]) => {
      const linear = [red, green, blue].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    };
    const backgroundOf = (element: Element | null): number[] => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = channels(getComputedStyle(at).backgroundColor);
        if ((colour[3] ?? 1) > 0.99) return colour;
      }
      return [255, 255, 255];
    };
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const hasText = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
      );
      const isOff = element.closest(":disabled, [hidden], .visually-hidden, .skip") !== null;
      if (!hasText || isOff || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      const [one, other] = [luminance(channels(style.color)), luminance(backgroundOf(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) {
        found.push(`${element.textContent?.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
      }
    }
    return found;
  });
}
