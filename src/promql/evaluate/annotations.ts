/**
 * Warnings and infos of one query: a set of texts, each ending in the position it concerns.
 *
 * Texts are Prometheus' (util/annotations): "PromQL warning: …" and "PromQL info: …". The fixes of
 * non-monotonic histograms are merged into one info each, with counts and times.
 */
import { lineAndColumn } from "../parse/position.ts";

export class Annotations {
  private readonly text: string;
  private readonly warningTexts = new Set<string>();
  private readonly infoTexts = new Set<string>();
  private readonly mergedInfos = new Map<string, () => string>();

  /** `text` is the query, which positions refer to. */
  constructor(text: string) {
    this.text = text;
  }

  /** Adds a warning about the expression that starts at `start`. */
  warn(message: string, start: number): void {
    this.warningTexts.add(`PromQL warning: ${message} (${lineAndColumn(this.text, start)})`);
  }

  /** Adds an info about the expression that starts at `start`. */
  info(message: string, start: number): void {
    this.infoTexts.add(`PromQL info: ${message} (${lineAndColumn(this.text, start)})`);
  }

  /** Registers an info whose text is only known at the end; one a key. */
  infoLater(key: string, start: number, describe: () => string): void {
    if (this.mergedInfos.has(key)) return;
    const place = lineAndColumn(this.text, start);
    this.mergedInfos.set(key, () => `PromQL info: ${describe()} (${place})`);
  }

  get warnings(): string[] {
    return [...this.warningTexts];
  }

  get infos(): string[] {
    return [...this.infoTexts, ...[...this.mergedInfos.values()].map((describe) => describe())];
  }
}
